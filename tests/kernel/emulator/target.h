// A GPU on the host, as a target of kernel/ (KERNEL_TARGET): the facts, and the instructions that all have.
#pragma once

#include <cmath>

#include "tests/kernel/emulator/threads.h"

#define KERNEL_TILE "kernel/target/simt_tile.h"
#define KERNEL_ATTENTION "kernel/target/simt_attention.h"
#define GLOBAL
#define LOCAL
#define CONSTANT
#define LOCAL_ARRAY(T, name, n) static T name[n]
#define KERNEL(name, ...) extern "C" void name(__VA_ARGS__)

namespace tegula::kernel {

inline constexpr bool kSimt = true;
inline constexpr int kThreads = 128, kVectorBytes = 4, kVectorRegisters = 64;
inline constexpr bool kFastFma = true, kFastRound = true, kFastF16 = false;

inline i32 thread_id() { return emulated::this_thread; }
inline i64 block_id() { return emulated::this_block; }
inline i64 num_blocks() { return emulated::grid; }
inline constexpr struct ThisBlock {
  operator Blocks() const { return {block_id(), block_id() + 1}; }
} blocks{};

enum Instruction {
  kBarrier,
  kShuffle = 16,
  kMatrices,
  kMma,
  kWgmma,
  kMfma,
  kWmma
};  // kinds of meetings; barriers 0..15

template <i32 id, i32 threads>
inline void named_barrier() {
  // Which threads come isn't known before they do: the n-th to come is the n-th of the meeting.
  emulated::meet(kBarrier + id, 0, threads, 0, nullptr, [](void**) {});
}
inline void barrier() {
  emulated::meet(kBarrier, 0, emulated::num_threads, 0, nullptr, [](void**) {});
}

inline u32 local_base() { return 0; }
inline void local_store(u32 at, U32x4 v) {
  memcpy(emulated::local + at, &v, 16);
  emulated::fiber().unfenced.push_back(at);
}
inline U32x4 local_load(u32 at) {
  U32x4 v;
  memcpy(&v, emulated::local + at, 16);
  return v;
}

template <class T>
inline T shuffle(T x, i32 lanes, i32 from) {
  struct Lane {
    T in, out;
    i32 from;
  } mine{x, x, from};
  emulated::in_group(kShuffle, lanes, &mine, [=](void** v) {
    for (i32 l = 0; l < lanes; ++l) ((Lane*)v[l])->out = ((Lane*)v[((Lane*)v[l])->from])->in;
  });
  return mine.out;
}
inline u32 round_to_bf16(f32 x) {
  const u32 b = __builtin_bit_cast(u32, x);
  return (b & 0x7fffffff) > 0x7f800000 ? b >> 16 | 0x40 : (b + 0x7fff + (b >> 16 & 1)) >> 16;
}
inline u32 pack_bf16(f32 low, f32 high) { return round_to_bf16(low) | round_to_bf16(high) << 16; }
inline f32 exp2_fast(f32 x) { return std::exp2(x); }

}  // namespace tegula::kernel

#if defined(CHIP_SM80) || defined(CHIP_SM90)
#include "tests/kernel/emulator/ptx.h"
#else
#include "tests/kernel/emulator/gcn.h"
#endif
