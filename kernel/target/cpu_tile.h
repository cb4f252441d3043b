// Tiles on a CPU: a block is a strip of columns of a tile's rows, and a thread's run of neighbouring strips is worked
// on as one tile. A and B are staged in cache, C is computed in registers kRows x kCols at a time, in the manner of
// Goto and van de Geijn (Anatomy of high-performance matrix multiplication, 2008). Invariant: staged tiles are whole
// micro-tiles, filled up with zeros, in the type that is summed; together they fit in 3/4 of kStackBytes.
#pragma once

#include "kernel/target/cpu_quant.h"

namespace tegula::kernel {

inline constexpr i32 kTileRows = i32(tile_size().rows), kStrip = i32(tile_size().cols);

namespace detail {

template <class T, int lanes>
struct VectorOf {
  using type = T __attribute__((ext_vector_type(lanes)));
};
template <class T>
struct VectorOf<Complex<T>, 1> {  // no vectors of these
  using type = Complex<T>;
};

// Sizes by element type: a tile of A, of all Bs and of all Cs has 256 KB each.
template <class T, int count = 1>
struct Sizes {
  static constexpr int kLanes = kIsComplex<T> ? 1 : kVectorBytes / int(sizeof(T));
  static constexpr int kCols = kIsComplex<T> ? 4 : 2 * kLanes;  // of a micro-tile
  static constexpr int kRows = kIsComplex<T> ? 2 : kVectorRegisters >= 32 ? 12 : 6;
  static constexpr int kFewRows = kRows == 12 ? 4 : kRows / 2;  // of a second, smaller one for the last rows
  static constexpr int kDepth = 1024 / int(sizeof(T));
  static constexpr int kTileCols = 1024 / int(sizeof(T)) / count;
  static constexpr int kRowStride = kDepth + 64 / int(sizeof(T));  // rows of A must not fall on the same cache sets
  static constexpr int kPaddedRows = (kTileRows + kRows - 1) / kRows * kRows;
};

// c[rows][kCols] (+)= a[rows][depth] b[depth][kCols]; rows of a are kRowStride apart, of c c_stride.
template <class T, int rows>
[[gnu::noinline]] void micro_dot(const T* a, const T* b, i32 depth, T* c, i32 c_stride, bool first) {
  using S = Sizes<T>;
  using Vector = typename VectorOf<T, S::kLanes>::type;
  constexpr int kVectors = S::kCols / S::kLanes;
  Vector sum[rows][kVectors];
#pragma unroll
  for (int i = 0; i < rows; ++i)
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
      if (first) {
        sum[i][v] = Vector(T(0));
      } else {
        sum[i][v] = *(const Vector*)(c + i * c_stride + v * S::kLanes);
      }
    }
  for (i32 k = 0; k < depth; ++k) {
    Vector row[kVectors];
#pragma unroll
    for (int v = 0; v < kVectors; ++v) row[v] = *(const Vector*)(b + k * S::kCols + v * S::kLanes);
#pragma unroll
    for (int i = 0; i < rows; ++i) {
      Vector x = Vector(a[i * S::kRowStride + k]);
#pragma unroll
      for (int v = 0; v < kVectors; ++v) sum[i][v] += x * row[v];
    }
  }
#pragma unroll
  for (int i = 0; i < rows; ++i)
#pragma unroll
    for (int v = 0; v < kVectors; ++v) *(Vector*)(c + i * c_stride + v * S::kLanes) = sum[i][v];
}

// c (+)= the first `rows` rows of a times a panel of kCols columns.
template <class T, int count>
INLINE void dot_rows_of_panel(const T* a, const T* b, i32 rows, i32 depth, T* c, i32 c_stride, bool first) {
  using S = Sizes<T, count>;
  NO_UNROLL
  for (i32 i = 0; i < rows;) {
    if (rows - i > S::kRows - S::kFewRows) {
      micro_dot<T, S::kRows>(a + i * S::kRowStride, b, depth, c + i * c_stride, c_stride, first), i += S::kRows;
    } else {
      micro_dot<T, S::kFewRows>(a + i * S::kRowStride, b, depth, c + i * c_stride, c_stride, first), i += S::kFewRows;
    }
  }
}

// Runs of strips, at most `widest` each, that these blocks of an m x n product are.
struct StripRuns {
  i64 begin, end, m, n, widest, strips, first, whole, count;  // runs of the first row of tiles, and of a whole one

  StripRuns(Blocks blocks, i64 m, i64 n, i64 widest)
      : begin(blocks.begin), end(blocks.end), m(m), n(n), widest(widest), strips((n + kStrip - 1) / kStrip) {
    i64 of_all = tile_blocks(m, n), next = strips > 0 ? (begin / strips + 1) * strips : 0;
    if (end > of_all) end = of_all;
    first = runs((end < next ? end : next) - begin), whole = runs(strips);
    count = end <= begin  ? 0
            : end <= next ? first
                          : first + (end - next) / strips * whole + runs((end - next) % strips);
  }
  i64 runs(i64 length) const { return (length + widest - 1) / widest; }

  Tile operator()(i64 w) const {
    const i64 row = w < first ? begin / strips : begin / strips + 1 + (w - first) / whole;
    const i64 strip = w < first ? begin % strips + w * widest : (w - first) % whole * widest;
    i64 length = strips - strip < widest ? strips - strip : widest;
    if (end - row * strips - strip < length) length = end - row * strips - strip;
    const i64 i0 = row * kTileRows, j0 = strip * kStrip, rows = m - i0, cols = n - j0;
    return {i0, j0, i32(rows < kTileRows ? rows : kTileRows), i32(cols < length * kStrip ? cols : length * kStrip), 0};
  }
};

// Rows of A, one after another, kRowStride apart.
template <class T, int count>
struct NearRows {
  using S = Sizes<T, count>;
  static constexpr i32 kBytes = S::kPaddedRows * S::kRowStride * i32(sizeof(T));
  T* p;
  explicit NearRows(u64* memory) : p((T*)memory) {}

  template <class A>
  INLINE void put(const A& x, i64 row0, i64 k0, i32 rows, i32 depth) const {
    NO_UNROLL
    for (i32 i = 0; i < rows; ++i) {
      auto row = row_of(x, row0 + i);
      for_each(depth, [=, to = p + i * S::kRowStride](i64 k) { to[k] = T(row(k0 + k)); });
    }
    NO_UNROLL
    for (i32 i = rows; i % S::kRows; ++i) for_each(depth, [to = p + i * S::kRowStride](i64 k) { to[k] = T(0); });
  }
};

// Rows of B, kCols side by side: [rows / kCols][kDepth][kCols].
template <class T, int count>
struct NearColumns {
  using S = Sizes<T, count>;
  static constexpr i32 kBytes = S::kTileCols * S::kDepth * i32(sizeof(T));
  T* p;
  explicit NearColumns(u64* memory) : p((T*)memory) {}

  template <class B>
  INLINE void put(const B& x, i64 row0, i64 k0, i32 rows, i32 depth) const {
    if constexpr (kIsPacked<B> && kSame<T, f32> && S::kCols % kRows == 0) {
      NO_UNROLL
      for (i32 j = 0; j < rows; j += kRows)
        unpack_rows<typename B::Format>(x.data + (row0 + j) / kRows * B::kGroupBytes, k0, depth,
                                        p + j / S::kCols * S::kCols * S::kDepth + j % S::kCols, S::kCols);
    } else {
      NO_UNROLL
      for (i32 j = 0; j < rows; j += S::kCols) {
        T* to = p + j * S::kDepth;
        const i32 width = rows - j < S::kCols ? rows - j : S::kCols;
        NO_UNROLL
        for (i32 k = 0; k < depth; ++k, to += S::kCols) {
          for_each(width, [=](i64 l) { to[l] = T(x(row0 + j + l, k0 + k)); });
          for (i32 l = width; l < S::kCols; ++l) to[l] = T(0);
        }
      }
    }
  }
};

template <class T, int count>
struct Accumulator {
  using S = Sizes<T, count>;
  alignas(64) T c[S::kPaddedRows * S::kTileCols];
  bool empty;
  INLINE void zero() { empty = true; }
};

template <class T, int count>
struct CpuTiling {
  using S = Sizes<T, count>;
  using Acc = Accumulator<T, count>;
  using NearA = NearRows<T, count>;
  using NearB = NearColumns<T, count>;
  static constexpr i32 kM = kTileRows, kN = S::kTileCols, kK = S::kDepth, kStages = 1, kThreads = 1;
  static StripRuns tiles(Blocks blocks, i64 m, i64 n) { return {blocks, m, n, kN / kStrip}; }
};

}  // namespace detail

template <class A, class... B>
using Tiling = detail::CpuTiling<Product<A, typename detail::FirstOf<B...>::type>, int(sizeof...(B))>;

template <class T, int count>
INLINE void dot(detail::Accumulator<T, count>& acc, detail::NearRows<T, count> a, detail::NearColumns<T, count> b,
                const Tile& t, i32 depth) {
  using S = detail::Sizes<T, count>;
  NO_UNROLL
  for (i32 j = 0; j < t.cols; j += S::kCols)
    detail::dot_rows_of_panel<T, count>(a.p, b.p + j * S::kDepth, t.rows, depth, acc.c + j, S::kTileCols, acc.empty);
  acc.empty = false;
}

template <class T, int count>
INLINE void settle(detail::Accumulator<T, count>&) {}

// A tile that nothing was added to is zeros.
template <class F, class T, int count, class... More>
INLINE void each(const Tile& t, F f, detail::Accumulator<T, count>& acc, More&... more) {
  using S = detail::Sizes<T, count>;
  NO_UNROLL
  for (i32 i = 0; i < t.rows; ++i) {
    auto row = [&](auto& of) {
      T* c = of.c + i * S::kTileCols;
      if (of.empty) for_each(t.cols, [=](i64 j) { c[j] = T(0); });
      return c;
    };
    [&](auto... c) __attribute__((always_inline)) {
      for_each(t.cols, [=, i0 = t.i0 + i, j0 = t.j0](i64 j) { f(i0, j0 + j, c[j]...); });
    }(row(acc), row(more)...);
  }
}

}  // namespace tegula::kernel

#include "kernel/target/cpu_few_rows.h"
#include "kernel/target/cpu_int8.h"

namespace tegula::kernel {

template <class A, class E, class B, class... More>
inline bool matmul_override(Blocks blocks, i64 m, i64 n, i64 k, A a, E epilogue, B b, More... more) {
  if constexpr (kIsRounded<A>) {
    if constexpr (detail::kIntegerProduct<A, B> && (detail::kIntegerProduct<A, More> && ...)) {
      detail::integer_matmul(blocks, m, n, k, a.x, epilogue, b, more...);
      return true;
    }
  } else if constexpr (kIsPacked<B> && (kSame<B, More> && ...)) {
    if constexpr (kSame<Product<A, B>, f32>) {
      if (m <= detail::FewRows<B>::kMost && detail::FewRows<B>::kLength <= 131072) {
        detail::few_rows(blocks, m, n, k, a, epilogue, b, more...);
        return true;
      }
    }
  }
  return false;
}

}  // namespace tegula::kernel
