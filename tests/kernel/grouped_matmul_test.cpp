// Grouped products against a plain loop: groups of no row, of one, of more than a tile; packed weights; any split of
// the blocks over threads stores every element once.
#include "kernel/grouped_matmul.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "kernel/pack.h"

namespace tegula::kernel {
namespace {

constexpr i64 kN = 70, kK = 64, kGroups = 5;

std::vector<f32> random_values(i64 count, u32 seed) {
  std::mt19937 random(seed);
  std::vector<f32> out(count);
  for (f32& x : out) x = std::normal_distribution<f32>()(random);
  return out;
}

// C of rows times weight(g, j, k) for these sizes, its blocks run in `turns` parts.
template <class B, class W>
void check(std::vector<i32> sizes, i64 m, i64 turns, B b, W weight) {
  std::vector<f32> a = random_values(m * kK, 1), c(m * kN, -1);
  std::vector<int> stored(m * kN);
  RowGroups groups{sizes.data(), kGroups, m};
  const i64 blocks = grouped_matmul_blocks(m, kN, kGroups);
  for (i64 t = 0; t < turns; ++t)
    grouped_matmul(
        Blocks{blocks * t / turns, blocks * (t + 1) / turns}, groups, kN, kK,
        [p = a.data()](i64 i, i64 k) { return p[i * kK + k]; }, b,
        [p = c.data(), s = stored.data()](i64 i, i64 j, f32 v) { p[i * kN + j] = v, ++s[i * kN + j]; });
  i64 row = 0;
  for (i64 g = 0; g <= kGroups; ++g)
    for (i64 end = g < kGroups ? std::min(row + sizes[g], m) : m; row < end; ++row)
      for (i64 j = 0; j < kN; ++j) {
        f64 want = 0;
        for (i64 k = 0; g < kGroups && k < kK; ++k) want += f64(a[row * kK + k]) * weight(g, j, k);
        ASSERT_EQ(stored[row * kN + j], 1) << row << ", " << j;
        ASSERT_NEAR(c[row * kN + j], want, 1e-4) << "group " << g << " at " << row << ", " << j;
      }
}

template <class B, class W>
void check_sizes(B b, W weight) {
  for (i64 turns : {1, 2, 7}) {
    check({1, 0, 1, 0, 0}, 2, turns, b, weight);
    check({3, 9, 0, 300, 5}, 320, turns, b, weight);
    check({0, 0, 0, 0, 0}, 4, turns, b, weight);
    check({2, 2, 2, 2, 2}, 7, turns, b, weight);
    check({0, 0, 0, 0, 1}, 1, turns, b, weight);
  }
}

TEST(GroupedMatmul, DenseWeights) {
  std::vector<f32> w = random_values(kGroups * kN * kK, 2);
  auto at = [p = w.data()](i64 g, i64 j, i64 k) { return p[(g * kN + j) * kK + k]; };
  check_sizes([=](i64 g) { return [=](i64 j, i64 k) { return at(g, j, k); }; }, at);
}

TEST(GroupedMatmul, PackedWeights) {
  std::vector<f32> w = random_values(kGroups * kN * kK, 2);
  using P = Packed<F32, kN, kK>;
  std::vector<u8> packed(kGroups * P::kBytes);
  for (i64 g = 0; g < kGroups; ++g)
    pack<F32>(reinterpret_cast<const u8*>(w.data() + g * kN * kK), kN, kK, packed.data() + g * P::kBytes, 0,
              (kN + kRows - 1) / kRows);
  check_sizes([p = packed.data()](i64 g) { return P{p + g * P::kBytes}; },
              [p = w.data()](i64 g, i64 j, i64 k) { return p[(g * kN + j) * kK + k]; });
}

TEST(GroupedMatmul, OuterProductsOfEachGroup) {
  const i64 m = 20;
  std::vector<i32> sizes{3, 0, 15, 1, 0};
  std::vector<f32> x = random_values(m * kN, 3), y = random_values(m * kK, 4), c(kGroups * kN * kK, -1);
  const i64 blocks = kGroups * matmul_blocks(kN, kK);
  for (i64 t = 0; t < 3; ++t)
    grouped_outer(
        Blocks{blocks * t / 3, blocks * (t + 1) / 3}, RowGroups{sizes.data(), kGroups, m}, kN, kK,
        [p = x.data()](i64 l, i64 i) { return p[l * kN + i]; }, [p = y.data()](i64 l, i64 j) { return p[l * kK + j]; },
        [p = c.data()](i64 g, i64 i, i64 j, f32 v) { p[(g * kN + i) * kK + j] = v; });
  i64 first = 0;
  for (i64 g = 0; g < kGroups; first += sizes[g++])
    for (i64 i = 0; i < kN; ++i)
      for (i64 j = 0; j < kK; ++j) {
        f64 want = 0;
        for (i64 l = first; l < first + sizes[g]; ++l) want += f64(x[l * kN + i]) * y[l * kK + j];
        ASSERT_NEAR(c[(g * kN + i) * kK + j], want, 1e-4) << g;
      }
}

}  // namespace
}  // namespace tegula::kernel
