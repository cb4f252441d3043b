// C = A B with everything around it fused: a(i, k) loads A, B is a packed weight or a lambda b(k, j), and the epilogue
// (i, j, value) gets each element of C once.
// One idea: one body over tiles (kernel/tile.h); what a tile is, each target decides. a may also be a(i) -> functor
// over k where something is computed once per row, and Rounded{a} where A may be rounded to 8 bits. Invariant: C's
// element type is that of a's values times b's; an f32 result accumulates in f32, an integer wraps.
#pragma once

#include "kernel/grid.h"
#include "kernel/tile.h"

namespace tegula::kernel {

// Number of blocks of a matmul; for the host as well, which says whether the kernel is compiled for SIMT.
// A batch of matmuls has `batch` times as many.
constexpr auto matmul_blocks(auto m, auto n, bool simt = kSimt) {
  return ceildiv(m, simt ? 64 : 256) * ceildiv(n, simt ? 64 : 32);
}

namespace detail {

template <class A, class E, class... B>
inline void matmul(Blocks blocks, i64 m, i64 n, i64 k, A a, E epilogue, B... b) {
  if constexpr ((kIntegerProduct<A, B> && ...)) {
    integer_matmul(blocks, m, n, k, a.load, epilogue, b...);
  } else if constexpr (kIsRounded<A>) {
    detail::matmul(blocks, m, n, k, a.load, epilogue, b...);
  } else {
    using T = Product<A, typename FirstOf<B...>::type>;
    constexpr int count = sizeof...(B);
    static_assert(matmul_blocks(1000, 1000) == tile_blocks(1000, 1000));
    if (matmul_special<T>(blocks, m, n, k, a, epilogue, b...)) return;
    for_tiles<T, count>(blocks, m, n, [&](TileShape t) {
      Accumulator<T, count> acc;
      TileA<T, count> tile_a;
      TileB<T, count> tile_b;
      RowTable<A, kTileRows> table;
      auto rows = table.of(a, t.i0, t.rows);
      NO_UNROLL
      for (i64 k0 = 0; k0 < k; k0 += kTileDepth<T, count>) {
        i32 depth = k - k0 < kTileDepth<T, count> ? i32(k - k0) : kTileDepth<T, count>;
        tile_a.stage(t, rows, k0, depth);
        stage_all(tile_b, t, k0, depth, b...);
        dot(acc, tile_a, tile_b, t, depth);
      }
      each(acc, t, epilogue);
    });
  }
}

}  // namespace detail

// C[m, n] = A[m, k] B[k, n]. Any m, n, k, also 0.
template <class A, class B, class E>
inline void matmul(Blocks blocks, i64 m, i64 n, i64 k, A a, B b, E epilogue) {
  detail::matmul(blocks, m, n, k, a, epilogue, b);
}

// Two products that share A and their shape, such as a gate and what it scales: epilogue(i, j, value0, value1).
template <class A, class B0, class B1, class E>
inline void matmul2(Blocks blocks, i64 m, i64 n, i64 k, A a, B0 b0, B1 b1, E epilogue) {
  detail::matmul(blocks, m, n, k, a, epilogue, b0, b1);
}

// Runs f(batch index, Blocks) over a launch of batch * per_batch blocks, for matmuls of a batch:
//   for_batch(blocks, d0, matmul_blocks(d1, 64), [=](i64 s, Blocks part) { matmul(part, d1, 64, d2, ...); });
template <class F>
inline void for_batch(Blocks blocks, i64 batch, i64 per_batch, F f) {
  if (per_batch <= 0) return;
  i64 last = blocks.end < batch * per_batch ? blocks.end : batch * per_batch;
  for (i64 b = blocks.begin; b < last;) {
    i64 s = b / per_batch, end = (s + 1) * per_batch < last ? (s + 1) * per_batch : last;
    f(s, Blocks{b - s * per_batch, end - s * per_batch});
    b = end;
  }
}

// Runs f(Blocks) over those of `blocks` that are among the first `count`, and gives the others, counted from there: a
// launch of several kernels, one after another.
//   rest = part(rest, matmul_blocks(d0, 64), [=](Blocks mine) { matmul(mine, d0, 64, ...); });
template <class F>
inline Blocks part(Blocks blocks, i64 count, F f) {
  if (blocks.begin < count && blocks.begin < blocks.end)
    f(Blocks{blocks.begin, blocks.end < count ? blocks.end : count});
  return Blocks{blocks.begin > count ? blocks.begin - count : 0, blocks.end > count ? blocks.end - count : 0};
}

}  // namespace tegula::kernel
