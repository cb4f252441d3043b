// Accumulators of mma.sync and wgmma: 16 rows x 8 columns to a warp at a time.
// Lane l has rows l / 4 and l / 4 + 8, columns 2 (l % 4) and the next; c[u][4 v + 2 h + e] is row 16 u + l / 4 + 8 h,
// column 8 v + 2 (l % 4) + e. Invariant: every loop over c is unrolled in full, or c would lie in memory.
#pragma once

#include "kernel/target/tile_order.h"

namespace tegula::kernel {

template <i32 mt, i32 nt>
struct Fragment {
  static constexpr i32 kMt = mt, kNt = nt;
  f32 c[mt][nt * 4];
  INLINE void zero() {
    UNROLL
    for (i32 u = 0; u < mt; ++u) {
      UNROLL
      for (i32 v = 0; v < nt * 4; ++v) c[u][v] = 0;
    }
  }
};

// Eight neighbours of one row: of rows 16 u + l / 4 + 8 h of x, columns 32 p + 8 (l % 4) and the seven after. The four
// lanes of a row exchange what they have: lane q has v[p] for p = 0..3, and gets what lane p has as v[q].
template <i32 mt, i32 nt>
INLINE Neighbours<8> neighbours(const Fragment<mt, nt>& x, i32 u, i32 h, i32 p) {
  const i32 q = lane_id() % 4;
  Neighbours<8> v;
  UNROLL
  for (i32 i = 0; i < 8; ++i) v.v[i] = x.c[u][4 * (4 * p + i / 2) + 2 * h + i % 2];
  UNROLL
  for (i32 bit = 1; bit < 4; bit *= 2) {
    UNROLL
    for (i32 i = 0; i < 8; ++i) {
      if (i / 2 & bit) continue;
      const f32 low = v.v[i], high = v.v[i + 2 * bit], got = shuffle_xor(q & bit ? low : high, bit);
      v.v[i] = q & bit ? got : low;
      v.v[i + 2 * bit] = q & bit ? high : got;
    }
  }
  return v;
}

// f(i, j, value...) for every element of C. The fragments are rows `row`.. and columns `col`.. of the tile; c[u + 1] is
// `stride` rows below c[u].
template <i32 stride, class F, class First, class... More>
INLINE void each_fragment(const Tile& t, i32 row, i32 col, F f, const First& first, const More&... more) {
  UNROLL
  for (i32 u = 0; u < First::kMt; ++u) {
    UNROLL
    for (i32 h = 0; h < 2; ++h) {
      const i32 i = row + u * stride + lane_id() / 4 + 8 * h;
      UNROLL
      for (i32 p = 0; p < First::kNt / 4; ++p) {
        const i32 j = col + 32 * p + 8 * (lane_id() % 4);
        auto store = [&](auto... values) __attribute__((always_inline)) {
          if (i < t.rows) each_of_row<8>(t.i0 + i, t.j0 + j, t.cols - j, f, values...);
        };
        store(neighbours(first, u, h, p), neighbours(more, u, h, p)...);
      }
    }
  }
}

}  // namespace tegula::kernel
