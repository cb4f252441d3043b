// pipeline on AMD: the next step's operands wait in registers while this one's are used out of local memory. One slot,
// since the registers are the second.
#pragma once

#include "kernel/target/local_tile.h"

namespace tegula::kernel {

// One thread's share of a tile, on its way to local memory.
template <i32 threads, class Near>
struct HeldTile {
  static constexpr i32 kCount = Near::kRows * 8 / threads;
  U32x4 v[kCount];
  INLINE void put(Near tile) const {
    UNROLL
    for (i32 n = 0; n < kCount; ++n)
      local_store(tile.piece(thread_id() / 8 + n * (threads / 8), thread_id() % 8), v[n]);
  }
};

struct HoldingFiller {
  template <i32 threads, class Near, class A>
  INLINE void fill(HeldTile<threads, Near>& held, const A& a, i64 i0, i64 k0, i32 inside, i32 depth) const {
    const i32 piece = thread_id() % 8;
    UNROLL
    for (i32 n = 0; n < held.kCount; ++n) {
      const i32 r = thread_id() / 8 + n * (threads / 8);
      U32x4 x(0);
      if (r < inside && piece * 8 < depth) {
        if constexpr (kIsRows<A>) x = *(GLOBAL const U32x4*)(a.p + (i0 + r) * a.stride + k0 + piece * 8);
        else if constexpr (kIsSlabs<A>) x = *(GLOBAL const U32x4*)(a.slab(i0 + r, k0) + (piece ^ (i0 + r) % 8) * 8);
        else x = eight_of(a, i0 + r, k0 + piece * 8);
      }
      held.v[n] = x;
    }
  }
};

template <i32 threads, i32 stages, i32 kept, class Operands, class... Near, class Plan, class Fill, class Begin,
          class Use, class Finish>
  requires(sizeof...(Near) > 0 && (kIsLocalTile<Near> && ...))
INLINE void pipeline(i64 count, Plan plan, Fill fill, Begin begin, Use use, Finish finish) {
  auto run = [&](HeldTile<threads, Near>&&... held) __attribute__((always_inline)) {
    with_tiles<Near...>(local_base() + kept, [&](Near... near) __attribute__((always_inline)) {
      NO_UNROLL
      for (i64 w = 0; w < count; ++w) {
        const auto work = plan(w);
        fill(HoldingFiller(), work, 0, held...);
        auto state = begin(work);
        NO_UNROLL
        for (i32 step = 0; step < work.steps; ++step) {
          barrier();
          (held.put(near), ...);
          barrier();
          if (step + 1 < work.steps) fill(HoldingFiller(), work, step + 1, held...);
          use(state, work, step, near...);
        }
        finish(state, work);
      }
    });
  };
  run(HeldTile<threads, Near>()...);
}

}  // namespace tegula::kernel
