// NVIDIA through PTX. Block ids come from the x dimension alone, which the driver allows up to 2^31 - 1.
#pragma once

#include "kernel/target/simt.h"

#define CONSTANT __attribute__((address_space(4)))
#define LOCAL_ARRAY(T, name, n) static LOCAL T name[n]

namespace tegula::kernel {

inline constexpr bool kFastF16 = true;

inline i32 thread_id() { return __nvvm_read_ptx_sreg_tid_x(); }
inline i64 block_id() { return __nvvm_read_ptx_sreg_ctaid_x(); }
[[clang::convergent]] inline void barrier() { __nvvm_bar_sync(0); }

}  // namespace tegula::kernel

#include "kernel/target/ptx.h"
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
#include "kernel/target/wgmma.h"
#endif
