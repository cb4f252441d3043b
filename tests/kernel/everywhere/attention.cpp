// Attention over a paged cache of halves with sinks, and dense with a bias.
// For compiles_everywhere.sh: this is compiled for every kind of chip.
#include "kernel/attention.h"

#include "kernel/entry.h"
using namespace tegula::kernel;

KERNEL(paged, GLOBAL const f32* b0, GLOBAL const f16* b1, GLOBAL const f16* b2, GLOBAL const i32* b3,
       GLOBAL const i32* b4, GLOBAL const i32* b5, GLOBAL const f32* b6, GLOBAL f32* b7, i64 d0, i64 d1, i64 d2,
       i64 d3) {
  attention<8, 2, 64, 64>(
      blocks, RaggedBatch{{b4, d1, d0}, b5, d2 * 16}, d0,
      {.scale = 0.125f, .causal = true, .window = 128, .soft_cap = 30},
      [=](i64 t, i64 h, i64 d) { return load(b0 + (t * 8 + h) * 64 + d); }, PagedCache<f16, 2, 64>{b1, b3, d2, 16, d3},
      PagedCache<f16, 2, 64>{b2, b3, d2, 16, d3}, [=](i64 h) { return load(b6 + h); }, None{},
      [=](i64 t, i64 h, i64 d, f32 x) { store(b7 + (t * 8 + h) * 64 + d, x); });
}

KERNEL(dense, GLOBAL const bf16* b0, GLOBAL const bf16* b1, GLOBAL const f32* b2, GLOBAL bf16* b3, i64 d0, i64 d1) {
  auto q = [=](i64 t, i64 h, i64 d) { return load(b0 + (t * 4 + h) * 32 + d); };
  auto kv = [=](i64 s, i64 h, i64 j, i64 d) { return load(b1 + ((s * d1 + j) * 4 + h) * 32 + d); };
  attention<4, 4, 32, 32>(
      blocks, DenseBatch{d0, d1, d1}, d0 * d1, {.scale = 0.2f, .causal = false}, q, kv, kv, None{},
      [=](i64 t, i64, i64 j) { return load(b2 + (t % d1) * d1 + j); },
      [=](i64 t, i64 h, i64 d, f32 x) { store(b3 + (t * 4 + h) * 32 + d, x); });
}
