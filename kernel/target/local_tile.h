// Tiles of 16-bit elements in a GPU's local memory: slabs of 64 columns, rows of 128 bytes, whose eight 16-byte pieces
// stand at piece ^ row % 8.
// One idea: one image serves everything: ldmatrix and wide loads without bank conflicts, and the 128-byte swizzle of
// wgmma and the copy engine. Memory that is such an image already (Slabs, PageRows) is copied without looking at its
// elements. Invariant: `at` is a multiple of 1024.
#pragma once

namespace tegula::kernel {

inline constexpr i32 kSlab = 64;  // columns: a local tile's row of 128 bytes

template <i32 rows_, i32 slabs_ = 1>
struct LocalTile {
  static constexpr i32 kRows = rows_, kSlabs = slabs_, kBytes = rows_ * slabs_ * 128;
  static_assert(kBytes % 1024 == 0);
  u32 at;
  INLINE u32 piece(i32 row, i32 piece) const {
    return at + u32((piece / 8 * kRows + row) * 128 + (piece % 8 ^ row % 8) * 16);
  }
};
template <class N>
inline constexpr bool kIsLocalTile = false;
template <i32 rows, i32 slabs>
inline constexpr bool kIsLocalTile<LocalTile<rows, slabs>> = true;

// Where element k of a slab's row i stands.
constexpr i64 in_slab(i64 i, i64 k) { return i * kSlab + ((k / 8 ^ i) % 8 * 8 + k % 8); }

// An operand that is the image of local tiles: [k / 64][rows][64]. `rows` is a multiple of 8; whole tiles may be read,
// so the buffer has a tile more than the operand needs.
template <class T>
struct Slabs {
  using Element = T;
  GLOBAL const T* p;
  i64 rows;
  INLINE GLOBAL const T* slab(i64 i, i64 k) const { return p + (k / kSlab * rows + i) * kSlab; }  // from row i on
  auto operator()(i64 i, i64 k) const { return load(p + k / kSlab * rows * kSlab + in_slab(i, k % kSlab)); }
};

// Rows of one head of one sequence in a paged cache whose pages are such images: [page][head][dim / 64][block][64],
// with `block` a multiple of 8. What a page has behind the sequence's last row may be anything, NaN as well.
template <class T, i32 block, i32 dim>
struct PageRows {
  using Element = T;
  static constexpr i32 kBlock = block, kDim = dim;
  GLOBAL const T* data;     // of this head in page 0
  GLOBAL const i32* table;  // of this sequence
  i64 page_stride;          // in elements
  INLINE GLOBAL const T* slab(i32 page, i32 s) const { return data + table[page] * page_stride + s * (block * kSlab); }
  auto operator()(i64 i, i64 k) const {
    return load(slab(i32(i / block), i32(k / kSlab)) + in_slab(i % block, k % kSlab));
  }
};

template <class A>
inline constexpr bool kIsSlabs = false;
template <class T>
inline constexpr bool kIsSlabs<Slabs<T>> = true;
template <class A>
inline constexpr bool kIsPaged = false;
template <class T, i32 block, i32 dim>
inline constexpr bool kIsPaged<PageRows<T, block, dim>> = true;
template <class A>
inline constexpr bool kIsRows = kIsView<A> && !kIsTransposed<A>;  // 16 bytes along k are 16 bytes of memory

// Eight neighbours along k of row i.
template <class A>
INLINE U32x4 eight_of(A a, i64 i, i64 k) {
  f32 v[8];
  const auto row = row_of(a, i);
  UNROLL
  for (i32 e = 0; e < 8; ++e) v[e] = row(k + e);
  return {pack_bf16(v[0], v[1]), pack_bf16(v[2], v[3]), pack_bf16(v[4], v[5]), pack_bf16(v[6], v[7])};
}

// f(Tile{address}...) with one tile after another in local memory from `at` on.
template <class... Tiles, class F>
INLINE void with_tiles(u32 at, F f) {
  auto next = [&](u32 bytes) __attribute__((always_inline)) {
    const u32 here = at;
    at += bytes;
    return here;
  };
  struct Call {  // braces, unlike a call's parentheses, evaluate from left to right
    INLINE Call(F f, Tiles... tiles) { f(tiles...); }
  };
  Call{f, Tiles{next(Tiles::kBytes)}...};
}

}  // namespace tegula::kernel
