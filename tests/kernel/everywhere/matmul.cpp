// Matmuls over packed weights, over two of them, and batched over complex numbers.
// For compiles_everywhere.sh: this is compiled for every kind of chip.
// Matmul over every kind of weight, for all targets.
#include "kernel/matmul.h"

#include "kernel/entry.h"
using namespace tegula::kernel;

KERNEL(linear, GLOBAL const f32* b0, GLOBAL const u8* b1, GLOBAL const f32* b2, GLOBAL f32* b3, i64 d0) {
  auto x = [=](i64 i, i64 k) { return load(b0 + i * 512 + k); };
  matmul(blocks, d0, 256, 512, x, Packed<Q4_K, 256, 512>{b1},
         [=](i64 i, i64 j, f32 v) { store(b3 + i * 256 + j, v + load(b2 + i * 256 + j)); });
}

KERNEL(gated, GLOBAL const f32* b0, GLOBAL const u8* b1, GLOBAL const u8* b2, GLOBAL bf16* b3, i64 d0) {
  auto x = [=](i64 i, i64 k) { return load(b0 + i * 512 + k); };
  matmul2(blocks, d0, 256, 512, x, Packed<Q6_K, 256, 512>{b1}, Packed<Q6_K, 256, 512>{b2},
          [=](i64 i, i64 j, f32 v, f32 w) { store(b3 + i * 256 + j, v * w); });
}

KERNEL(batched, GLOBAL const c64* b0, GLOBAL const c64* b1, GLOBAL c64* b2, i64 d0, i64 d1, i64 d2, i64 d3) {
  for_batch(blocks, d0, matmul_blocks(d1, d2), [=](i64 s, Blocks part) {
    matmul(part, d1, d2, d3, View<c64>{b0 + s * d1 * d3, d3}, View<c64, true>{b1 + s * d3 * d2, d2},
           [=](i64 i, i64 j, c64 v) { store(b2 + (s * d1 + i) * d2 + j, v); });
  });
}
