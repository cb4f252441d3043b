// C = A B^T over a pipeline of tiles, as kernel/matmul.h is to be: the tiling T decides what a tile is, `pipeline` who
// stages it when. All of `b` share A and their shape; epilogue(i, j, value...) gets one value of each.
#pragma once

#include "tests/kernel/gpu/operand.h"

namespace tegula::kernel {

template <class T, class A, class E, class... B>
INLINE void tiled_matmul(Blocks blocks, i64 m, i64 n, i64 k, A a, E epilogue, B... b) {
  struct State {
    typename T::Acc acc[sizeof...(B)];
  };
  const auto tiles = T::tiles(blocks, m, n);
  auto depth_of = [=](i32 step) { return k - i64(step) * T::kK < T::kK ? i32(k - i64(step) * T::kK) : T::kK; };
  pipeline<T::kThreads, T::kStages, 0, List<A, B...>, typename T::NearA, Same<typename T::NearB, B>...>(
      tiles.count,
      [=](i64 w) __attribute__((always_inline)) {
        Tile t = tiles(w);
        t.steps = i32((k + T::kK - 1) / T::kK);
        return t;
      },
      [=](auto filler, const Tile& t, i32 step, auto&& near_a, auto&&... near_b) __attribute__((always_inline)) {
        const i64 k0 = i64(step) * T::kK;
        filler.template fill<T::kThreads>(near_a, a, t.i0, k0, t.rows, depth_of(step));
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

}  // namespace tegula::kernel
