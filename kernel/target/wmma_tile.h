// AMD's gfx11: products of 16 x 16 x 16 by waves of 32.
#pragma once

#include "kernel/target/amd_tile.h"

namespace tegula::kernel {

template <class T>
struct WaveAccumulator : WaveTile<T, 16, F32x8> {};

template <class T, i32 ra, i32 rb>
INLINE void dot(WaveAccumulator<T>& acc, LocalTile<ra> a, LocalTile<rb> b, const Tile&, i32) {
  using C = WaveAccumulator<T>;
  struct Two {
    U32x4 half[2];
  };
  auto row_of_tile = [](auto tile, i32 row, i32 s) __attribute__((always_inline)) {
    return bit_cast<I16x16>(Two{local_load(tile.piece(row, 2 * s)), local_load(tile.piece(row, 2 * s + 1))});
  };
  const i32 l = thread_id() % 16, i0 = acc.row(), j0 = acc.col();
  UNROLL
  for (i32 s = 0; s < 4; ++s) {
    I16x16 x[C::kMt], y[C::kNt];
    UNROLL
    for (i32 u = 0; u < C::kMt; ++u) x[u] = row_of_tile(a, i0 + u * 16 + l, s);
    UNROLL
    for (i32 v = 0; v < C::kNt; ++v) y[v] = row_of_tile(b, j0 + v * 16 + l, s);
    UNROLL
    for (i32 u = 0; u < C::kMt; ++u) {
      UNROLL
      for (i32 v = 0; v < C::kNt; ++v) wmma_16x16x16(acc.c[u][v], y[v], x[u]);
    }
  }
}

template <class T, class F, class... Same>
INLINE void each(const Tile& t, F f, const WaveAccumulator<T>& acc, const Same&... more) {
  using C = WaveAccumulator<T>;
  const i32 l = thread_id() % kWave, high = l / 16;
  auto eight = [=](const C& x, i32 u, i32 v) __attribute__((always_inline)) {
    Neighbours<8> n;  // columns 2 r + high become 8 high + e
    UNROLL
    for (i32 r = 0; r < 4; ++r) {
      const f32 below = x.c[u][v][r], above = x.c[u][v][r + 4], got = swap_halves(high ? below : above);
      n.v[2 * r] = high ? got : below, n.v[2 * r + 1] = high ? above : got;
    }
    return n;
  };
  UNROLL
  for (i32 u = 0; u < C::kMt; ++u) {
    UNROLL
    for (i32 v = 0; v < C::kNt; ++v) {
      const i32 i = acc.row() + u * 16 + l % 16, j = acc.col() + v * 16 + high * 8;
      auto store = [&](auto... values) __attribute__((always_inline)) {
        if (i < t.rows) each_of_row<8>(t.i0 + i, t.j0 + j, t.cols - j, f, values...);
      };
      store(eight(acc, u, v), eight(more, u, v)...);
    }
  }
}

}  // namespace tegula::kernel
