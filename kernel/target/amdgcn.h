// AMD GPUs. Local memory must not be initialised by the loader, and a barrier alone orders no memory: fences do.
#pragma once

#include "kernel/target/simt.h"

#define CONSTANT __attribute__((address_space(4)))
#define LOCAL_ARRAY(T, name, n) [[clang::loader_uninitialized]] static LOCAL T name[n]

namespace tegula::kernel {

inline constexpr bool kFastF16 = true;

inline i32 thread_id() { return i32(__builtin_amdgcn_workitem_id_x()); }
inline i64 block_id() { return i64(__builtin_amdgcn_workgroup_id_x()); }
[[clang::convergent]] inline void barrier() {
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}

}  // namespace tegula::kernel

#include "kernel/target/gcn.h"
