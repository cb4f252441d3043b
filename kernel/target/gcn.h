// AMD's instructions as functions: local memory by 32-bit addresses, as in kernel/target/ptx.h, and matrix products.
#pragma once

namespace tegula::kernel {

extern LOCAL u8 dynamic_local[] __attribute__((aligned(1024)));  // as many bytes as the launch says
INLINE u32 local_base() { return u32(u64((LOCAL u8*)dynamic_local)); }

INLINE i64 num_blocks() { return i64(__builtin_amdgcn_grid_size_x() / __builtin_amdgcn_workgroup_size_x()); }
INLINE u32 pack_bf16(f32 low, f32 high) {
  return __builtin_bit_cast(u16, __bf16(low)) | u32(__builtin_bit_cast(u16, __bf16(high))) << 16;
}
INLINE void local_store(u32 at, U32x4 v) { *(LOCAL U32x4*)u64(at) = v; }
INLINE U32x4 local_load(u32 at) { return *(LOCAL const U32x4*)u64(at); }

using I16x4 = i16 __attribute__((ext_vector_type(4)));
using I16x16 = i16 __attribute__((ext_vector_type(16)));
using F32x8 = f32 __attribute__((ext_vector_type(8)));
using F32x16 = f32 __attribute__((ext_vector_type(16)));

#if defined(__gfx90a__) || defined(__gfx942__)
inline constexpr i32 kWave = 64;

// d += a b of 32 x 8 and 8 x 32 bf16. Lane l has row l % 32 of a and column l % 32 of b, ks 4 (l / 32) and the three
// after; d[r] is row 8 (r / 4) + 4 (l / 32) + r % 4, column l % 32.
INLINE void mfma_32x32x8(F32x16& d, I16x4 a, I16x4 b) {
  d = __builtin_amdgcn_mfma_f32_32x32x8bf16_1k(a, b, d, 0, 0, 0);
}
#elif defined(__GFX11__)
inline constexpr i32 kWave = 32;

// d += a b of 16 x 16 and 16 x 16 bf16. Lane l has row l % 16 of a and column l % 16 of b (both halves of the wave the
// same); d[r] is row 2 r + l / 16, column l % 16.
INLINE void wmma_16x16x16(F32x8& d, I16x16 a, I16x16 b) { d = __builtin_amdgcn_wmma_f32_16x16x16_bf16_w32(a, b, d); }

// What the lane 16 away has.
INLINE f32 swap_halves(f32 x) {
  return __builtin_bit_cast(
      f32, __builtin_amdgcn_permlanex16(0, __builtin_bit_cast(u32, x), 0x76543210, 0xfedcba98, false, false));
}
#endif

}  // namespace tegula::kernel
