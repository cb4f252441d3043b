// Attention's two products on NVIDIA from sm_80 on, by mma.sync; they have ended when the functions return.
#pragma once

#include "kernel/target/attention_rows.h"

namespace tegula::kernel {

inline constexpr bool kAsyncDot = false;

// A block's query rows, 16 mt to a warp, and the keys of a step.
template <i32 keys, i32 warps, i32 mt, i32 stages>
struct AttentionWarps {
  static constexpr i32 kKeys = keys, kThreads = warps * 32, kMt = mt, kRows = warps * mt * 16, kStages = stages;
  INLINE static i32 row(i32 r) { return first_row() + r / 2 * 16 + r % 2 * 8 + lane_id() / 4; }
  // This thread's part in filling the kept tile of queries: rows first_row().. by kFillThreads threads, of which it is
  // number fill_thread(); and what makes it readable for those who will.
  static constexpr i32 kFillRows = mt * 16, kFillThreads = 32;
  INLINE static i32 first_row() { return thread_id() / 32 * (mt * 16); }
  INLINE static i32 fill_thread() { return lane_id(); }
  INLINE static void filled() { barrier(); }
};

// scores = q k^T
template <class T, i32 nt, i32 rq, i32 slabs, i32 rk>
INLINE void dot_keys(Fragment<T::kMt, nt>& scores, LocalTile<rq, slabs> q, LocalTile<rk, slabs> k) {
  const i32 l = lane_id(), i0 = T::first_row();
  scores.zero();
  UNROLL
  for (i32 d = 0; d < slabs * 4; ++d) {
    u32 a[T::kMt][4];
    UNROLL
    for (i32 u = 0; u < T::kMt; ++u) load_matrices(a[u], q.piece(i0 + u * 16 + l % 16, 2 * d + l / 16));
    UNROLL
    for (i32 v = 0; v < nt / 2; ++v) {
      u32 b[4];
      load_matrices(b, k.piece(v * 16 + l % 8 + l / 16 * 8, 2 * d + l / 8 % 2));
      UNROLL
      for (i32 u = 0; u < T::kMt; ++u) {
        mma_16x8x16(&scores.c[u][8 * v], a[u], b[0], b[1]);
        mma_16x8x16(&scores.c[u][8 * v + 4], a[u], b[2], b[3]);
      }
    }
  }
}

// o += weights values
template <class T, i32 nt, i32 no, i32 rv, i32 slabs>
INLINE void dot_values(Fragment<T::kMt, no>& o, const Weights<T::kMt, nt>& weights, LocalTile<rv, slabs> values) {
  const i32 l = lane_id();
  UNROLL
  for (i32 s = 0; s < nt / 2; ++s) {
    UNROLL
    for (i32 v = 0; v < no / 2; ++v) {
      u32 b[4];
      load_matrices_transposed(b, values.piece(s * 16 + l % 16, 2 * v + l / 16));
      UNROLL
      for (i32 u = 0; u < T::kMt; ++u) {
        mma_16x8x16(&o.c[u][8 * v], weights.a[u][s], b[0], b[1]);
        mma_16x8x16(&o.c[u][8 * v + 4], weights.a[u][s], b[2], b[3]);
      }
    }
  }
}

// Nothing is ever under way, and copies fill with zeros what is behind the last key.
template <i32 mt, i32 nt>
INLINE void settle(Fragment<mt, nt>&) {}
template <i32 mt, i32 nt>
INLINE void settle_older(Fragment<mt, nt>&) {}
template <i32 mt, i32 nt>
INLINE void hold(Fragment<mt, nt>&) {}
template <class T, i32 rows, i32 slabs>
INLINE void clear_rows(LocalTile<rows, slabs>, i32) {}

}  // namespace tegula::kernel
