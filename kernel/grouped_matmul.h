// Matrix products of groups of rows: the rows of A stand sorted by group, and each group has a B of its own (experts of
// a mixture, arXiv:2101.03961).
// One idea: how many rows each group has is known only when the launch runs, so its number of blocks is a bound from
// the shapes alone; the blocks that are there share what is to be done evenly.
// Invariant: every element of C is stored once, zeros in the rows behind the last group; sizes that do not fit (below
// 0, more rows than there are) are cut off.
#pragma once

#include "kernel/matmul.h"

namespace tegula::kernel {

// Number of blocks; for the host as well. Each group's last tile may be partly filled; the rows behind are one more.
constexpr auto grouped_matmul_blocks(auto m, auto n, auto groups, bool simt = kSimt) {
  return (floordiv(m, tile_size(simt).rows) + min(m, groups + 1)) * matmul_blocks(1, n, simt);
}

// sizes[g] rows belong to group g of `groups`, one after another, of `rows` in all.
struct RowGroups {
  GLOBAL const i32* sizes;
  i64 groups, rows;

  // Runs f(g, first row, count) for each group, the rows behind the last being one more, until it says true.
  template <class F>
  void each(F f) const {
    i64 first = 0;
    for (i64 g = 0; g <= groups; ++g) {
      i64 left = rows - first, count = g < groups ? i64(sizes[g]) : left;
      count = count < 0 ? 0 : count < left ? count : left;
      if (f(g, first, count)) return;
      first += count;
    }
  }
};

// C[i, j] = sum_k a(i, k) b(g)(j, k), where row i is in group g; all are operands (kernel/operand.h).
// store(i, j, value).
template <class A, class B, class E>
inline void grouped_matmul(Blocks blocks, RowGroups groups, i64 n, i64 k, A a, B b, E store) {
  using T = Product<A, decltype(b(i64(0)))>;
  const i64 high = tile_size().rows, wide = tile_size().cols;
  const i64 across = matmul_blocks(1, n), bound = grouped_matmul_blocks(groups.rows, n, groups.groups);
  i64 tiles = 0;
  groups.each([&](i64, i64, i64 count) {
    tiles += (count + high - 1) / high;
    return false;
  });
  if (bound == 0 || tiles == 0) return;
  const i64 work = tiles * across;
  Blocks mine{blocks.begin * work / bound, blocks.end * work / bound};
  for_batch(mine, tiles, across, [=](i64 tile, Blocks part) {
    i64 group = 0, first = 0, count = 0, before = 0;
    groups.each([&](i64 g, i64 at, i64 rows) {
      i64 own = (rows + high - 1) / high;
      group = g, first = at + (tile - before) * high, count = rows - (first - at);
      before += own;
      return tile < before;
    });
    if (count > high) count = high;
    if (group < groups.groups) {
      matmul(part, count, n, k, from_row(a, first), b(group), [=](i64 i, i64 j, auto x) { store(first + i, j, x); });
    } else {
      i64 j0 = part.begin * wide, j1 = part.end * wide;
      for (i64 i = 0; i < count; ++i) for_each((j1 < n ? j1 : n) - j0, [=](i64 j) { store(first + i, j0 + j, T(0)); });
    }
  });
}

// The other product: C[g, i, j] = sum over the rows l of group g of x(l, i) y(l, j); for batches of `groups` matmuls of
// n x k. store(g, i, j, value).
template <class X, class Y, class E>
inline void grouped_outer(Blocks blocks, RowGroups groups, i64 n, i64 k, X x, Y y, E store) {
  for_batch(blocks, groups.groups, matmul_blocks(n, k), [=](i64 group, Blocks part) {
    i64 first = 0, count = 0;
    groups.each([&](i64 g, i64 at, i64 rows) {
      first = at, count = rows;
      return g == group;
    });
    matmul(part, n, k, count, transpose(from_row(x, first)), transpose(from_row(y, first)),
           [=](i64 i, i64 j, auto v) { store(group, i, j, v); });
  });
}

}  // namespace tegula::kernel
