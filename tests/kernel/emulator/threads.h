// The threads of a block as fibers of one host thread: what a GPU's instructions that act together, or later, are built
// on. One idea: everything happens as late, and in as odd an order, as the chip may do it: fibers take turns at random,
// some warps sleep for a while, and asynchronous work is done just before it must be (or at random before). So a
// missing wait, fence or barrier shows as a wrong result, and a wait that never ends as a message and exit status 1.
#pragma once

#include <ucontext.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <vector>

namespace emulated {

inline constexpr unsigned kLocalBytes = 232448;
// Local memory as threads see it, and as wgmma and the copy engine see it: stores reach the latter with a proxy fence.
alignas(1024) inline unsigned char local[kLocalBytes], local_async[kLocalBytes];
inline int num_threads, this_thread, grid, this_block;
inline long idle_turns;
inline std::mt19937 chance(1);

struct Fiber {
  ucontext_t context;
  std::vector<char> stack;
  bool done = false;
  std::vector<unsigned> unfenced;  // 16-byte pieces stored, not yet seen by the asynchronous proxy
  std::vector<std::vector<std::function<void()>>> copies{1};  // in groups; the last is not committed yet
};
inline std::vector<Fiber> fibers;
inline ucontext_t scheduler;
inline std::vector<std::function<void()>> engine;  // bulk copies that have not landed

inline void yield() { swapcontext(&fibers[this_thread].context, &scheduler); }
inline void progress() { idle_turns = 0; }
inline Fiber& fiber() { return fibers[this_thread]; }

// All threads of a group come here with their arguments; the last to come acts for all.
struct Meeting {
  std::vector<void*> arguments;
  int arrived = 0;
  long turn = 0;
};
inline std::map<std::pair<int, int>, Meeting> meetings;
template <class F>
void meet(int kind, int group, int size, int rank, void* mine, F act) {
  Meeting& m = meetings[{kind, group}];
  m.arguments.resize(size);
  m.arguments[rank] = mine;
  progress();
  if (++m.arrived == size) {
    act(m.arguments.data());
    m.arrived = 0;
    ++m.turn;
    return;
  }
  for (long turn = m.turn; m.turn == turn;) yield();
}
template <class F>
void in_group(int kind, int size, void* mine, F act) {  // `size` neighbouring threads
  meet(kind, this_thread / size, size, this_thread % size, mine, act);
}

[[noreturn]] inline void stuck() {
  printf("block %d: no thread can go on", this_block);
  for (const auto& [key, m] : meetings)
    if (m.arrived) printf("; %d threads of group %d wait in meeting %d", m.arrived, key.second, key.first);
  printf("\n");
  fflush(stdout);
  _Exit(1);
}

inline void land_one_copy() {
  const size_t which = chance() % engine.size();
  std::swap(engine[which], engine.back());
  const auto copy = std::move(engine.back());
  engine.pop_back();
  copy();
  progress();
}

inline std::function<void()> body;
inline void enter() {
  body();
  fiber().done = true;
  progress();
  yield();
}

inline void run_block() {
  meetings.clear();
  engine.clear();
  fibers.clear();
  fibers.resize(num_threads);
  memset(local, 0xff, sizeof local);  // NaN
  memset(local_async, 0xff, sizeof local_async);
  for (Fiber& f : fibers) {
    f.stack.resize(256 << 10);
    getcontext(&f.context);
    f.context.uc_stack.ss_sp = f.stack.data();
    f.context.uc_stack.ss_size = f.stack.size();
    f.context.uc_link = &scheduler;
    makecontext(&f.context, enter, 0);
  }
  std::vector<int> order(num_threads);
  std::iota(order.begin(), order.end(), 0);
  unsigned asleep = 0;
  idle_turns = 0;
  for (int left = num_threads; left > 0;) {
    left = 0;
    std::shuffle(order.begin(), order.end(), chance);
    if (chance() % 64 == 0) asleep = chance();
    if (!engine.empty() && chance() % 4 == 0) land_one_copy();
    for (const int next : order) {
      if (fibers[next].done) continue;
      ++left;
      this_thread = next;
      if (!(asleep >> next / 32 & 1)) swapcontext(&scheduler, &fibers[next].context);
    }
    if (++idle_turns > 1000) stuck();
  }
}

// Runs f as each thread of each block of a launch.
inline void run(int blocks, int threads, std::function<void()> f) {
  body = std::move(f), num_threads = threads, grid = blocks;
  for (this_block = 0; this_block < blocks; ++this_block) run_block();
}

inline float bf16_at(const void* p) {
  unsigned short bits;
  memcpy(&bits, p, 2);
  const unsigned wide = unsigned(bits) << 16;
  float x;
  memcpy(&x, &wide, 4);
  return x;
}

}  // namespace emulated
