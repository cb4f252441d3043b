// Products of bf16 on NVIDIA from sm_80 on (also sm_89, sm_120): mma.sync out of ldmatrix.
#pragma once

#include "kernel/target/fragment.h"

namespace tegula::kernel {

template <class T>
struct WarpAccumulator;

// A block's tile of C, how many stages are under way, and how its warps share it.
template <i32 m, i32 n, i32 warps_m, i32 warps_n, i32 stages>
struct Warps {
  using Acc = WarpAccumulator<Warps>;
  using NearA = LocalTile<m>;
  using NearB = LocalTile<n>;
  static constexpr i32 kM = m, kN = n, kK = kSlab, kStages = stages, kThreads = warps_m * warps_n * 32;
  static constexpr i32 kWarpsN = warps_n, kWarpM = m / warps_m, kWarpN = n / warps_n;
  INLINE static TileOrder<m, n> tiles(Blocks blocks, i64 m_all, i64 n_all) { return {blocks, m_all, n_all}; }
};

// The warp's part of the tile.
template <class T>
struct WarpAccumulator : Fragment<T::kWarpM / 16, T::kWarpN / 8> {
  INLINE static i32 row() { return thread_id() / 32 / T::kWarpsN * T::kWarpM; }
  INLINE static i32 col() { return thread_id() / 32 % T::kWarpsN * T::kWarpN; }
};

template <class T, i32 ra, i32 rb>
INLINE void dot(WarpAccumulator<T>& acc, LocalTile<ra> a, LocalTile<rb> b, const Tile&, i32) {
  constexpr i32 mt = T::kWarpM / 16, nt = T::kWarpN / 8;
  const i32 l = lane_id(), i0 = acc.row(), j0 = acc.col();
  UNROLL
  for (i32 s = 0; s < kSlab / 16; ++s) {
    u32 rows[mt][4], cols[nt / 2][4];
    UNROLL
    for (i32 u = 0; u < mt; ++u) load_matrices(rows[u], a.piece(i0 + u * 16 + l % 16, 2 * s + l / 16));
    UNROLL
    for (i32 v = 0; v < nt / 2; ++v)
      load_matrices(cols[v], b.piece(j0 + v * 16 + l % 8 + l / 16 * 8, 2 * s + l / 8 % 2));
    UNROLL
    for (i32 u = 0; u < mt; ++u) {
      UNROLL
      for (i32 v = 0; v < nt; ++v)
        mma_16x8x16(&acc.c[u][4 * v], rows[u], cols[v / 2][v % 2 * 2], cols[v / 2][v % 2 * 2 + 1]);
    }
  }
}
template <class T>
INLINE void settle(WarpAccumulator<T>&) {}

template <class T, class F, class... Same>
INLINE void each(const Tile& t, F f, const WarpAccumulator<T>& acc, const Same&... more) {
  each_fragment<16>(t, acc.row(), acc.col(), f, acc, more...);
}

}  // namespace tegula::kernel
