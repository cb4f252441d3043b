// pipeline on NVIDIA from sm_80 on: all threads fill, by asynchronous copies, `stages - 1` steps ahead of their use.
// Invariant: a step's barrier says two things: that everyone's copies of this step have landed, and that everyone has
// used the slot that is filled next.
#pragma once

#include "kernel/target/copy_tile.h"

namespace tegula::kernel {

struct CopyFiller {
  template <i32 threads, class Tile, class A>
  INLINE void fill(Tile tile, const A& a, i64 i0, i64 k0, i32 inside, i32 depth) const {
    copy_tile<threads>(tile, a, thread_id(), i0, k0, inside, depth);
  }
};

template <i32 threads, i32 stages, i32 kept, class Operands, class... Near, class Plan, class Fill, class Begin,
          class Use, class Finish>
  requires(sizeof...(Near) > 0 && (kIsLocalTile<Near> && ...))
INLINE void pipeline(i64 count, Plan plan, Fill fill, Begin begin, Use use, Finish finish) {
  constexpr i32 bytes = (Near::kBytes + ...);
  auto slot = [](i32 s) __attribute__((always_inline)) { return local_base() + kept + s * bytes; };
  NO_UNROLL
  for (i64 w = 0; w < count; ++w) {
    const auto work = plan(w);
    const i32 steps = work.steps;
    auto fill_slot = [&](i32 s, i32 step) __attribute__((always_inline)) {
      if (step < steps)
        with_tiles<Near...>(
            slot(s), [&](Near... near) __attribute__((always_inline)) { fill(CopyFiller(), work, step, near...); });
      copies_commit();  // an empty group where nothing is left, so that the count of groups stays right
    };
    barrier();  // the work before may still be in use
    UNROLL
    for (i32 s = 0; s < stages - 1; ++s) fill_slot(s, s);
    auto state = begin(work);
    i32 used = 0, filled = stages - 1;
    NO_UNROLL
    for (i32 step = 0; step < steps; ++step) {
      copies_wait<stages - 2>();
      barrier();
      fill_slot(filled, step + stages - 1);
      with_tiles<Near...>(slot(used),
                          [&](Near... near) __attribute__((always_inline)) { use(state, work, step, near...); });
      used = used + 1 == stages ? 0 : used + 1;
      filled = filled + 1 == stages ? 0 : filled + 1;
    }
    finish(state, work);
  }
}

}  // namespace tegula::kernel
