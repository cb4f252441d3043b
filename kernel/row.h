// Kernels that handle a row at a time: softmax, norms, losses, anything with reductions along the last axis.
// One idea: the body is ordinary code for one row that calls reduce, arg_reduce and for_each of kernel/block.h; a value
// that several of them read is staged once into an array of the block.
// Invariant: the body is called once per row, by all threads of a block together.
//
//   rows(blocks, d0, [=](i64 row) {
//     LOCAL_ARRAY(f32, s0, 2048);                                       // only where the length is a small constant
//     auto x = stage(s0, 2048, [=](i64 i) { return load(b0 + row * 2048 + i); });
//     f32 r = rsqrt(reduce<Add>(2048, [=](i64 i) { return x(i) * x(i); }) / 2048 + 1e-5f);
//     for_each(2048, [=](i64 i) { store(b1 + row * 2048 + i, x(i) * r); });
//   });
#pragma once

#include "kernel/block.h"

namespace tegula::kernel {

// Bytes of LOCAL_ARRAYs that one kernel may hold, on every target.
inline constexpr i64 kStageBytes = 32768;

constexpr auto row_blocks(auto rows) { return rows; }

template <class F>
inline void rows(Blocks blocks, i64 count, F f) {
  i64 end = blocks.end < count ? blocks.end : count;
  for (i64 row = blocks.begin; row < end; ++row) f(row);
}

// Evaluates load(0..n-1) once into `array` (a LOCAL_ARRAY of the same block) and returns the functor that reads it.
// A new stage into the same array needs a barrier() after the last read of the old one.
template <class P, class Load>
inline auto stage(P array, i64 n, Load load) {
  using T = decltype(load(i64(0)));
  for_each(n, [=](i64 i) { store_as<T>(array + i, load(i)); });
  barrier();
  return [=](i64 i) { return load_as<T>(array + i); };
}

}  // namespace tegula::kernel
