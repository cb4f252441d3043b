// Kernels with reductions along an axis that is not the last: sums over a batch, softmax over channels.
// One idea: neighbours along the last axis are lanes, a strip of them at a time, so that memory is read along rows;
// what is one value a column (a sum, what is computed from it) is kept per lane in an array of the strip.
// Invariant: the body is called once per strip; each lane belongs to one thread, so that no barrier is needed.
//
//   columns(blocks, d0, d2, [=](i64 row, i64 j0, i64 lanes) {
//     f32 s0[kStripLanes];
//     auto sum = reduce_lanes<Add>(s0, d1, lanes, [=](i64 c, i64 l) { return load(b0 + (row * d1 + c) * d2 + j0 + l);
//     }); for_each(lanes, [=](i64 l) { store(b1 + row * d2 + j0 + l, sum(l)); });
//   });
#pragma once

#include "kernel/block.h"
#include "kernel/grid.h"

namespace tegula::kernel {

// Lanes of a strip: on a CPU a kilobyte of a row of f32 at a time, on SIMT targets one lane per thread.
constexpr i64 strip_lanes(bool simt) { return simt ? kThreads : 256; }
inline constexpr i64 kStripLanes = kSimt ? 1 : strip_lanes(false);  // of which one thread keeps values

// Number of blocks; for the host as well.
constexpr auto column_blocks(auto rows, auto cols, bool simt = kSimt) {
  return rows * ceildiv(cols, strip_lanes(simt));
}

template <class F>
inline void columns(Blocks blocks, i64 rows, i64 cols, F f) {
  constexpr i64 lanes = strip_lanes(kSimt);
  const i64 strips = ceildiv(cols, lanes), count = column_blocks(rows, cols);
  const i64 end = blocks.end < count ? blocks.end : count;
  for (i64 b = blocks.begin; b < end; ++b) {
    const i64 j0 = b % strips * lanes;
    f(b / strips, j0, cols - j0 < lanes ? cols - j0 : lanes);
  }
}

// The index along the last axis, of an index that is given whole.
inline i64 last_of(auto... index) {
  i64 last = 0;
  ((last = index), ...);
  return last;
}

// Evaluates load(l) once per lane into `array` and returns the functor that reads it.
template <class T, class Load>
inline auto keep_lanes(T* array, i64 lanes, Load load) {
  if constexpr (kSimt) {
    if (thread_id() < lanes) array[0] = load(i64(thread_id()));
    return [=, kept = array[0]](i64) { return kept; };
  } else {
    for_each(lanes, [=](i64 l) { array[l] = load(l); });
    return [=](i64 l) { return array[l]; };
  }
}

// Op over load(0, l), ..., load(n-1, l) for each lane, in a free order; n = 0 gives the identity. Rows are combined
// among themselves before they meet the sum of all before, which keeps the error of long sums small.
template <class Op, class T, class Load>
inline auto reduce_lanes(T* array, i64 n, i64 lanes, Load load) {
  if constexpr (kSimt) {
    T sum = Op::template identity<T>();
    if (thread_id() < lanes)
      for (i64 c = 0; c < n; ++c) sum = Op::combine(sum, load(c, i64(thread_id())));
    return [=](i64) { return sum; };
  } else {
    for_each(lanes, [=](i64 l) { array[l] = Op::template identity<T>(); });
    i64 c = 0;
    for (; c + 8 <= n; c += 8)
      for_each(lanes, [=](i64 l) {
        T a = Op::combine(Op::combine(load(c, l), load(c + 1, l)), Op::combine(load(c + 2, l), load(c + 3, l)));
        T b = Op::combine(Op::combine(load(c + 4, l), load(c + 5, l)), Op::combine(load(c + 6, l), load(c + 7, l)));
        array[l] = Op::combine(array[l], Op::combine(a, b));
      });
    for (; c < n; ++c) for_each(lanes, [=](i64 l) { array[l] = Op::combine(array[l], load(c, l)); });
    return [=](i64 l) { return array[l]; };
  }
}

}  // namespace tegula::kernel
