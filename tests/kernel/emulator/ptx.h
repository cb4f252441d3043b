// The instructions of kernel/target/ptx.h, carried out as PTX's manual describes them.
#pragma once

namespace tegula::kernel {

inline i32 lane_id() { return thread_id() % 32; }
inline f32 shuffle_xor(f32 x, i32 mask) { return shuffle(x, 32, lane_id() ^ mask); }
inline i32 broadcast_lane(i32 x, i32 lane) { return shuffle(x, 32, lane); }

inline void matrices(u32 (&d)[4], u32 at, bool transposed) {
  struct Lane {
    u32* d;
    u32 at;
  } mine{d, at};
  emulated::in_group(kMatrices, 32, &mine, [=](void** v) {
    for (i32 l = 0; l < 32; ++l)
      for (i32 m = 0; m < 4; ++m) {
        u16 e[2];
        for (i32 x = 0; x < 2; ++x) {
          const i32 row = transposed ? l % 4 * 2 + x : l / 4, col = transposed ? l / 4 : l % 4 * 2 + x;
          memcpy(&e[x], emulated::local + ((Lane*)v[m * 8 + row])->at + col * 2, 2);
        }
        ((Lane*)v[l])->d[m] = e[0] | u32(e[1]) << 16;
      }
  });
}
inline void load_matrices(u32 (&d)[4], u32 at) { matrices(d, at, false); }
inline void load_matrices_transposed(u32 (&d)[4], u32 at) { matrices(d, at, true); }

// The share of a lane of 16 x 16 elements of the left operand (two to a register).
inline void spread_rows(const u32* a, i32 lane, f32 (*rows)[16]) {
  for (i32 r = 0; r < 4; ++r)
    for (i32 e = 0; e < 2; ++e)
      rows[lane / 4 + 8 * (r % 2)][lane % 4 * 2 + e + 8 * (r / 2)] = emulated::bf16_at((const u16*)(a + r) + e);
}
inline void mma_16x8x16(f32* d, const u32 (&a)[4], u32 b0, u32 b1) {
  struct Lane {
    f32* d;
    const u32* a;
    u32 b[2];
  } mine{d, a, {b0, b1}};
  emulated::in_group(kMma, 32, &mine, [](void** v) {
    f32 rows[16][16], cols[8][16];
    for (i32 l = 0; l < 32; ++l) {
      const Lane& x = *(Lane*)v[l];
      spread_rows(x.a, l, rows);
      for (i32 r = 0; r < 4; ++r) cols[l / 4][l % 4 * 2 + r % 2 + 8 * (r / 2)] = emulated::bf16_at((const u16*)x.b + r);
    }
    for (i32 l = 0; l < 32; ++l)
      for (i32 i = 0; i < 4; ++i)
        for (i32 k = 0; k < 16; ++k) ((Lane*)v[l])->d[i] += rows[l / 4 + 8 * (i / 2)][k] * cols[l % 4 * 2 + i % 2][k];
  });
}

// Copies are done when they are waited for, and not before.
inline void copy_async(u32 to, const void* from, bool inside) {
  emulated::fiber().copies.back().push_back([=] {
    if (inside) memcpy(emulated::local + to, from, 16);
    else memset(emulated::local + to, 0, 16);
    emulated::fiber().unfenced.push_back(to);
  });
}
inline void copies_commit() { emulated::fiber().copies.emplace_back(); }
template <i32 left>
inline void copies_wait() {
  auto& groups = emulated::fiber().copies;
  while (i32(groups.size()) - 1 > left) {
    for (const auto& copy : groups.front()) copy();
    groups.erase(groups.begin());
  }
}

}  // namespace tegula::kernel

#ifdef CHIP_SM90
#include "tests/kernel/emulator/ptx_sm90.h"
#endif
