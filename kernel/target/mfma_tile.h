// AMD's gfx90a and gfx942: products of 32 x 32 x 8 by waves of 64.
#pragma once

#include "kernel/target/amd_tile.h"

namespace tegula::kernel {

template <class T>
struct WaveAccumulator : WaveTile<T, 32, F32x16> {};

template <class T, i32 ra, i32 rb>
INLINE void dot(WaveAccumulator<T>& acc, LocalTile<ra> a, LocalTile<rb> b, const Tile&, i32) {
  using C = WaveAccumulator<T>;
  struct Two {
    I16x4 of[2];
  };
  const i32 l = thread_id() % kWave, i0 = acc.row(), j0 = acc.col();
  UNROLL
  for (i32 s = 0; s < 4; ++s) {
    Two x[C::kMt], y[C::kNt];
    UNROLL
    for (i32 u = 0; u < C::kMt; ++u) x[u] = bit_cast<Two>(local_load(a.piece(i0 + u * 32 + l % 32, 2 * s + l / 32)));
    UNROLL
    for (i32 v = 0; v < C::kNt; ++v) y[v] = bit_cast<Two>(local_load(b.piece(j0 + v * 32 + l % 32, 2 * s + l / 32)));
    UNROLL
    for (i32 h = 0; h < 2; ++h) {
      UNROLL
      for (i32 u = 0; u < C::kMt; ++u) {
        UNROLL
        for (i32 v = 0; v < C::kNt; ++v) mfma_32x32x8(acc.c[u][v], y[v].of[h], x[u].of[h]);
      }
    }
  }
}

template <class T, class F, class... Same>
INLINE void each(const Tile& t, F f, const WaveAccumulator<T>& acc, const Same&... more) {
  using C = WaveAccumulator<T>;
  const i32 l = thread_id() % kWave;
  auto four = [](const C& x, i32 u, i32 v, i32 q) __attribute__((always_inline)) {
    Neighbours<4> n;
    UNROLL
    for (i32 e = 0; e < 4; ++e) n.v[e] = x.c[u][v][4 * q + e];
    return n;
  };
  UNROLL
  for (i32 u = 0; u < C::kMt; ++u) {
    UNROLL
    for (i32 v = 0; v < C::kNt; ++v) {
      UNROLL
      for (i32 q = 0; q < 4; ++q) {
        const i32 i = acc.row() + u * 32 + l % 32, j = acc.col() + v * 32 + q * 8 + l / 32 * 4;
        if (i < t.rows) each_of_row<4>(t.i0 + i, t.j0 + j, t.cols - j, f, four(acc, u, v, q), four(more, u, v, q)...);
      }
    }
  }
}

}  // namespace tegula::kernel
