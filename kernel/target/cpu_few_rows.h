// Few rows of A times a packed weight, as when decoding: A is staged whole, then the weights are read once, as one
// stream, and never spelled out in memory.
#pragma once

namespace tegula::kernel::detail {

template <class B>
struct FewRows {
  static constexpr i64 kLength = B::kPacks * B::Format::kPack;
  static constexpr i64 kMost = kLength * 8 <= 65536 ? 8 : kLength * 4 <= 65536 ? 4 : 1;  // rows that may be staged
};

template <class A, class E, class B, class... More>
inline void few_rows(Blocks blocks, i64 m, i64 n, i64 k, A load, E epilogue, B b, More... more) {
  using F = typename B::Format;
  constexpr i64 length = FewRows<B>::kLength, most = FewRows<B>::kMost, count = 1 + sizeof...(More);
  constexpr i64 group = group_of<F>;
  alignas(64) f32 a[most * length], sums[most * (length / group)];
  i64 first = blocks.begin * (kStrip / kRows), last = blocks.end * (kStrip / kRows), groups = (n + kRows - 1) / kRows;
  last = last < groups ? last : groups;
  NO_UNROLL
  for (i64 i0 = 0; i0 < m; i0 += most) {
    i64 rows = m - i0 < most ? m - i0 : most, padded = rows == 1 ? 1 : (rows + 3) / 4 * 4;
    NO_UNROLL
    for (i64 i = 0; i < padded; ++i) {
      f32* to = a + i * length;
      i64 filled = 0;
      if (i < rows) {
        auto row = row_of(load, i0 + i);
        for_each(k, [=](i64 l) { to[l] = row(l); });
        filled = k;
      }
      NO_UNROLL
      for (i64 l = filled; l < length; ++l) to[l] = 0;
      NO_UNROLL
      for (i64 g = 0; g < length / group; ++g)
        sums[i * (length / group) + g] = reduce<Add>(group, [=](i64 l) { return to[g * group + l]; });
    }
    NO_UNROLL
    for (i64 g = first; g < last; ++g) {
      alignas(64) f32 c[count][8 * kRows];
      auto dot = [&](auto w, f32* out) {
        const u8* data = w.data + g * B::kGroupBytes;
        if (padded == 1) return dot_rows<F, 1>(data, B::kPacks, a, length, sums, length / group, out);
        NO_UNROLL
        for (i64 i = 0; i < padded; i += 4)
          dot_rows<F, 4>(data, B::kPacks, a + i * length, length, sums + i * (length / group), length / group,
                         out + i * kRows);
      };
      dot(b, c[0]);
      if constexpr (count == 2) dot(more..., c[1]);
      i64 j0 = g * kRows, cols = n - j0 < kRows ? n - j0 : kRows;
      NO_UNROLL
      for (i64 i = 0; i < rows; ++i) {
        const f32 *c0 = c[0] + i * kRows, *c1 = c[count - 1] + i * kRows;
        for_each(cols, [=](i64 j) {
          if constexpr (count == 1) {
            epilogue(i0 + i, j0 + j, c0[j]);
          } else {
            epilogue(i0 + i, j0 + j, c0[j], c1[j]);
          }
        });
      }
    }
  }
}

}  // namespace tegula::kernel::detail
