// Attention's two products on sm_90a, by wgmma; they are under way when the functions return.
#pragma once

#include "kernel/target/attention_rows.h"
#include "kernel/target/sm90_tile.h"

namespace tegula::kernel {

inline constexpr bool kAsyncDot = true;

// A block's query rows, 64 to a warpgroup, and the keys of a step. See AttentionWarps for the names.
template <i32 keys, i32 groups, i32 stages>
struct AttentionGroups {
  static constexpr i32 kKeys = keys, kThreads = (groups + 1) * 128, kMt = 1, kRows = groups * 64, kStages = stages;
  INLINE static i32 row(i32 r) { return (thread_id() - 128) / 32 * 16 + r % 2 * 8 + lane_id() / 4; }
  static constexpr i32 kFillRows = 64, kFillThreads = 128;
  INLINE static i32 first_row() { return (warpgroup() - 1) * 64; }
  INLINE static i32 fill_thread() { return thread_id() % 128; }
  INLINE static void filled() {
    async_proxy_fence();
    if (warpgroup() == 1) named_barrier<1, 128>();
    else named_barrier<2, 128>();
  }
};

template <class T, i32 nt, i32 rq, i32 slabs, i32 rk>
INLINE void dot_keys(Fragment<1, nt>& scores, LocalTile<rq, slabs> q, LocalTile<rk, slabs> k) {
  wgmma_fence();
  UNROLL
  for (i32 d = 0; d < slabs * 4; ++d) {
    const u64 a = descriptor(q.at + (d / 4 * rq + T::first_row()) * 128 + d % 4 * 32);
    const u64 b = descriptor(k.at + d / 4 * rk * 128 + d % 4 * 32);
    if (d == 0) Wgmma<nt * 8>::template product<false, false>(scores.c[0], a, b);
    else Wgmma<nt * 8>::template product<true, false>(scores.c[0], a, b);
  }
  wgmma_commit();
}

template <class T, i32 nt, i32 no, i32 rv, i32 slabs>
INLINE void dot_values(Fragment<1, no>& o, const Weights<1, nt>& weights, LocalTile<rv, slabs> values) {
  wgmma_fence();
  UNROLL
  for (i32 s = 0; s < nt / 2; ++s)
    Wgmma<no * 8>::template product<true, true>(o.c[0], weights.a[0][s], descriptor(values.at + s * 2048, rv * 128));
  wgmma_commit();
}

// Rows from `inside` on become zeros: a bulk copy also brings what a page's unused rows hold, and 0 x NaN is NaN.
template <class T, i32 rows, i32 slabs>
INLINE void clear_rows(LocalTile<rows, slabs> tile, i32 inside) {
  for (i32 e = T::fill_thread(); e < (rows - inside) * slabs * 8; e += T::kFillThreads)
    local_store(tile.piece(inside + e / (slabs * 8), e % (slabs * 8)), U32x4(0));
  T::filled();
}

}  // namespace tegula::kernel
