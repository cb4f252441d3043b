// Kernels that proofs.py compiles for real chips: a matmul, two products of one A, attention, attention by parts of the
// keys. LOCAL_BYTES and THREADS of each are exported, as a launch will need them.
#include "tests/kernel/gpu/chip.h"
#if defined(CHIP_SM80) || defined(CHIP_SM90)
#include "tests/kernel/gpu/attention.h"
#endif

using namespace tegula::kernel;
typedef GLOBAL bf16* __attribute__((align_value(128))) Out;
typedef GLOBAL const bf16* __attribute__((align_value(128))) In;

#if defined(__AMDGCN__)  // without it, 1,024 threads are assumed, and registers spill
#define GPU_KERNEL(T, name, ...) __attribute__((amdgpu_flat_work_group_size(1, T::kThreads))) KERNEL(name, __VA_ARGS__)
#else
#define GPU_KERNEL(T, name, ...) KERNEL(name, __VA_ARGS__)
#endif
#define FACTS(name, threads_, bytes)                                     \
  extern "C" [[gnu::used]] CONSTANT const u32 name##_threads = threads_; \
  extern "C" [[gnu::used]] CONSTANT const u32 name##_local_bytes = bytes

[[maybe_unused]] constexpr i64 kN = 4096, kK = 4096;
INLINE Blocks resident() { return {block_id(), i64(1) << 40, num_blocks()}; }
template <i32 count>
constexpr u32 kMatmulBytes = (TileOf<count>::kM + count * TileOf<count>::kN) * 128 * TileOf<count>::kStages + 1024;

#if defined(KERNEL_MATMUL)
FACTS(k, TileOf<1>::kThreads, kMatmulBytes<1>);
GPU_KERNEL(TileOf<1>, k, In b0, In b1, Out b2, i64 d0) {
  matmul(resident(), d0, kN, kK, View<bf16>{b0, kK}, Slabs<bf16>{b1, kN},
         [=](i64 i, i64 j, f32 x) { store(b2 + i * kN + j, x > 0 ? x : 0); });
}
#elif defined(KERNEL_PAIR)
FACTS(k, TileOf<2>::kThreads, kMatmulBytes<2>);
GPU_KERNEL(TileOf<2>, k, In b0, In b1, In b2, Out b3, i64 d0) {
  matmul2(resident(), d0, kN, kK, View<bf16>{b0, kK}, Slabs<bf16>{b1, kN}, Slabs<bf16>{b2, kN},
          [=](i64 i, i64 j, f32 x, f32 y) { store(b3 + i * kN + j, x * y); });
}
#else  // attention: sequences, queries of each, pages of each, parts of the keys
#if defined(KERNEL_PREFILL)
using T = Prefill;
#else
using T = Decode;
#endif
constexpr i32 kHeads = 32, kKvHeads = 8, kDim = 128, kBlock = 16;
FACTS(k, T::kThreads, T::kRows * kDim * 2 + T::kKeys * kDim * 4 * T::kStages + 1024);
GPU_KERNEL(T, k, In b0, In b1, In b2, GLOBAL const i32* b3, GLOBAL f32* b4, i64 d0, i64 d1, i64 d2, i64 d3) {
  auto cache = [=](In p) {
    return [=](i32 s, i32 h) {
      return PageRows<bf16, kBlock, kDim>{p + h * (kBlock * kDim), b3 + s * d2, kKvHeads * kBlock * kDim};
    };
  };
  attention_parts<T, kHeads, kKvHeads, kDim>(
      i32(d0), i32(d1), i32(d2) * kBlock, i32(d3), 0.08838835f,
      [=](i64 t, i64 h, i64 d) { return load(b0 + (t * kHeads + h) * kDim + d); }, cache(b1), cache(b2),
      [=](i32 s, i64 t, i64 h, i32 d, f32 x) { store(b4 + ((s * d0 * d1 + t) * kHeads + h) * (kDim + 8) + d, x); });
}
#endif
