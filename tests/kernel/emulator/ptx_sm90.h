// The instructions of kernel/target/ptx_sm90.h and wgmma.h. Bulk copies land at some later time; products are done when
// they are waited for, out of what local memory has then.
#pragma once

namespace emulated {

struct Mbarrier {
  unsigned count = 0, pending = 0, parity = 0;
  long bytes = 0;
  void check() {
    if (pending == 0 && bytes == 0) parity ^= 1, pending = count;
    progress();
  }
};
inline std::map<unsigned, Mbarrier> mbarriers;

// Products of a warpgroup, in groups; the last is not committed yet.
inline std::map<int, std::vector<std::vector<std::function<void()>>>> products;

}  // namespace emulated

namespace tegula::kernel {

inline void mbarrier_init(u32 bar, u32 count) { emulated::mbarriers[bar] = {count, count, 0, 0}; }
inline void mbarrier_init_fence() {}
inline void mbarrier_expect(u32 bar, u32 bytes) { emulated::mbarriers[bar].bytes += bytes; }
inline void mbarrier_arrive(u32 bar) {
  emulated::Mbarrier& b = emulated::mbarriers[bar];
  if (b.pending == 0) emulated::stuck();
  --b.pending, b.check();
}
inline void mbarrier_wait(u32 bar, u32 parity) {
  while (emulated::mbarriers[bar].parity == parity) emulated::yield();
}
inline void bulk_copy(u32 to, const void* from, u32 bytes, u32 bar) {
  emulated::engine.push_back([=] {
    memcpy(emulated::local + to, from, bytes);
    memcpy(emulated::local_async + to, from, bytes);
    emulated::mbarriers[bar].bytes -= bytes;
    emulated::mbarriers[bar].check();
  });
}
inline void async_proxy_fence() {
  for (const u32 at : emulated::fiber().unfenced) memcpy(emulated::local_async + at, emulated::local + at, 16);
  emulated::fiber().unfenced.clear();
}
inline void keep(f32&) {}
template <i32 count>
inline void registers_up() {}
template <i32 count>
inline void registers_down() {}
inline void wgmma_fence() {}
inline i32 products_of() { return thread_id() / 128; }
inline void wgmma_commit() {
  emulated::in_group(kWgmma, 128, nullptr, [](void**) { emulated::products[products_of()].emplace_back(); });
}
template <i32 left>
inline void wgmma_wait() {
  emulated::in_group(kWgmma, 128, nullptr, [](void**) {
    auto& groups = emulated::products[products_of()];
    while (i32(groups.size()) - 1 > left) {
      for (const auto& product : groups.front()) product();
      groups.erase(groups.begin());
    }
  });
}

template <i32 n>
struct Wgmma {
  struct Thread {
    f32* d;
    u64 a, b;
    u32 registers[4];
  };
  // Element (row, k) of the matrix that a descriptor names, swizzled by 128 bytes.
  static f32 element(u64 d, i32 row, i32 k, bool transposed) {
    const u32 start = u32(d & 0x3fff) << 4, next = u32(d >> 16 & 0x3fff) << 4, stride = u32(d >> 32 & 0x3fff) << 4;
    const u32 at = transposed ? start + row / 64 * next + k / 8 * stride + k % 8 * 128 + row % 64 * 2
                              : start + row / 8 * stride + row % 8 * 128 + k * 2;
    return emulated::bf16_at(emulated::local_async + (at ^ (at >> 7 & 7) << 4));
  }
  static void multiply(const std::vector<Thread>& threads, bool add, bool transposed, bool in_registers) {
    static f32 rows[64][16], cols[n][16];
    for (i32 i = 0; i < 64 && !in_registers; ++i)
      for (i32 k = 0; k < 16; ++k) rows[i][k] = element(threads[0].a, i, k, false);
    for (i32 t = 0; t < 128 && in_registers; ++t) spread_rows(threads[t].registers, t % 32, rows + t / 32 * 16);
    for (i32 j = 0; j < n; ++j)
      for (i32 k = 0; k < 16; ++k) cols[j][k] = element(threads[0].b, j, k, transposed);
    for (i32 t = 0; t < 128; ++t)
      for (i32 r = 0; r < n / 2; ++r) {
        const i32 i = t / 32 * 16 + t % 32 / 4 + 8 * (r / 2 % 2), j = r / 4 * 8 + t % 4 * 2 + r % 2;
        f32 sum = add ? threads[t].d[r] : 0;
        for (i32 k = 0; k < 16; ++k) sum += rows[i][k] * cols[j][k];
        threads[t].d[r] = sum;
      }
  }
  static void start(Thread mine, bool add, bool transposed, bool in_registers) {
    emulated::in_group(kWgmma, 128, &mine, [=](void** v) {
      std::vector<Thread> threads(128);
      for (i32 t = 0; t < 128; ++t) threads[t] = *(Thread*)v[t];
      auto& groups = emulated::products[products_of()];
      if (groups.empty()) groups.emplace_back();
      groups.back().push_back([=] { multiply(threads, add, transposed, in_registers); });
    });
  }
  template <bool add, bool transposed>
  static void product(f32 (&d)[n / 2], u64 a, u64 b) {
    start({d, a, b, {}}, add, transposed, false);
  }
  template <bool add, bool transposed>
  static void product(f32 (&d)[n / 2], const u32 (&a)[4], u64 b) {
    start({d, 0, b, {a[0], a[1], a[2], a[3]}}, add, transposed, true);
  }
};

}  // namespace tegula::kernel
