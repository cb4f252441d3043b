// What attention needs of fragments: scores whose rows are reduced, scaled and rounded to be the next product's left
// operand. A thread has 2 mt rows of a Fragment<mt, nt>; row r of them is row l / 4 + 8 (r % 2) of c[r / 2].
#pragma once

#include "kernel/target/fragment.h"

namespace tegula::kernel {

template <i32 mt>
struct PerRow {
  f32 v[mt * 2];
};

// f(row of the thread, column, element&)
template <i32 mt, i32 nt, class F>
INLINE void each_element(Fragment<mt, nt>& x, F f) {
  UNROLL
  for (i32 u = 0; u < mt; ++u) {
    UNROLL
    for (i32 v = 0; v < nt; ++v) {
      UNROLL
      for (i32 e = 0; e < 4; ++e) f(2 * u + e / 2, 8 * v + lane_id() % 4 * 2 + e % 2, x.c[u][4 * v + e]);
    }
  }
}

// Combines what the four lanes of a row have.
template <i32 mt, class F>
INLINE PerRow<mt> across_quad(PerRow<mt> r, F f) {
  UNROLL
  for (i32 i = 0; i < mt * 2; ++i) {
    r.v[i] = f(r.v[i], shuffle_xor(r.v[i], 1));
    r.v[i] = f(r.v[i], shuffle_xor(r.v[i], 2));
  }
  return r;
}

// A fragment rounded to bf16, as the left operand of a product: a[u][s] has columns 16 s.. of rows u.
template <i32 mt, i32 nt>
struct Weights {
  u32 a[mt][nt / 2][4];
};
template <i32 mt, i32 nt>
INLINE Weights<mt, nt> packed(const Fragment<mt, nt>& x) {
  Weights<mt, nt> w;
  UNROLL
  for (i32 u = 0; u < mt; ++u) {
    UNROLL
    for (i32 s = 0; s < nt / 2; ++s) {
      UNROLL
      for (i32 r = 0; r < 4; ++r) {
        const i32 at = 4 * (2 * s + r / 2) + 2 * (r % 2);
        w.a[u][s][r] = pack_bf16(x.c[u][at], x.c[u][at + 1]);
      }
    }
  }
  return w;
}

}  // namespace tegula::kernel
