// How the threads of a block fill a local tile, where they have asynchronous copies (copy_async of
// kernel/target/ptx.h). One idea: the type of the operand says whether 16 bytes of it can be copied as they lie;
// otherwise eight elements are computed.
#pragma once

#include "kernel/target/local_tile.h"

namespace tegula::kernel {

// Fills `tile` with rows i0.. and columns k0.. of a, of which `inside` rows and `depth` columns (whole pieces) are
// there; the others become zeros. Done by `threads` threads, of which this is number `thread`. Copies may still be
// under way.
template <i32 threads, class A, i32 rows, i32 slabs>
INLINE void copy_tile(LocalTile<rows, slabs> tile, A a, i32 thread, i64 i0, i64 k0, i32 inside, i32 depth) {
  constexpr i32 step = threads / 8, count = rows / step;
  static_assert(rows % step == 0 && step % 8 == 0);
  const i32 row = thread / 8, piece = thread % 8;
  UNROLL
  for (i32 s = 0; s < slabs; ++s) {
    const u32 image = tile.at + s * rows * 128 + thread * 16;
    const bool column_inside = s * kSlab + piece * 8 < depth;
    if constexpr (kIsRows<A>) {
      auto from = a.p + (i0 + row) * a.stride + k0 + s * kSlab + piece * 8;
      const u32 to = tile.piece(row, s * 8 + piece);
      UNROLL
      for (i32 n = 0; n < count; ++n)
        copy_async(to + n * step * 128, from + n * step * a.stride, row + n * step < inside && column_inside);
    } else if constexpr (kIsSlabs<A>) {
      auto from = a.slab(i0, k0 + s * kSlab) + thread * 8;
      UNROLL
      for (i32 n = 0; n < count; ++n)
        copy_async(image + n * threads * 16, from + n * threads * 8, row + n * step < inside);
    } else if constexpr (kIsPaged<A>) {
      UNROLL
      for (i32 n = 0; n < count; ++n) {
        const i32 r = row + n * step, i = i32(i0) + (r < inside ? r : 0);
        auto from = a.slab(i / A::kBlock, i32(k0) / kSlab + s) + i % A::kBlock * kSlab + piece * 8;
        copy_async(image + n * threads * 16, from, r < inside);
      }
    } else {
      constexpr i32 batch = count < 4 ? count : 4;  // under way at once
      NO_UNROLL
      for (i32 n0 = 0; n0 < count; n0 += batch) {
        U32x4 v[batch];
        UNROLL
        for (i32 n = 0; n < batch; ++n) {
          const i32 r = row + (n0 + n) * step;
          v[n] = r < inside && column_inside ? eight_of(a, i0 + r, k0 + s * kSlab + piece * 8) : U32x4(0);
        }
        UNROLL
        for (i32 n = 0; n < batch; ++n) local_store(tile.piece(row + (n0 + n) * step, s * 8 + piece), v[n]);
      }
    }
  }
}

}  // namespace tegula::kernel
