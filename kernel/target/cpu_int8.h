// Quantised weights times rows of A in 8 bits: products and sums of bytes, which chips do several times as fast.
// One idea: A is rounded once, 32 ks of a row to one scale (the largest becomes 127), and laid out as panels of a few
// rows; the weights are then read once for each panel, four ks of sixteen weight rows against one word of A.
// Invariant: what the offset of q, or the format's t, adds is a sum over A's rounded values, so that each element is
// exactly the weight's value times A's rounded one, up to the f32 arithmetic that adds groups up.
#pragma once

namespace tegula::kernel::detail {

// Whether a Rounded A is multiplied by B in integers.
template <class A, class B>
inline constexpr bool kIntegerProduct = false;
template <class A, class F, i64 N, i64 K>
inline constexpr bool kIntegerProduct<Rounded<A>, Packed<F, N, K>> = !kIsFloatFormat<F> && K % 32 == 0;

// The largest q of a format.
template <class F>
inline constexpr int kMostQ = [] {
  if constexpr (F::kTable) {
    return F::Table::kLargest + F::kOffset;
  } else {
    return (1 << (F::kLow + F::kHigh)) - 1;
  }
}();

// Sizes of what is staged. Panels of kPanel rows, and of kFewPanel for the last ones; one row alone.
struct RoundedSizes {
  static constexpr i32 kPanel = kVectorRegisters >= 32 ? 12 : 4, kFewPanel = 4;
  static constexpr i32 kValues = kTileRows * 1024, kResults = kTileRows * 384;
};

// Rows of A, rounded. A panel of R rows holds, one after another, words [k / 4][R] of four bytes, scales [k / 32][R]
// and sums [k / group][R]: of t's factor an f32, else the i32 from which a group's products are added up.
template <class F>
struct RoundedRows {
  static constexpr int kGroup = F::kGroup;
  alignas(64) u32 words[RoundedSizes::kValues / 4];
  alignas(64) f32 scales[RoundedSizes::kValues / 32];
  alignas(64) u32 sums[RoundedSizes::kValues / kGroup];

  // x[32] as row r of `rows` of a panel that begins at these places.
  static void round(const f32* x, i32 rows, u32* words, f32* scale, u32* sums) {
    F32x16 v[2] = {load_vector<F32x16>(x), load_vector<F32x16>(x + 16)};
    U32x16 size = __builtin_elementwise_max(U32x16(v[0]) & 0x7fffffffu, U32x16(v[1]) & 0x7fffffffu);
    u32 bits = __builtin_reduce_max(size);  // as integers, so that NaN is larger than all
    bool finite = bits < 0x7f800000;
    f32 largest = bit_cast<f32>(bits), inverse = largest > 1e-36f ? 127 / largest : 0;
    *scale = finite ? largest * (1.0f / 127) : largest - largest;  // else NaN, and so is all that is made with it
    I32x16 q[2] = {};
    if (finite)
      for (int h = 0; h < 2; ++h) q[h] = I32x16(v[h] * inverse + 0x1.8p23f) - 0x4b400000;  // the sum's last bits
    i32 sum[2] = {__builtin_reduce_add(q[0]), __builtin_reduce_add(q[1])};
    if (kGroup == 32) sum[0] += sum[1];
    for (int g = 0; g < 32 / kGroup; ++g)
      sums[g * rows] = F::kHasM ? bit_cast<u32>(f32(sum[g]) * *scale) : u32(-F::kOffset * sum[g]);
    using Words = u32 __attribute__((ext_vector_type(4)));
    for (int h = 0; h < 2; ++h) {
      auto bytes = __builtin_bit_cast(Words, convert_vector<I8x16>(q[h]));
      for (int i = 0; i < 4; ++i) words[(h * 4 + i) * rows] = bytes[i];
    }
  }

  // ks k0 .. k0+depth-1 (whole packs; zeros from k on) of row i, as row r of the panel of `rows` that begins with row
  // `first` of all that are staged.
  template <class Row>
  [[gnu::noinline]] void stage(i32 first, i32 rows, i32 r, Row row, i64 k0, i32 depth, i64 k) {
    NO_UNROLL
    for (i32 l = 0; l < depth; l += 32) {
      alignas(64) f32 x[32] = {};
      if (k0 + l < k) for_each(32, [=, p = x](i64 j) { p[j] = row(k0 + l + j); });
      i32 before = first * depth + l * rows;
      round(x, rows, words + before / 4 + r, scales + before / 32 + r, sums + before / kGroup + r);
    }
  }
};

// c[rows][16] (+)= a panel of A times `packs` packed blocks of sixteen weight rows.
template <class F, int rows>
[[gnu::noinline]] void dot_panel(const u8* w, i64 packs, const u32* words, const f32* scales, const u32* sums, f32* c,
                                 bool first) {
  constexpr int group = F::kGroup, line_bytes = F::kPackBytes * 16 / F::kPack;
  F32x16 total[rows] = {};
  if (!first) __builtin_memcpy(&total, c, sizeof total);
  NO_UNROLL
  for (i64 p = 0; p < packs; ++p, w += F::kPackBytes) {
    NO_UNROLL
    for (int g = 0; g < F::kPack / group; ++g) {
      ByteDot<kMostQ<F>> sum[rows];
#pragma unroll
      for (int r = 0; r < rows; ++r) sum[r].begin(F::kHasM ? 0 : i32(sums[r]));
      NO_UNROLL
      for (int u = g * (group / 16); u < (g + 1) * (group / 16); ++u, words += 4 * rows) {
        Step at = step_of<F>(w, u);
        for (int line = 0; line < line_bytes; line += 64) prefetch(at.low + 4096 + line);
        auto quad = [&]<int t>() __attribute__((always_inline)) {
          U32x16 q = four_bytes<F, t, F::kOffset>(at);
#pragma unroll
          for (int r = 0; r < rows; ++r) sum[r].template add<t>(q, words[t * rows + r]);
        };
        quad.template operator()<0>(), quad.template operator()<1>();
        quad.template operator()<2>(), quad.template operator()<3>();
      }
      Scale scale = scale_of<F>(w, g);
#pragma unroll
      for (int r = 0; r < rows; ++r) {
        total[r] += convert_vector<F32x16>(sum[r].total()) * scales[r] * scale.s;
        if constexpr (F::kHasM) total[r] += scale.t * bit_cast<f32>(sums[r]);
      }
      sums += rows;
      if (group == 32 || g % 2) scales += rows;
    }
  }
  __builtin_memcpy(c, &total, sizeof total);
}

template <class A, class E, class... B>
inline void integer_matmul(Blocks blocks, i64 m, i64 n, i64 k, A load, E epilogue, B... b) {
  using First = typename FirstOf<B...>::type;
  using F = typename First::Format;
  using S = RoundedSizes;
  constexpr i64 length = First::kPacks * F::kPack, count = sizeof...(B);
  RoundedRows<F> a;
  alignas(64) f32 results[S::kResults];
  const u8* weights[count] = {b.data...};
  auto panel = [](i32 rows, i32 left) {
    return rows == 1 ? 1 : left > S::kPanel - S::kFewPanel ? S::kPanel : S::kFewPanel;
  };
  auto padded = [](i32 rows) { return rows == 1 ? 1 : (rows + S::kFewPanel - 1) / S::kFewPanel * S::kFewPanel; };
  const StripRuns runs(blocks, m, n, S::kResults / (padded(i32(m < kTileRows ? m : kTileRows)) * count) / kStrip);
  NO_UNROLL
  for (i64 w = 0; w < runs.count; ++w) {
    const Tile t = runs(w);
    RowTable<A, kTileRows> table;
    auto row = table.of(load, t, 0);
    const i32 rows = padded(t.rows), most = S::kValues / rows / F::kPack * F::kPack;
    const i32 wide = (t.cols + kRows - 1) / kRows * kRows;  // columns of results of a product, one after another
    i64 k0 = 0;
    do {
      i32 depth = length - k0 < most ? i32(length - k0) : most;
      NO_UNROLL
      for (i32 first = 0, size; first < rows; first += size) {
        size = panel(rows, rows - first);
        NO_UNROLL
        for (i32 r = 0; r < size; ++r) {
          bool inside = first + r < t.rows;
          a.stage(first, size, r, row_of(row, t.i0 + (inside ? first + r : 0)), k0, depth, inside ? k : 0);
        }
      }
      NO_UNROLL
      for (i32 j = 0; j < wide * count; j += kRows) {
        const u8* data =
            weights[j / wide] + (t.j0 + j % wide) / kRows * First::kGroupBytes + k0 / F::kPack * F::kPackBytes;
        NO_UNROLL
        for (i32 first = 0, size; first < rows; first += size) {
          size = panel(rows, rows - first);
          i32 before = first * depth;
          auto dot = [&]<int num>() {
            dot_panel<F, num>(data, depth / F::kPack, a.words + before / 4, a.scales + before / 32,
                              a.sums + before / F::kGroup, results + j * rows + first * kRows, k0 == 0);
          };
          if (size == 1) dot.template operator()<1>();
          else if (size == S::kFewPanel) dot.template operator()<S::kFewPanel>();
          else dot.template operator()<S::kPanel>();
        }
      }
      k0 += depth;
    } while (k0 < length);
    NO_UNROLL
    for (i32 j = 0; j < wide; j += kRows) {
      i64 cols = First::kN % kRows == 0 || t.cols - j > kRows ? kRows : t.cols - j;
      NO_UNROLL
      for (i32 i = 0; i < t.rows; ++i) {
        const f32 *c0 = results + j * rows + i * kRows, *c1 = c0 + wide * rows;
        for_each(cols, [=](i64 l) {
          if constexpr (count == 1) {
            epilogue(t.i0 + i, t.j0 + j + l, c0[l]);
          } else {
            epilogue(t.i0 + i, t.j0 + j + l, c0[l], c1[l]);
          }
        });
      }
    }
  }
}

}  // namespace tegula::kernel::detail
