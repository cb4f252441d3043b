// Tiles on SIMT targets: A and B in local memory, a micro-tile of C in each thread's registers.
// Thread t owns rows t / 16 + 8 * u and columns t % 16 + 16 * v of a tile of 64 x 64, so that neighbours read
// neighbours.
#pragma once

namespace tegula::kernel {

inline constexpr i32 kTileRows = i32(tile_size().rows), kTileCols = i32(tile_size().cols);

namespace detail {

inline constexpr i32 kThreadsX = 16, kThreadsY = kThreads / kThreadsX;
inline constexpr i32 kMicroRows = kTileRows / kThreadsY, kMicroCols = kTileCols / kThreadsX;

// kSide rows of an operand, k by k: [kDepth][kSide].
template <class T, i32 kSide>
struct NearTile {
  static constexpr i32 kDepth = 64 / i32(sizeof(T)), kBytes = kSide * kDepth * i32(sizeof(T));
  LOCAL T* p;
  explicit NearTile(LOCAL u64* memory) : p((LOCAL T*)memory) {}

  template <class A>
  INLINE void put(const A& x, i64 row0, i64 k0, i32 rows, i32 depth) const {
    for (i32 e = thread_id(); e < kSide * kDepth; e += kThreads) {
      // neighbouring threads take neighbours in memory
      const i32 i = kIsTransposed<A> ? e % kSide : e / kDepth, k = kIsTransposed<A> ? e / kSide : e % kDepth;
      store_as<T>(p + k * kSide + i, i < rows && k < depth ? T(x(row0 + i, k0 + k)) : T(0));
    }
  }
};

template <class T>
struct Accumulator {
  T c[kMicroRows][kMicroCols];
  INLINE void zero() {
    for (i32 u = 0; u < kMicroRows; ++u)
      for (i32 v = 0; v < kMicroCols; ++v) c[u][v] = T(0);
  }
};

// A block has one tile.
struct OneTile {
  i64 m, n, block, count;

  OneTile(Blocks blocks, i64 m, i64 n) : m(m), n(n), block(blocks.begin), count(block < tile_blocks(m, n)) {}
  Tile operator()(i64) const {
    const i64 across = (n + kTileCols - 1) / kTileCols, i0 = block / across * kTileRows,
              j0 = block % across * kTileCols;
    return {i0, j0, m - i0 < kTileRows ? i32(m - i0) : kTileRows, n - j0 < kTileCols ? i32(n - j0) : kTileCols, 0};
  }
};

template <class T>
struct SimtTiling {
  using Acc = Accumulator<T>;
  using NearA = NearTile<T, kTileRows>;
  using NearB = NearTile<T, kTileCols>;
  static constexpr i32 kM = kTileRows, kN = kTileCols, kK = NearA::kDepth, kStages = 1, kThreads = kernel::kThreads;
  static OneTile tiles(Blocks blocks, i64 m, i64 n) { return {blocks, m, n}; }
};

}  // namespace detail

template <class A, class... B>
struct Tiling : detail::SimtTiling<Product<A, typename detail::FirstOf<B...>::type>> {};

template <class T>
INLINE void dot(detail::Accumulator<T>& acc, detail::NearTile<T, kTileRows> a, detail::NearTile<T, kTileCols> b,
                const Tile&, i32) {
  using namespace detail;
  const i32 x = thread_id() % kThreadsX, y = thread_id() / kThreadsX;
  for (i32 k = 0; k < a.kDepth; ++k) {
    T column[kMicroRows];
    for (i32 u = 0; u < kMicroRows; ++u) column[u] = load_as<T>(a.p + k * kTileRows + y + kThreadsY * u);
    for (i32 v = 0; v < kMicroCols; ++v) {
      T value = load_as<T>(b.p + k * kTileCols + x + kThreadsX * v);
      for (i32 u = 0; u < kMicroRows; ++u) acc.c[u][v] += column[u] * value;
    }
  }
}

template <class T>
INLINE void settle(detail::Accumulator<T>&) {}

template <class F, class... T>
INLINE void each(const Tile& t, F f, detail::Accumulator<T>&... acc) {
  using namespace detail;
  const i32 x = thread_id() % kThreadsX, y = thread_id() / kThreadsX;
  for (i32 u = 0; u < kMicroRows; ++u)
    for (i32 v = 0; v < kMicroCols; ++v) {
      const i32 i = y + kThreadsY * u, j = x + kThreadsX * v;
      if (i < t.rows && j < t.cols) f(t.i0 + i, t.j0 + j, acc.c[u][v]...);
    }
}

namespace detail {

// A few rows, as when decoding: a tile would be idle for most of its rows. A thread sums one column over its share of
// k, A's rows being staged a stretch at a time, and the shares are added in local memory.
template <class T, class A, class E, class... B>
inline bool few_rows(Blocks blocks, i64 m, i64 n, i64 k, A a, E epilogue, B... b) {
  constexpr i32 few = 4, stretch = 1024 / i32(sizeof(T)), shares = kThreads / kTileCols, count = sizeof...(B);
  if (m > few) return false;
  LOCAL_ARRAY(T, row, few * stretch);
  LOCAL_ARRAY(T, part, count * few * kThreads);
  auto row_at = &row[0], part_at = &part[0];
  i32 share = thread_id() / kTileCols;
  i64 column = blocks.begin * kTileCols + thread_id() % kTileCols, j = column < n ? column : n - 1;
  T sum[count][few] = {};
  for (i64 k0 = 0; k0 < k; k0 += stretch) {
    i32 depth = k - k0 < stretch ? i32(k - k0) : stretch;
    barrier();
    for_each(few * stretch, [=](i64 e) {
      i64 i = e / stretch, l = e % stretch;
      store_as<T>(row_at + e, i < m && l < depth ? T(a(i, k0 + l)) : T(0));
    });
    barrier();
    for (i32 l = share; l < depth; l += shares) {
      T value[count] = {T(b(j, k0 + l))...};
      for (i32 w = 0; w < count; ++w)
        for (i32 i = 0; i < few; ++i) sum[w][i] += load_as<T>(row_at + i * stretch + l) * value[w];
    }
  }
  for (i32 w = 0; w < count; ++w)
    for (i32 i = 0; i < few; ++i) store_as<T>(part_at + (w * few + i) * kThreads + thread_id(), sum[w][i]);
  barrier();
  if (share == 0 && column < n) {
    for (i32 i = 0; i < m; ++i) {
      T total[count];
      for (i32 w = 0; w < count; ++w) {
        total[w] = load_as<T>(part_at + (w * few + i) * kThreads + thread_id());
        for (i32 p = 1; p < shares; ++p)
          total[w] += load_as<T>(part_at + (w * few + i) * kThreads + p * kTileCols + thread_id());
      }
      if constexpr (count == 1) {
        epilogue(i64(i), column, total[0]);
      } else {
        epilogue(i64(i), column, total[0], total[1]);
      }
    }
  }
  barrier();  // a batch's next matmul stages into the same memory
  return true;
}

}  // namespace detail

template <class A, class E, class... B>
inline bool matmul_override(Blocks blocks, i64 m, i64 n, i64 k, A a, E epilogue, B... b) {
  if constexpr (kIsRounded<A>) {
    return matmul_override(blocks, m, n, k, a.x, epilogue, b...);
  } else {
    return detail::few_rows<Product<A, typename detail::FirstOf<B...>::type>>(blocks, m, n, k, a, epilogue, b...);
  }
}

}  // namespace tegula::kernel
