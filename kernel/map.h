// map: one value per element of a grid of rows x cols.
// One idea: f(row) returns the functor over cols, so that what depends on the row (a decoded outer index, a broadcast
// operand) is computed once per row and the loop over cols is a plain vector loop. The functor does the storing.
// Invariant: a block holds kMapBlock elements: a piece of one long row, or several short rows.
#pragma once

#include "kernel/block.h"
#include "kernel/grid.h"

namespace tegula::kernel {

inline constexpr i64 kMapBlock = 2048;

// Number of blocks of a map; for the host as well. Either a row is several blocks or a block several rows.
constexpr auto map_blocks(auto rows, auto cols) {
  auto rows_a_block = max(1, floordiv(kMapBlock, max(1, cols)));
  return ceildiv(rows, rows_a_block) * ceildiv(cols, kMapBlock);
}

// Runs f(row)(col) for every element, in any order.
template <class F>
inline void map(Blocks blocks, i64 rows, i64 cols, F f) {
  if (rows <= 0 || cols <= 0) return;
  if (cols >= kMapBlock) {
    i64 pieces = (cols + kMapBlock - 1) / kMapBlock;
    for (i64 b = blocks.begin; b < blocks.end; ++b) {
      i64 row = b / pieces, first = b % pieces * kMapBlock;
      auto g = f(row);
      for_each(cols - first < kMapBlock ? cols - first : kMapBlock, [=](i64 i) { g(first + i); });
    }
  } else if constexpr (kSimt) {  // short rows: threads take elements, not rows
    i64 rows_a_block = kMapBlock / cols;
    for (i64 b = blocks.begin; b < blocks.end; ++b) {
      i64 first = b * rows_a_block, count = rows - first < rows_a_block ? rows - first : rows_a_block;
      for_each(count * cols, [=](i64 i) { f(first + i / cols)(i % cols); });
    }
  } else {
    i64 rows_a_block = kMapBlock / cols, last = blocks.end * rows_a_block;
    for (i64 row = blocks.begin * rows_a_block; row < (last < rows ? last : rows); ++row) for_each(cols, f(row));
  }
}

}  // namespace tegula::kernel
