// Products of bf16 on sm_90a: wgmma straight out of local memory, by warpgroups 1.. of a block; warpgroup 0 fills.
#pragma once

#include "kernel/target/fragment.h"
#include "kernel/target/sm90_pipeline.h"

namespace tegula::kernel {

template <class T>
struct GroupAccumulator;

// A block's tile of C, how many warpgroups share its rows, and how many stages are under way.
template <i32 m, i32 n, i32 groups, i32 stages>
struct Groups {
  using Acc = GroupAccumulator<Groups>;
  using NearA = LocalTile<m>;
  using NearB = LocalTile<n>;
  static constexpr i32 kM = m, kN = n, kK = kSlab, kStages = stages, kThreads = (groups + 1) * 128;
  static constexpr i32 kGroupM = m / groups;
  INLINE static TileOrder<m, n> tiles(Blocks blocks, i64 m_all, i64 n_all) { return {blocks, m_all, n_all}; }
};

// The warpgroup's rows of the tile.
template <class T>
struct GroupAccumulator : Fragment<T::kGroupM / 64, T::kN / 8> {
  INLINE static i32 row() { return (warpgroup() - 1) * T::kGroupM; }
};

// The compiler moves nothing that is done to these registers across this point.
template <i32 mt, i32 nt>
INLINE void hold(Fragment<mt, nt>& x) {
  UNROLL
  for (i32 u = 0; u < mt; ++u) {
    UNROLL
    for (i32 v = 0; v < nt * 4; ++v) keep(x.c[u][v]);
  }
}

// Waits until all products have ended, or all but those that were committed last.
template <i32 mt, i32 nt>
INLINE void settle(Fragment<mt, nt>& acc) {
  wgmma_wait<0>();
  hold(acc);
}
template <i32 mt, i32 nt>
INLINE void settle_older(Fragment<mt, nt>& acc) {
  wgmma_wait<1>();
  hold(acc);
}

// A matrix in local memory: swizzled by 128 bytes, eight rows in 1024; `next` bytes lie between slabs, where rows are
// longer than one.
INLINE u64 descriptor(u32 at, u32 next = 16) {
  return u64(at >> 4 & 0x3fff) | u64(next >> 4) << 16 | u64(1024 >> 4) << 32 | u64(1) << 62;
}

template <class T, i32 ra, i32 rb>
INLINE void dot(GroupAccumulator<T>& acc, LocalTile<ra> a, LocalTile<rb> b, const Tile&, i32) {
  wgmma_fence();
  UNROLL
  for (i32 s = 0; s < kSlab / 16; ++s) {
    UNROLL
    for (i32 u = 0; u < T::kGroupM / 64; ++u)
      Wgmma<T::kN>::template product<true, false>(acc.c[u], descriptor(a.at + (acc.row() + u * 64) * 128 + s * 32),
                                                  descriptor(b.at + s * 32));
  }
  wgmma_commit();
}

template <class T, class F, class... Same>
INLINE void each(const Tile& t, F f, const GroupAccumulator<T>& acc, const Same&... more) {
  each_fragment<64>(t, acc.row() + thread_id() % 128 / 32 * 16, 0, f, acc, more...);
}

}  // namespace tegula::kernel
