// What the tilings of all GPUs with matrix instructions share: the order of tiles, and how a thread hands
// neighbours to an epilogue.
#pragma once

#include "kernel/target/local_tile.h"

namespace tegula::kernel {

// The tiles of C that a matmul's blocks do, in an order whose neighbours share rows and columns: runs of eight down,
// then across.
template <i32 high, i32 wide>
struct TileOrder {
  Blocks blocks;
  i64 m, n;
  i32 down, across;
  i64 count;  // of the tiles that are this block's
  INLINE TileOrder(Blocks b, i64 m, i64 n) : blocks(b), m(m), n(n) {
    down = i32((m + high - 1) / high), across = i32((n + wide - 1) / wide);
    const i64 all = i64(down) * across, end = b.end < all ? b.end : all;
    count = b.begin < end ? (end - b.begin + b.step - 1) / b.step : 0;
  }
  INLINE Tile operator()(i64 w) const {
    const i32 b = i32(blocks.begin + w * blocks.step), run = 8 * across, first = b / run * 8, r = b % run;
    const i32 tall = down - first < 8 ? down - first : 8;
    const i64 i0 = i64(first + r % tall) * high, j0 = i64(r / tall) * wide;
    return {i0, j0, m - i0 < high ? i32(m - i0) : high, n - j0 < wide ? i32(n - j0) : wide, 0};
  }
};

// Of one row of C, in one thread.
template <i32 count>
struct Neighbours {
  f32 v[count];
};

// f(i, j, value...) for `count` neighbours from column j on, of which `inside` are there: one after another in one
// thread, so that what f loads and stores becomes 16 bytes wide.
template <i32 count, class F, class... V>
INLINE void each_of_row(i64 i, i64 j, i32 inside, F f, const V&... values) {
  if (count <= inside) {
    UNROLL
    for (i32 e = 0; e < count; ++e) [[clang::always_inline]]
      f(i, j + e, values.v[e]...);
  } else {
    UNROLL
    for (i32 e = 0; e < count; ++e)
      if (e < inside) [[clang::always_inline]]
        f(i, j + e, values.v[e]...);
  }
}

}  // namespace tegula::kernel
