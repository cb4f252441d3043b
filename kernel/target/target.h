// The chip that a kernel is being compiled for: scalar type names, then the facts and primitives of kernel/target/*.h.
// One idea: everything else in kernel/ is written against the names listed here and never asks which chip it is.
// A target header defines
//   GLOBAL, LOCAL          address spaces of buffers and of memory shared by a block's threads (empty on a CPU)
//   CONSTANT               address space of static constant tables
//   LOCAL_ARRAY(T, x, n)   declares T x[n] that a whole block shares: local memory, or the stack of the CPU thread
//   KERNEL(name, ...)      opens an exported kernel (kernel/entry.h describes it)
//   kSimt                  true where a block is run by kThreads threads together, false where by one thread
//   kThreads, kVectorBytes, kVectorRegisters, kFastFma, kFastF16, kFastRound
//   thread_id(), block_id(), barrier(), prefetch(p)
// and, of a CPU only, lookup16 and ByteDot, as kernel/target/cpu.h has them for those without a better way
#pragma once

#ifdef __SPIR__
#error "kernels need the 64-bit SPIR-V target (spirv64)"
#endif

#define INLINE [[gnu::always_inline]] inline  // element code: a call in a loop would keep it from becoming vectors
#define NO_UNROLL _Pragma("clang loop unroll(disable)")  // loops around other loops: copies cost compile time alone
#define UNROLL _Pragma("clang loop unroll(full)")        // loops over arrays that must stay in registers

namespace tegula::kernel {

using i8 = signed char;
using i16 = short;
using i32 = int;
using i64 = __INT64_TYPE__;
using u8 = unsigned char;
using u16 = unsigned short;
using u32 = unsigned int;
using u64 = __UINT64_TYPE__;
using f32 = float;
using f64 = double;

// The instances of a kernel that this call runs: every step-th of the blocks begin..end-1 of the launch's grid. A step
// above 1 is for kernels over pipelines alone, whose blocks stay on the chip and share the works out.
struct Blocks {
  i64 begin, end, step = 1;
};

using U32x4 = u32 __attribute__((ext_vector_type(4)));  // 16 bytes, the most that one thread of a GPU moves at once

}  // namespace tegula::kernel

#if defined(KERNEL_TARGET)  // a chip that the compiler doesn't know: tests emulate some
#include KERNEL_TARGET
#elif defined(__SPIRV__)
#include "kernel/target/spirv.h"
#elif defined(__NVPTX__)
#include "kernel/target/nvptx.h"
#elif defined(__AMDGCN__)
#include "kernel/target/amdgcn.h"
#elif defined(__x86_64__)
#include "kernel/target/x86.h"
#else
#include "kernel/target/portable.h"
#endif
