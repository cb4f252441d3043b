// matmul against a plain triple loop in f64 or integers: every shape's edges, every weight format, every element type.
#include "kernel/matmul.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "kernel/pack.h"

namespace tegula::kernel {
namespace {

template <class T>
T random_value(std::mt19937& random) {
  if constexpr (kIsComplex<T>) {
    return T(i32(random() % 17) - 8, i32(random() % 17) - 8);
  } else if constexpr (kIsFloat<T>) {
    return T(std::normal_distribution<f64>()(random));
  } else {
    return T(random());
  }
}

template <class T>
f64 distance(T a, T b) {
  if constexpr (kIsComplex<T>) {
    return std::hypot(a.re - b.re, a.im - b.im);
  } else if constexpr (kIsFloat<T>) {
    return std::fabs(f64(a) - f64(b));
  } else {
    return a == b ? 0 : 1;
  }
}

template <class T>
void check_dense(i64 m, i64 n, i64 k, int turns) {
  std::mt19937 random(u32(m * 31 + n * 7 + k));
  std::vector<T> a(m * k), b(k * n), c(m * n, T(99)), d(m * n, T(99)), seen(m * n, T(0));
  for (T& x : a) x = random_value<T>(random);
  for (T& x : b) x = random_value<T>(random);
  auto load_a = [p = a.data(), k](i64 i, i64 l) { return p[i * k + l]; };
  auto load_b = [p = b.data(), n](i64 j, i64 l) { return p[l * n + j]; };
  i64 blocks = matmul_blocks(m, n);
  for (i64 t = 0; t < turns; ++t) {
    Blocks turn{blocks * t / turns, blocks * (t + 1) / turns};
    matmul(turn, m, n, k, load_a, load_b, [p = c.data(), s = seen.data(), n](i64 i, i64 j, T v) {
      p[i * n + j] = v;
      s[i * n + j] += T(1);
    });
    matmul2(
        turn, m, n, k, by_rows<T>([=](i64 i) { return [=](i64 l) { return load_a(i, l); }; }), load_b,
        [=](i64 j, i64 l) { return load_b(n - 1 - j, l); },
        [p = d.data(), n](i64 i, i64 j, T v, T w) { p[i * n + j] = v + w; });
  }
  for (i64 i = 0; i < m; ++i) {
    std::vector<T> want(n, T(0));
    for (i64 l = 0; l < k; ++l)
      for (i64 j = 0; j < n; ++j) want[j] += a[i * k + l] * b[l * n + j];
    f64 bound = kIsFloat<T> ? 1e-5 * std::sqrt(f64(k)) : 0;
    for (i64 j = 0; j < n; ++j) {
      ASSERT_LE(distance(c[i * n + j], want[j]), bound) << m << "x" << n << "x" << k << " at " << i << ", " << j;
      ASSERT_LE(distance(d[i * n + j], T(want[j] + want[n - 1 - j])), 2 * bound) << i << ", " << j;
      ASSERT_EQ(seen[i * n + j], T(1));
    }
  }
}

TEST(Matmul, DenseAtAllEdges) {
  for (i64 m : {0, 1, 5, 13, 300})
    for (i64 n : {0, 1, 31, 33, 290})
      for (i64 k : {0, 1, 3, 255, 257}) check_dense<f32>(m, n, k, 3);
}

TEST(Matmul, EveryElementType) {
  check_dense<f64>(70, 150, 300, 2);
  check_dense<i32>(70, 150, 300, 2);
  check_dense<u32>(70, 150, 300, 2);
  check_dense<i64>(70, 150, 300, 2);
  check_dense<c64>(70, 150, 300, 2);
  check_dense<c128>(7, 40, 100, 2);
}

// Operands in memory, either way round and of either storage type: 16-bit floats are summed in f32, and the sum is not
// rounded before the epilogue gets it.
template <class TA, class TB, bool transposed_a, bool transposed_b>
void check_views(i64 m, i64 n, i64 k) {
  using T = Product<View<TA>, View<TB>>;
  static_assert(kSame<T, f32> || !(kSame<TA, bf16> || kSame<TA, f16>));
  std::mt19937 random(u32(m * 31 + n * 7 + k));
  std::vector<TA> a(m * k);
  std::vector<TB> b(n * k);
  for (TA& x : a) x = TA(random_value<Compute<TA>>(random));
  for (TB& x : b) x = TB(random_value<Compute<TB>>(random));
  View<TA, transposed_a> load_a{a.data(), transposed_a ? m : k};
  View<TB, transposed_b> load_b{b.data(), transposed_b ? n : k};
  std::vector<T> c(m * n, T(99));
  matmul(Blocks{0, matmul_blocks(m, n)}, m, n, k, load_a, load_b,
         [p = c.data(), n](i64 i, i64 j, T v) { p[i * n + j] = v; });
  for (i64 i = 0; i < m; ++i)
    for (i64 j = 0; j < n; ++j) {
      T want = T(0);
      f64 bound = 0;
      for (i64 l = 0; l < k; ++l)
        want += load_a(i, l) * load_b(j, l), bound += distance<T>(load_a(i, l) * load_b(j, l), 0);
      ASSERT_LE(distance<T>(c[i * n + j], want), kIsFloat<T> ? 1e-6 * bound : 0) << i << ", " << j;
    }
}

template <class TA, class TB>
void check_all_views() {
  for (i64 m : {3, 41}) {
    check_views<TA, TB, false, false>(m, 75, 530);
    check_views<TA, TB, false, true>(m, 75, 530);
    check_views<TA, TB, true, false>(m, 75, 530);
    check_views<TA, TB, true, true>(m, 75, 530);
  }
}

TEST(Matmul, ViewsOfEveryStorageType) {
  check_all_views<f32, f32>();
  check_all_views<bf16, bf16>();
  check_all_views<f16, bf16>();
  check_all_views<f32, f16>();
  check_all_views<i8, u8>();
  check_all_views<f64, f64>();
}

TEST(Matmul, BlocksBeyondTheLastTileDoNothing) {
  std::vector<f32> c(1050 * 3);
  const i64 m = 1050, n = 3;
  matmul(
      Blocks{0, 100}, m, n, 5, [](i64 i, i64) { return f32(i); }, [](i64 j, i64) { return f32(j); },
      [p = c.data()](i64 i, i64 j, f32 v) { p[i * n + j] += v; });
  for (i64 i = 0; i < m; ++i)
    for (i64 j = 0; j < n; ++j) ASSERT_EQ(c[i * n + j], f32(5 * i * j));
}

TEST(Matmul, BatchesSplitAnywhere) {
  const i64 s = 5, m = 3, n = 70, k = 4;
  std::vector<f32> c(s * m * n);
  i64 per = matmul_blocks(m, n);
  for (i64 t = 0; t < 4; ++t)
    for_batch(Blocks{s * per * t / 4, s * per * (t + 1) / 4}, s, per, [&, p = c.data()](i64 b, Blocks part) {
      matmul(
          part, m, n, k, [=](i64 i, i64 l) { return f32(b * 100 + i * k + l); },
          [=](i64 j, i64 l) { return f32(l * n + j); }, [=](i64 i, i64 j, f32 v) { p[(b * m + i) * n + j] += v; });
    });
  for (i64 b = 0; b < s; ++b)
    for (i64 i = 0; i < m; ++i)
      for (i64 j = 0; j < n; ++j) {
        f32 want = 0;
        for (i64 l = 0; l < k; ++l) want += f32((b * 100 + i * k + l) * (l * n + j));
        ASSERT_EQ(c[(b * m + i) * n + j], want);
      }
}

// Blocks of random bits with small finite scales: every format reads as something.
template <class F>
std::vector<u8> random_weight(i64 n, i64 k, std::mt19937& random) {
  std::vector<u8> packed(packed_bytes<F>(n, k));
  for (u8& b : packed) b = u8(random());
  for (size_t at = 0; at < packed.size(); at += F::kPackBytes) {
    constexpr bool kBF16 = kSame<F, BF16> || kSame<F, MXFP4>;
    auto finite = [&](size_t first, int count, size_t size) {
      for (int i = 0; i < count; ++i) {
        f32 v = (f32(random() % 2000) - 1000) * 1e-3f;
        f16 h = v;
        bf16 b = v;
        if (size == 4) std::memcpy(&packed[at + first + i * size], &v, 4);
        if (size == 2) std::memcpy(&packed[at + first + i * size], kBF16 ? &b.bits : &h.bits, 2);
      }
    };
    if constexpr (kIsFloatFormat<F>) {
      finite(0, F::kPack * kRows, sizeof(typename F::Type));
    } else {
      finite(0, F::kSubOffset / 2, 2);
    }
  }
  return packed;
}

template <class F, i64 N, i64 K>
void check_packed(const char* name) {
  std::mt19937 random(5);
  std::vector<u8> data = random_weight<F>(N, K, random), other = random_weight<F>(N, K, random);
  Packed<F, N, K> w{data.data()}, w2{other.data()};
  for (i64 m : {1, 2, 4, 5, 8, 9, 40}) {
    std::vector<f32> a(m * K), c(m * N), g(m * N);
    for (f32& x : a) x = random_value<f32>(random);
    auto load_a = [p = a.data()](i64 i, i64 k) { return p[i * K + k]; };
    i64 blocks = matmul_blocks(m, N);
    for (i64 t = 0; t < 2; ++t) {
      Blocks turn{blocks * t / 2, blocks * (t + 1) / 2};
      matmul(turn, m, N, K, load_a, w, [p = c.data()](i64 i, i64 j, f32 v) { p[i * N + j] = v; });
      matmul2(turn, m, N, K, load_a, w, w2, [p = g.data()](i64 i, i64 j, f32 v, f32 u) { p[i * N + j] = v - u; });
    }
    for (i64 i = 0; i < m; ++i)
      for (i64 j = 0; j < N; ++j) {
        f64 want = 0, want2 = 0, size = 0;
        for (i64 k = 0; k < K; ++k) {
          f64 x = f64(a[i * K + k]) * w(j, k), y = f64(a[i * K + k]) * w2(j, k);
          want += x, want2 += y, size += std::fabs(x) + std::fabs(y);
        }
        ASSERT_NEAR(c[i * N + j], want, 3e-6 * size) << name << " m " << m << " at " << i << ", " << j;
        ASSERT_NEAR(g[i * N + j], want - want2, 6e-6 * size) << name << " m " << m << " at " << i << ", " << j;
      }
  }
}

TEST(Matmul, EveryWeightFormat) {
  check_packed<F32, 48, 35>("F32");
  check_packed<F16, 48, 35>("F16");
  check_packed<BF16, 48, 35>("BF16");
  check_packed<BF16, 100, 512>("BF16");
  check_packed<Q4_0, 100, 512>("Q4_0");
  check_packed<Q4_1, 100, 512>("Q4_1");
  check_packed<Q5_0, 100, 512>("Q5_0");
  check_packed<Q5_1, 100, 512>("Q5_1");
  check_packed<Q8_0, 100, 512>("Q8_0");
  check_packed<Q8_0, 33, 96>("Q8_0");
  check_packed<Q2_K, 100, 512>("Q2_K");
  check_packed<Q3_K, 100, 512>("Q3_K");
  check_packed<Q4_K, 100, 512>("Q4_K");
  check_packed<Q5_K, 100, 512>("Q5_K");
  check_packed<Q6_K, 100, 512>("Q6_K");
  check_packed<IQ4_NL, 100, 512>("IQ4_NL");
  check_packed<IQ4_XS, 100, 512>("IQ4_XS");
  check_packed<MXFP4, 100, 512>("MXFP4");
  check_packed<MXFP4, 33, 96>("MXFP4");
}

// The identity times a weight is the weight, one row at a time and many at once, below the normal numbers and up to the
// last scale at which no element is infinite.
TEST(Matmul, Mxfp4IsExactAtEveryScale) {
  std::vector<u8> rows(256 * 17), packed(packed_bytes<MXFP4>(256, 32));
  for (int e = 0; e < 256; ++e) {
    rows[e * 17] = u8(e);
    for (int j = 0; j < 16; ++j) rows[e * 17 + 1 + j] = u8(j | (15 - j) << 4);
  }
  pack<MXFP4>(rows.data(), 256, 32, packed.data(), 0, 16);
  Packed<MXFP4, 256, 32> w{packed.data()};
  std::vector<f32> c(32 * 256);
  for (i64 m : {1, 32})
    for (i64 first = 0; first < 32; first += m) {
      matmul(
          Blocks{0, matmul_blocks(m, 256)}, m, 256, 32, [=](i64 i, i64 k) { return f32(first + i == k); }, w,
          [p = c.data()](i64 i, i64 j, f32 v) { p[i * 256 + j] = v; });
      for (i64 i = 0; i < m; ++i)
        for (i64 e = 0; e < 256; ++e) {
          if (e <= 252) ASSERT_EQ(c[i * 256 + e], w(e, first + i)) << m << " " << e << ", " << first + i;
          if (e == 255) ASSERT_TRUE(std::isnan(c[i * 256 + e]));
        }
    }
}

// A rounded as kernel/operand.h says of Rounded, in f64.
std::vector<f64> rounded_rows(const std::vector<f32>& a, i64 k, std::vector<f64>& step) {
  std::vector<f64> out(a.size());
  step.assign(a.size(), 0);
  for (size_t row = 0; row < a.size(); row += size_t(k))
    for (i64 first = 0; first < k; first += 32) {
      f64 largest = 0;
      i64 end = std::min(first + 32, k);
      for (i64 l = first; l < end; ++l) largest = std::max(largest, std::fabs(f64(a[row + l])));
      for (i64 l = first; l < end; ++l) {
        step[row + l] = largest / 127;
        out[row + l] = largest > 0 ? std::nearbyint(a[row + l] / step[row + l]) * step[row + l] : 0;
      }
    }
  return out;
}

// Where the target rounds, each element is the weights' exact values times A's rounded ones (an element that lies
// between two steps may go either way); where it does not, it is as exact as ever. Never is it further from the product
// than half a step of each element.
template <class F, i64 N, i64 K>
void check_rounded(const char* name) {
  std::mt19937 random(6);
  std::vector<u8> data = random_weight<F>(N, K, random), other = random_weight<F>(N, K, random);
  Packed<F, N, K> w{data.data()}, w2{other.data()};
  for (i64 m : {1, 2, 4, 5, 12, 13, 21, 270}) {
    if (m == 270 && K < 1024 && !kSame<F, Q4_K>) continue;
    std::vector<f32> a(m * K), c(m * N), g(m * N);
    for (f32& x : a) x = random_value<f32>(random) * (random() % 50 ? 1 : 20);
    for (i64 l = 0; l < std::min<i64>(K, 32); ++l) a[l] = 0;
    auto load_a = [p = a.data()](i64 i, i64 k) { return p[i * K + k]; };
    i64 blocks = matmul_blocks(m, N);
    for (i64 t = 0; t < 2; ++t) {
      Blocks turn{blocks * t / 2, blocks * (t + 1) / 2};
      matmul(turn, m, N, K, Rounded{load_a}, w, [p = c.data()](i64 i, i64 j, f32 v) { p[i * N + j] = v; });
      matmul2(turn, m, N, K, Rounded{load_a}, w, w2,
              [p = g.data()](i64 i, i64 j, f32 v, f32 u) { p[i * N + j] = v - u; });
    }
    std::vector<f64> step, r = rounded_rows(a, K, step);
    for (i64 j = 0; j < N; ++j) {
      std::vector<f64> v(K), u(K);
      for (i64 k = 0; k < K; ++k) v[k] = w(j, k), u[k] = w2(j, k);
      for (i64 i = 0; i < m; i += m > 40 ? 7 : 1) {
        f64 want = 0, want2 = 0, exact = 0, size = 0, size2 = 0, half = 0, tie = 0, tie2 = 0;
        for (i64 k = 0; k < K; ++k) {
          const f64 x = r[i * K + k], y = a[i * K + k], s = step[i * K + k];
          want += x * v[k], want2 += x * u[k], exact += y * v[k];
          size += std::fabs(y * v[k]), size2 += std::fabs(y * u[k]), half += s / 2 * std::fabs(v[k]);
          if (std::fabs(std::fabs(x - y) - s / 2) < 1e-4 * s) tie += s * std::fabs(v[k]), tie2 += s * std::fabs(u[k]);
        }
        if (detail::kIntegerProduct<Rounded<decltype(load_a)>, Packed<F, N, K>>) {
          ASSERT_NEAR(c[i * N + j], want, 1e-5 * size + tie) << name << " m " << m << " at " << i << ", " << j;
          ASSERT_NEAR(g[i * N + j], want - want2, 1e-5 * (size + size2) + tie + tie2) << name << " m " << m;
        }
        ASSERT_NEAR(c[i * N + j], exact, half * 1.001 + 1e-5 * size) << name << " m " << m << " at " << i << ", " << j;
      }
    }
  }
}

TEST(Matmul, RoundedRowsTimesEveryQuantisedFormat) {
  check_rounded<Q4_0, 100, 512>("Q4_0");
  check_rounded<Q4_1, 100, 512>("Q4_1");
  check_rounded<Q5_0, 100, 512>("Q5_0");
  check_rounded<Q5_1, 100, 512>("Q5_1");
  check_rounded<Q8_0, 33, 96>("Q8_0");
  check_rounded<Q8_0, 100, 512>("Q8_0");
  check_rounded<Q2_K, 100, 512>("Q2_K");
  check_rounded<Q3_K, 100, 512>("Q3_K");
  check_rounded<Q4_K, 100, 512>("Q4_K");
  check_rounded<Q4_K, 40, 2304>("Q4_K");
  check_rounded<Q5_K, 100, 512>("Q5_K");
  check_rounded<Q6_K, 100, 512>("Q6_K");
  check_rounded<Q6_K, 400, 1280>("Q6_K");
  check_rounded<IQ4_NL, 100, 512>("IQ4_NL");
  check_rounded<IQ4_XS, 100, 512>("IQ4_XS");
  check_rounded<MXFP4, 100, 512>("MXFP4");
  check_rounded<BF16, 48, 64>("BF16");  // not quantised: nothing is rounded
}

TEST(Matmul, RoundedExtremes) {
  const i64 k = 64;
  std::mt19937 random(7);
  std::vector<u8> data(packed_bytes<Q8_0>(16, k), 0);          // q = 0 is -128, the byte of most magnitude
  for (int i = 0; i < 2 * kRows; ++i) data[i * 2 + 1] = 0x3c;  // d = 1
  Packed<Q8_0, 16, k> w{data.data()};
  auto run = [&](f32 first, f32 others) {
    f32 out = 0;
    auto a = [=](i64, i64 l) { return l == 0 ? first : others; };
    matmul(Blocks{0, 1}, 1, 16, k, Rounded{a}, w, [&](i64, i64 j, f32 v) { out = j == 3 ? v : out; });
    return out;
  };
  EXPECT_EQ(run(127, 127), -128.0f * 127 * 64);
  EXPECT_EQ(run(-127, -127), 128.0f * 127 * 64);
  EXPECT_EQ(run(0, 0), 0);
  EXPECT_NEAR(run(1e-30f, 1e-30f), -128e-30f * 64, 1e-32f);
  EXPECT_NEAR(run(1e-42f, 0), 0, 1e-34f);  // below what is told from zero
  EXPECT_NEAR(run(1e30f, 1e30f), -128e30f * 64, 1e28f);
  EXPECT_TRUE(std::isnan(run(NAN, 1)));
  EXPECT_FALSE(std::isfinite(run(INFINITY, 1)));
  EXPECT_FALSE(std::isfinite(run(1, -INFINITY)));
}

}  // namespace
}  // namespace tegula::kernel
