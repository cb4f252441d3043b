// NVIDIA's instructions as functions, from sm_80 on: what Clang has no builtin for, in PTX.
// Local memory is named by 32-bit addresses, since a pointer takes two registers. Whatever touches memory is volatile;
// mma is not, so that LLVM may schedule it. Names without a vendor's word are what kernel/target/gcn.h has as well.
#pragma once

namespace tegula::kernel {

extern LOCAL u8 dynamic_local[] __attribute__((aligned(1024)));  // as many bytes as the launch says
INLINE u32 local_base() { return u32(u64((LOCAL u8*)dynamic_local)); }

INLINE i32 lane_id() { return thread_id() % 32; }
INLINE i64 num_blocks() { return __nvvm_read_ptx_sreg_nctaid_x(); }
INLINE f32 shuffle_xor(f32 x, i32 mask) { return __nvvm_shfl_sync_bfly_f32(-1, x, mask, 31); }
INLINE i32 broadcast_lane(i32 x, i32 lane) { return __nvvm_shfl_sync_idx_i32(-1, x, lane, 31); }
INLINE f32 exp2_fast(f32 x) { return __nvvm_ex2_approx_ftz_f(x); }
INLINE u32 pack_bf16(f32 low, f32 high) {
  u32 both;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
}

INLINE void local_store(u32 at, U32x4 v) {
  asm volatile("st.shared.v4.b32 [%0], {%1,%2,%3,%4};" ::"r"(at), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w) : "memory");
}

// The threads of some warps of a block wait for each other; barrier 0 is that of barrier().
template <i32 id, i32 threads>
INLINE void named_barrier() {
  asm volatile("bar.sync %0, %1;" ::"n"(id), "n"(threads) : "memory");
}

// Four 8 x 8 matrices of 16-bit elements; lane l gives the address of row l % 8 of matrix l / 8, and gets of each
// matrix row l / 4, columns 2 (l % 4) and the next.
INLINE void load_matrices(u32 (&d)[4], u32 at) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
               : "r"(at)
               : "memory");
}
INLINE void load_matrices_transposed(u32 (&d)[4], u32 at) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
               : "r"(at)
               : "memory");
}

// d += a b of 16 x 16 and 16 x 8 bf16; kernel/target/fragment.h says which lane has what of d.
INLINE void mma_16x8x16(f32* d, const u32 (&a)[4], u32 b0, u32 b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Copies of 16 bytes (zeros where !inside) to local memory, in groups that this thread commits and waits for: until all
// but the last `left` have landed. Other threads see them after a barrier.
INLINE void copy_async(u32 to, GLOBAL const void* from, bool inside) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(inside ? 16 : 0) : "memory");
}
INLINE void copies_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <i32 left>
INLINE void copies_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(left) : "memory");
}

}  // namespace tegula::kernel
