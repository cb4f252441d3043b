// pipeline on sm_90a: warpgroup 0 fills and has few registers, the others use and finish. A slot has two mbarriers:
// full (its bytes are there) and empty (it has been used), whose parities run on from work to work, so the ring fills
// while the last work's epilogue runs. Invariants: a slot is released when the product that read it has ended: one may
// stay under way, so a step late. Copies that a thread itself must see land are completed `lag` steps late, and lag <=
// stages - 2, or filling and using wait for each other. The roles are the branches of one `if`, or registers don't
// change hands.
#pragma once

#include "kernel/target/copy_tile.h"

namespace tegula::kernel {

INLINE i32 warpgroup() { return broadcast_lane(thread_id() / 128, 0); }  // the same in a warp, and known to be

// Whether a tile's copy is one instruction by one thread.
template <class A>
inline constexpr bool kIsBulk = kIsSlabs<A> || kIsPaged<A>;

struct BulkFiller {
  u32 full;
  template <i32, i32 rows, i32 slabs, class A>
  INLINE void fill(LocalTile<rows, slabs> tile, const A& a, i64 i0, i64 k0, i32 inside, i32 depth) const {
    if constexpr (kIsPaged<A>) {  // a lane a page; pages behind the last are the last again, so that all bytes come
      for (i32 p = thread_id(); p < rows / A::kBlock; p += 32) {
        const i32 last = (i32(i0) + inside - 1) / A::kBlock, page = i32(i0) / A::kBlock + p;
        UNROLL
        for (i32 s = 0; s < slabs; ++s)
          bulk_copy(tile.at + (s * rows + p * A::kBlock) * 128, a.slab(page < last ? page : last, s), A::kBlock * 128,
                    full);
      }
    } else if constexpr (kIsSlabs<A>) {
      if (thread_id() == 0) {
        UNROLL
        for (i32 s = 0; s < slabs; ++s)
          bulk_copy(tile.at + s * rows * 128, a.slab(i0, k0 + s * kSlab), rows * 128, full);
      }
    } else {
      copy_tile<128>(tile, a, thread_id(), i0, k0, inside, depth);
    }
  }
};

// Which of the operands are bulk copies, and what they bring to a slot.
template <class Operands, class... Near>
struct BulkCopies;
template <class... A, class... Near>
struct BulkCopies<List<A...>, Near...> {
  static constexpr bool kAll = (kIsBulk<A> && ...), kAny = (kIsBulk<A> || ...), kAsync = (kIsRows<A> || ...);
  static constexpr u32 kBytes = ((kIsBulk<A> ? Near::kBytes : 0) + ...);
};

// The slots of the ring, one after another; the parity of its barriers turns with every round.
template <i32 stages>
struct RingPlace {
  i32 slot = 0;
  u32 parity = 0;
  INLINE void next() {
    if (++slot == stages) slot = 0, parity ^= 1;
  }
};

template <i32 threads, i32 stages, i32 kept, class Operands, class... Near, class Plan, class Fill, class Begin,
          class Use, class Finish>
  requires(sizeof...(Near) > 0 && (kIsLocalTile<Near> && ...))
INLINE void pipeline(i64 count, Plan plan, Fill fill, Begin begin, Use use, Finish finish) {
  using Bulk = BulkCopies<Operands, Near...>;
  constexpr i32 bytes = (Near::kBytes + ...), groups = threads / 128 - 1;
  constexpr i32 lag = !Bulk::kAsync ? 0 : stages > 3 ? 2 : stages - 2;
  const u32 base = local_base() + kept, bars = base + stages * bytes;
  auto full = [=](i32 slot) { return bars + slot * 16; };
  auto empty = [=](i32 slot) { return bars + slot * 16 + 8; };
  if (thread_id() == 0) {
    for (i32 s = 0; s < stages; ++s) mbarrier_init(full(s), Bulk::kAll ? 1 : 128), mbarrier_init(empty(s), groups * 4);
    mbarrier_init_fence();
  }
  barrier();
  RingPlace<stages> at;
  if (warpgroup() == 0) {
    registers_down<Bulk::kAll ? 40 : 56>();  // with registers_up, the sum is what the launch has
    i32 done = 0, under_way = 0;
    auto complete = [&]() __attribute__((always_inline)) {  // the oldest copies of this thread have landed
      async_proxy_fence();
      mbarrier_arrive(full(done));
      done = done + 1 == stages ? 0 : done + 1;
    };
    if (!Bulk::kAll || thread_id() < 32)
      for (i64 w = 0; w < count; ++w) {
        const auto work = plan(w);
        const i32 steps = work.steps;
        NO_UNROLL
        for (i32 step = 0; step < steps; ++step, at.next()) {
          mbarrier_wait(empty(at.slot), at.parity ^ 1);
          if (Bulk::kAny && thread_id() == 0) mbarrier_expect(full(at.slot), Bulk::kBytes);
          with_tiles<Near...>(base + at.slot * bytes, [&](Near... near) __attribute__((always_inline)) {
            fill(BulkFiller{full(at.slot)}, work, step, near...);
          });
          if constexpr (Bulk::kAll) {
            if (thread_id() == 0) mbarrier_arrive(full(at.slot));
          } else {
            if constexpr (lag > 0) copies_commit();
            if (++under_way > lag) {
              if constexpr (lag > 0) copies_wait<lag>();
              --under_way, complete();
            }
          }
        }
      }
    if constexpr (lag > 0) {
      copies_wait<0>();
      for (; under_way > 0; --under_way) complete();
    }
  } else {
    registers_up<groups == 1 ? 240 : Bulk::kAll ? 232 : 224>();
    for (i64 w = 0; w < count; ++w) {
      const auto work = plan(w);
      const i32 steps = work.steps;
      auto state = begin(work);
      constexpr bool settles = requires { state.kSettles; };  // no product is under way when use() ends
      i32 before = 0;
      NO_UNROLL
      for (i32 step = 0; step < steps; ++step, at.next()) {
        mbarrier_wait(full(at.slot), at.parity);
        with_tiles<Near...>(base + at.slot * bytes,
                            [&](Near... near) __attribute__((always_inline)) { use(state, work, step, near...); });
        if constexpr (!settles) wgmma_wait<1>();
        if ((settles || step > 0) && lane_id() == 0) mbarrier_arrive(empty(settles ? at.slot : before));
        before = at.slot;
      }
      if constexpr (!settles) {
        wgmma_wait<0>();
        if (steps > 0 && lane_id() == 0) mbarrier_arrive(empty(before));
      }
      finish(state, work);
    }
  }
}

}  // namespace tegula::kernel
