// C = A B with everything around it fused: a(i, k) and b(j, k) are operands (kernel/operand.h), and epilogue(i, j,
// value) gets each element of C once. One idea: one body over a pipeline of tiles; what a tile is, and who stages it
// when, each target decides. Invariant: C's elements are summed in Product<A, B>, whatever the operands are stored in:
// f32 for 16-bit floats; integers wrap. The epilogue rounds them, once.
#pragma once

#include "kernel/grid.h"
#include "kernel/tile.h"

namespace tegula::kernel {

// Number of blocks of a matmul; for the host as well, which says whether the kernel is compiled for SIMT.
// A batch of matmuls has `batch` times as many.
constexpr auto matmul_blocks(auto m, auto n, bool simt = kSimt) { return tile_blocks(m, n, simt); }

namespace detail {

template <class A, class E, class... B>
INLINE void matmul(Blocks blocks, i64 m, i64 n, i64 k, A a, E epilogue, B... b) {
  if (matmul_override(blocks, m, n, k, a, epilogue, b...)) return;
  if constexpr (kIsRounded<A>) {
    detail::matmul(blocks, m, n, k, a.x, epilogue, b...);
  } else {
    using T = Tiling<A, B...>;
    struct State {
      typename T::Acc acc[sizeof...(B)];
    };
    const auto tiles = T::tiles(blocks, m, n);
    auto depth_of = [=](i32 step) { return k - i64(step) * T::kK < T::kK ? i32(k - i64(step) * T::kK) : T::kK; };
    RowTable<A, T::kM> rows;
    pipeline<T::kThreads, T::kStages, 0, List<A, B...>, typename T::NearA, Same<typename T::NearB, B>...>(
        tiles.count,
        [=](i64 w) __attribute__((always_inline)) {
          Tile t = tiles(w);
          t.steps = i32((k + T::kK - 1) / T::kK);
          return t;
        },
        [&](auto filler, const Tile& t, i32 step, auto&& near_a, auto&&... near_b) __attribute__((always_inline)) {
          const i64 k0 = i64(step) * T::kK;
          filler.template fill<T::kThreads>(near_a, rows.of(a, t, step), t.i0, k0, t.rows, depth_of(step));
          (filler.template fill<T::kThreads>(near_b, b, t.j0, k0, t.cols, depth_of(step)), ...);
        },
        [](const Tile&) __attribute__((always_inline)) {
          State s;
          UNROLL
          for (auto& acc : s.acc) acc.zero();
          return s;
        },
        [=](State& s, const Tile& t, i32 step, auto near_a, auto... near_b) __attribute__((always_inline)) {
          auto* acc = s.acc;
          (dot(*acc++, near_a, near_b, t, depth_of(step)), ...);
        },
        [=](State& s, const Tile& t) __attribute__((always_inline)) {
          UNROLL
          for (auto& acc : s.acc) settle(acc);
          if constexpr (sizeof...(B) == 1) each(t, epilogue, s.acc[0]);
          else each(t, epilogue, s.acc[0], s.acc[1]);
        });
  }
}

}  // namespace detail

// C[m, n] = A[m, k] B[n, k]^T. Any m, n, k, also 0.
template <class A, class B, class E>
INLINE void matmul(Blocks blocks, i64 m, i64 n, i64 k, A a, B b, E epilogue) {
  detail::matmul(blocks, m, n, k, a, epilogue, b);
}

// Two products that share A and their shape, such as a gate and what it scales: epilogue(i, j, value0, value1).
template <class A, class B0, class B1, class E>
INLINE void matmul2(Blocks blocks, i64 m, i64 n, i64 k, A a, B0 b0, B1 b1, E epilogue) {
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
