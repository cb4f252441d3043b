// map where what is read lies across what is written: a transposition with everything fused around it.
// One idea: a tile is computed along the axis on which the reads are neighbours, kept, and stored along the last axis,
// so that both sides of memory are walked along rows and no cache has to hold a tile's worth of far lines.
// The result is outer x across x inner x cols; `across` is the axis on which reads are neighbours, cols the last.
//
//   map_across<f32>(blocks, d0, d1, 1, d2,
//                   [=](i64 o, i64 i) { return [=](i64 r, i64 c) { return load(b0 + (o * d2 + c) * d1 + r); }; },
//                   [=](i64 o, i64 i) { return [=](i64 r, i64 c, auto x) { store(o0 + (o * d1 + r) * d2 + c, x); }; });
#pragma once

#include "kernel/block.h"
#include "kernel/grid.h"

namespace tegula::kernel {

// Rows and columns of a tile.
constexpr i64 transposed_tile(bool simt = kSimt) { return simt ? 32 : 16; }

// Number of blocks; for the host as well.
constexpr auto map_across_blocks(auto outer, auto across, auto inner, auto cols, bool simt = kSimt) {
  return outer * inner * ceildiv(across, transposed_tile(simt)) * ceildiv(cols, transposed_tile(simt));
}

namespace detail {

template <int bytes>
struct Word;
template <>
struct Word<1> {
  using type = u8;
};
template <>
struct Word<2> {
  using type = u16;
};
template <>
struct Word<4> {
  using type = u32;
};
template <>
struct Word<8> {
  using type = u64;
};

// An 8 x 8 block of a tile, transposed: elements of 1, 2, 4 or 8 bytes by three rounds of interleaving each row with
// the one four below.
template <class T>
inline void transpose_block(const T* from, i64 from_stride, T* to, i64 to_stride) {
  if constexpr (sizeof(T) > 8) {
    for (i64 i = 0; i < 8; ++i)
      for (i64 j = 0; j < 8; ++j) to[j * to_stride + i] = from[i * from_stride + j];
  } else {
    typedef typename Word<sizeof(T)>::type Row __attribute__((ext_vector_type(8), aligned(alignof(T)), may_alias));
    Row a[8], b[8];
    UNROLL for (i32 i = 0; i < 8; ++i) a[i] = *(const Row*)(from + i * from_stride);
    UNROLL for (i32 round = 0; round < 3; ++round) {
      UNROLL for (i32 i = 0; i < 4; ++i) {
        b[2 * i] = __builtin_shufflevector(a[i], a[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
      }
      UNROLL for (i32 i = 0; i < 8; ++i) a[i] = b[i];
    }
    UNROLL for (i32 i = 0; i < 8; ++i) * (Row*)(to + i * to_stride) = a[i];
  }
}

}  // namespace detail

// Calls put(o, i)(r, c, value(o, i)(r, c)) once for every element.
template <class T, class Value, class Put>
inline void map_across(Blocks blocks, i64 outer, i64 across, i64 inner, i64 cols, Value value, Put put) {
  constexpr i64 kTile = transposed_tile(),
                kStride = kTile + (kSimt ? 1 : 0);  // one more, so that a column of the tile lies in many banks
  LOCAL_ARRAY(T, memory, kTile * kStride);
  auto tile = &memory[0];
  const i64 high = (across + kTile - 1) / kTile, wide = (cols + kTile - 1) / kTile;
  const i64 count = map_across_blocks(outer, across, inner, cols), end = blocks.end < count ? blocks.end : count;
  for (i64 b = blocks.begin; b < end; ++b) {
    const i64 c0 = b % wide * kTile, r0 = b / wide % high * kTile, lane = b / (wide * high);
    const i64 width = cols - c0 < kTile ? cols - c0 : kTile;
    const i64 height = across - r0 < kTile ? across - r0 : kTile;
    auto read = value(lane / inner, lane % inner);
    auto write = put(lane / inner, lane % inner);
    if constexpr (kSimt) {
      for_each(kTile * width, [=](i64 e) {
        const i64 r = e % kTile, c = e / kTile;
        if (r < height) store_as<T>(tile + c * kStride + r, read(r0 + r, c0 + c));
      });
      barrier();
      for_each(kTile * height, [=](i64 e) {
        const i64 c = e % kTile, r = e / kTile;
        if (c < width) write(r0 + r, c0 + c, load_as<T>(tile + c * kStride + r));
      });
      barrier();
    } else {
      for (i64 c = 0; c < width; ++c)
        for_each(height, [=](i64 r) { store_as<T>(tile + c * kStride + r, read(r0 + r, c0 + c)); });
      alignas(64) T turned[kTile * kTile];
      for (i64 r = 0; r < kTile; r += 8)
        for (i64 c = 0; c < kTile; c += 8)
          detail::transpose_block(tile + c * kStride + r, kStride, turned + r * kTile + c, kTile);
      for (i64 r = 0; r < height; ++r)
        for_each(width, [=, row = turned + r * kTile](i64 c) { write(r0 + r, c0 + c, load_as<T>(row + c)); });
    }
  }
}

}  // namespace tegula::kernel
