// Tiles: the nouns that product kernels are written in, beside kernel/pipeline.h. Each target kind has its own:
//   Tiling<A, B...>         how products of operands of these types are tiled (all Bs share A):
//     kM, kN, kK            rows and columns of a tile of C, and ks of a step
//     kStages, kThreads     what pipeline is told
//     NearA, NearB          staged tiles of kM x kK and kN x kK; what a pipeline's Near is
//     Acc                   a tile of C, summed in Product<A, B>; acc.zero()
//     tiles(blocks, m, n)   the tiles of C that these blocks do: .count, and (w) -> Tile, a pure function
//   dot(acc, near_a, near_b, tile, depth)   acc += A B; it may still be under way when dot returns
//   settle(acc)             waits until it has ended
//   each(tile, f, acc...)   f(i, j, c...) for every element of C in the tile; in an order that suits stores
//   matmul_override<A, B...>(blocks, m, n, k, a, epilogue, b...)
//                           a target's better way than tiles for some operands: does it all and returns true, or false
// Invariant: elements outside the matrices are zeros in a staged tile and are never passed to f.
#pragma once

#include "kernel/block.h"
#include "kernel/grid.h"
#include "kernel/pipeline.h"

namespace tegula::kernel {

// Rows and columns of C that a block does; for the host as well.
struct TileSize {
  i64 rows, cols;
};
constexpr TileSize tile_size(bool simt = kSimt) { return simt ? TileSize{64, 64} : TileSize{264, 32}; }
constexpr auto tile_blocks(auto m, auto n, bool simt = kSimt) {
  return ceildiv(m, tile_size(simt).rows) * ceildiv(n, tile_size(simt).cols);
}

struct Tile {
  i64 i0, j0;  // its first row and column
  i32 rows, cols, steps;
};

// The rows of A that a tile needs. Those that begin with work of their own are looked up once a tile and kept; with
// many threads a block, where each would have to keep all, each time.
template <class A, i32 most>
struct RowTable {
  INLINE A of(A a, const Tile&, i32) { return a; }
};
template <class A, i32 most>
  requires(!kSimt) && requires(A a) { a.row(i64(0)); }
struct RowTable<A, most> {
  using Row = decltype((*(A*)nullptr).row(i64(0)));
  struct Kept {
    using Element = typename A::Element;
    const Row* first;
    i64 i0;
    Row row(i64 i) const { return first[i - i0]; }
  };
  alignas(Row) u8 bytes[most * sizeof(Row)];

  INLINE Kept of(A a, const Tile& t, i32 step) {
    if (step == 0) look_up(a, t.i0, t.rows);
    return {(const Row*)bytes, t.i0};
  }
  [[gnu::noinline]] void look_up(A a, i64 i0, i32 rows) {
    NO_UNROLL
    for (i32 i = 0; i < rows; ++i) {
      Row row = a.row(i0 + i);
      __builtin_memcpy(bytes + i * sizeof(Row), &row, sizeof(Row));
    }
  }
};

namespace detail {

template <class B, class...>
struct FirstOf {
  using type = B;
};
template <class T, class>
using Same = T;  // once for each of a pack

}  // namespace detail
}  // namespace tegula::kernel

#include KERNEL_TILE
