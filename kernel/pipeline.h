// pipeline: how a tile kernel runs through its works, a step of k (or of keys) at a time.
// One idea: a kernel says what is done, in five functions; when and by which threads, its target decides. By default a
// step is filled, then used. A target with asynchronous copies fills some steps ahead, or by threads of their own (an
// overload for its own kinds of Near, in kernel/target/, seen before the kernel that calls it).
//
//   pipeline<threads, stages, kept, List<A, B...>, NearA, NearB...>(count, plan, fill, begin, use, finish)
//     threads                     of the block, all of which call it
//     stages                      slots of local memory between fill and use, where the target has use for them
//     kept                        bytes of local memory that the kernel holds itself, before the slots
//     List<A, B...>               what is filled: a target may decide by their types how
//     Near...                     handles of staged tiles: made by the pipeline, passed by value
//   The works 0 .. count-1 are this block's own (plan says which of the grid's they are):
//     plan(w) -> work             what work w is, with .steps; pure, since fillers and users may each ask for it
//     fill(filler, work, step, near...)      filler.fill<threads>(near, x, row0, k0, rows, depth) stages rows row0 ..
//                                 row0+rows-1 and ks k0 .. k0+depth-1 of the operand x; may run ahead of use, elsewhere
//     begin(work) -> state        what lives through a work: accumulators, row maxima
//     use(state, work, step, near...)        works with what was filled; products may still be under way when it ends
//     finish(state, work)         stores
//
// Invariants: fill touches nothing but its operands and near; a slot is filled again only after the products that read
// it have ended; every work is begun and finished once, also one without steps.
#pragma once

#include "kernel/operand.h"

namespace tegula::kernel {
namespace detail {

// f(Near{...}...), one after another in `memory`.
template <class... Near, class P, class F>
INLINE void with_near(P memory, F f) {
  i32 at = 0;
  auto next = [&](i32 bytes) {
    P p = memory + at;
    at += bytes / i32(sizeof(u64));
    return p;
  };
  struct Call {  // braces, unlike a call's parentheses, evaluate from left to right
    INLINE Call(F f, Near... near) { f(near...); }
  };
  Call{f, Near(next(Near::kBytes))...};
}

}  // namespace detail

// A handle Near says how many kBytes it needs, a multiple of 64, and is made of a pointer to them (of type LOCAL u64*);
// near.put(x, row0, k0, rows, depth) fills it.
struct Filler {
  template <i32 threads, class Near, class A>
  INLINE void fill(Near near, const A& x, i64 row0, i64 k0, i32 rows, i32 depth) const {
    near.put(x, row0, k0, rows, depth);
  }
};

template <i32 threads, i32 stages, i32 kept, class Operands, class... Near, class Plan, class Fill, class Begin,
          class Use, class Finish>
INLINE void pipeline(i64 count, Plan plan, Fill fill, Begin begin, Use use, Finish finish) {
  LOCAL_ARRAY(u64, memory, (Near::kBytes + ... + 0) / i32(sizeof(u64)));
  detail::with_near<Near...>(&memory[0], [&](Near... near) __attribute__((always_inline)) {
    NO_UNROLL
    for (i64 w = 0; w < count; ++w) {
      const auto work = plan(w);
      auto state = begin(work);
      NO_UNROLL
      for (i32 step = 0; step < work.steps; ++step) {
        fill(Filler(), work, step, near...);
        barrier();
        use(state, work, step, near...);
        barrier();
      }
      finish(state, work);
    }
  });
}

}  // namespace tegula::kernel
