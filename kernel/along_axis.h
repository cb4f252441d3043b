// Kernels that are sequential along one axis and parallel over all others: cumulative sums and extremes, linear
// recurrences, scatters.
// One idea: an array is outer x n x inner, and each of the outer x inner lanes is walked along n with a state of its
// own, always in the same order, so that results do not depend on threads and colliding writes have a last one.
//
//   along_axis(blocks, d0, d1, d2, false, 0.0f, [=](i64 o, i64 i, i64 j, f32& sum) {   // cumulative sum
//     sum += load(b0 + (o * d1 + i) * d2 + j);
//     store(b1 + (o * d1 + i) * d2 + j, sum);
//   });
#pragma once

#include "kernel/block.h"
#include "kernel/grid.h"

namespace tegula::kernel {

inline constexpr i64 kLanes = 128;

// Number of blocks; for the host as well.
constexpr auto along_axis_blocks(auto outer, auto inner) { return outer * ceildiv(inner, kLanes); }

// Runs f(o, i, j, state) for each lane (o, j) and i = 0..n-1, or n-1..0 where `reverse`; state begins as `initial`.
template <class T, class F>
inline void along_axis(Blocks blocks, i64 outer, i64 n, i64 inner, bool reverse, T initial, F f) {
  i64 pieces = (inner + kLanes - 1) / kLanes, end = along_axis_blocks(outer, inner);
  for (i64 b = blocks.begin; b < (blocks.end < end ? blocks.end : end); ++b) {
    i64 o = b / pieces, j0 = b % pieces * kLanes, lanes = inner - j0 < kLanes ? inner - j0 : kLanes;
    if constexpr (kSimt) {
      if (thread_id() < lanes) {
        T state = initial;
        for (i64 i = 0; i < n; ++i) f(o, reverse ? n - 1 - i : i, j0 + thread_id(), state);
      }
    } else if (lanes == 1) {
      T state = initial;
      for (i64 i = 0; i < n; ++i) f(o, reverse ? n - 1 - i : i, j0, state);
    } else {
      T states[kLanes];
      for (i64 l = 0; l < lanes; ++l) states[l] = initial;
      T* state = states;
      for (i64 i = 0; i < n; ++i) for_each(lanes, [=](i64 l) { f(o, reverse ? n - 1 - i : i, j0 + l, state[l]); });
    }
  }
}

}  // namespace tegula::kernel
