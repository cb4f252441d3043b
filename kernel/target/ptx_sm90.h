// What sm_90a has beyond kernel/target/ptx.h: barriers in memory that count bytes, bulk copies, products of a warpgroup
// (128 threads), registers that change hands. Such PTX runs on sm_90a alone.
#pragma once

#include "kernel/target/ptx.h"

namespace tegula::kernel {

// An mbarrier: a phase ends when `count` threads have arrived and the expected bytes have landed. Phases have parities
// 0, 1, 0, ...; waiting for parity 1 of a new barrier returns at once.
INLINE void mbarrier_init(u32 bar, u32 count) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(bar), "r"(count) : "memory");
}
INLINE void mbarrier_init_fence() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }
INLINE void mbarrier_expect(u32 bar, u32 bytes) {
  asm volatile("mbarrier.expect_tx.relaxed.cta.shared::cta.b64 [%0], %1;" ::"r"(bar), "r"(bytes) : "memory");
}
INLINE void mbarrier_arrive(u32 bar) {
  asm volatile("{.reg .b64 t; mbarrier.arrive.shared::cta.b64 t, [%0];}" ::"r"(bar) : "memory");
}
INLINE bool mbarrier_try(u32 bar, u32 parity) {
  u32 done;
  asm volatile("{.reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2; selp.b32 %0, 1, 0, p;}"
               : "=r"(done)
               : "r"(bar), "r"(parity)
               : "memory");
  return done;
}
INLINE void mbarrier_wait(u32 bar, u32 parity) {
  while (!mbarrier_try(bar, parity)) {
  }
}

// One thread has the copy engine bring `bytes`, which count as landed at the mbarrier.
INLINE void bulk_copy(u32 to, GLOBAL const void* from, u32 bytes, u32 bar) {
  asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(to),
               "l"(from), "r"(bytes), "r"(bar)
               : "memory");
}

// Local memory that this thread has written is there for wgmma too.
INLINE void async_proxy_fence() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

// The warpgroup gives registers up or takes more; ptxas heeds it only where the roles are the branches of one `if`.
template <i32 count>
INLINE void registers_up() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(count));
}
template <i32 count>
INLINE void registers_down() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(count));
}

// Products are under way until waited for, in groups. A wait is not a use: keep() what it was for, or LLVM moves
// arithmetic on it above.
INLINE void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
INLINE void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
template <i32 left>
INLINE void wgmma_wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(left) : "memory");
}
INLINE void keep(f32& x) { asm volatile("" : "+f"(x)::"memory"); }

}  // namespace tegula::kernel
