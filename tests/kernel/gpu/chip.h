// The chip that a program of this folder is for, and the tiles it takes: TileOf<count> for matmuls of `count` Bs, and
// of attention (Prefill for many queries, Decode for few).
#pragma once

#include "kernel/tile.h"
// clang-format off
#if defined(CHIP_SM90)
#include "kernel/target/sm90_pipeline.h"
#include "kernel/target/sm90_attention.h"
namespace tegula::kernel {
template <i32 count> using TileOf = Groups<128, 256 / count, 2, 4>;
using Prefill = AttentionGroups<128, 2, 2>;
using Decode = AttentionGroups<128, 1, 3>;
}  // namespace tegula::kernel
#elif defined(CHIP_SM80)
#include "kernel/target/sm80_pipeline.h"
#include "kernel/target/sm80_attention.h"
#include "kernel/target/sm80_tile.h"
namespace tegula::kernel {
template <i32 count> using TileOf = Warps<128, 128 / count, 2, 2, 3>;
using Prefill = AttentionWarps<64, 8, 1, 2>;
using Decode = AttentionWarps<64, 2, 1, 3>;
}  // namespace tegula::kernel
#elif defined(CHIP_MFMA)
#include "kernel/target/amd_pipeline.h"
#include "kernel/target/mfma_tile.h"
namespace tegula::kernel { template <i32 count> using TileOf = Waves<128, 128 / count, 2, 2>; }
#else
#include "kernel/target/amd_pipeline.h"
#include "kernel/target/wmma_tile.h"
namespace tegula::kernel { template <i32 count> using TileOf = Waves<128, 128 / count, 2, 4>; }
#endif
// clang-format on

namespace tegula::kernel {

template <class A, class... B>
inline constexpr bool kIsMatrixProduct = kSame<Element<A>, bf16> && (kSame<Element<B>, bf16> && ...);

template <class A, class... B>
  requires(kIsMatrixProduct<A, B...>)
struct Tiling<A, B...> : TileOf<sizeof...(B)> {};

template <class A, class E, class... B>
  requires(kIsMatrixProduct<A, B...>)
inline bool matmul_override(Blocks, i64, i64, i64, A, E, B...) {
  return false;
}

}  // namespace tegula::kernel

#include "kernel/matmul.h"  // after the pipelines, which it must see
