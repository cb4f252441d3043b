// The instructions of kernel/target/gcn.h, carried out as AMD's manuals describe them.
#pragma once

namespace tegula::kernel {

using I16x4 = i16 __attribute__((ext_vector_type(4)));
using I16x16 = i16 __attribute__((ext_vector_type(16)));
using F32x8 = f32 __attribute__((ext_vector_type(8)));
using F32x16 = f32 __attribute__((ext_vector_type(16)));

template <class D, class Operand>
struct MatrixLane {
  D* d;
  Operand a, b;
};

#ifdef CHIP_MFMA
inline constexpr i32 kWave = 64;
inline void mfma_32x32x8(F32x16& d, I16x4 a, I16x4 b) {
  using Lane = MatrixLane<F32x16, I16x4>;
  Lane mine{&d, a, b};
  emulated::in_group(kMfma, 64, &mine, [](void** v) {
    f32 rows[32][8], cols[32][8];
    for (i32 l = 0; l < 64; ++l)
      for (i32 e = 0; e < 4; ++e) {
        const i16 x = ((Lane*)v[l])->a[e], y = ((Lane*)v[l])->b[e];
        rows[l % 32][l / 32 * 4 + e] = emulated::bf16_at(&x), cols[l % 32][l / 32 * 4 + e] = emulated::bf16_at(&y);
      }
    for (i32 l = 0; l < 64; ++l)
      for (i32 r = 0; r < 16; ++r)
        for (i32 k = 0; k < 8; ++k) (*((Lane*)v[l])->d)[r] += rows[r / 4 * 8 + l / 32 * 4 + r % 4][k] * cols[l % 32][k];
  });
}
#else
inline constexpr i32 kWave = 32;
inline void wmma_16x16x16(F32x8& d, I16x16 a, I16x16 b) {
  using Lane = MatrixLane<F32x8, I16x16>;
  Lane mine{&d, a, b};
  emulated::in_group(kWmma, 32, &mine, [](void** v) {
    for (i32 l = 0; l < 32; ++l)
      for (i32 r = 0; r < 8; ++r)
        for (i32 k = 0; k < 16; ++k) {
          const i16 x = ((Lane*)v[2 * r + l / 16])->a[k], y = ((Lane*)v[l % 16])->b[k];
          (*((Lane*)v[l])->d)[r] += emulated::bf16_at(&x) * emulated::bf16_at(&y);
        }
  });
}
inline f32 swap_halves(f32 x) { return shuffle(x, 32, thread_id() % 32 ^ 16); }
#endif

}  // namespace tegula::kernel
