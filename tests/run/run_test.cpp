// Whole programs against plain loops in double precision, on the cpu.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <span>

#include "graph/parse.h"
#include "op/ops.h"
#include "runtime/compile_graph.h"

namespace tegula {
namespace {

HostArray array(std::vector<int64_t> shape, const std::vector<float>& values) {
  HostArray a{DType::kF32, std::move(shape), std::vector<uint8_t>(values.size() * 4)};
  std::ranges::copy(std::as_bytes(std::span(values)), reinterpret_cast<std::byte*>(a.bytes.data()));
  return a;
}

std::vector<float> floats(const HostArray& a) {
  std::vector<float> v(a.bytes.size() / 4);
  std::ranges::copy(a.bytes, reinterpret_cast<uint8_t*>(v.data()));
  return v;
}

std::vector<float> noise(size_t n, int seed) {
  std::mt19937 engine{unsigned(seed)};
  std::normal_distribution<float> normal;
  std::vector<float> v(n);
  for (float& x : v) x = normal(engine);
  return v;
}

std::vector<HostArray> run(std::string_view text, const std::map<std::string, HostArray>& inputs) {
  return run_graph(*parse_graph(text, all_ops(), "test"), open_device("cpu", 2), inputs);
}

TEST(Run, FusedMlpAgreesWithLoops) {
  const int64_t t = 5, n = 64, m = 96;
  auto x = noise(size_t(t * n), 1), g = noise(size_t(n), 2), w1 = noise(size_t(m * n), 3), w3 = noise(size_t(m * n), 4),
       w2 = noise(size_t(n * m), 5);
  auto out = run(R"(graph @main(%x: f32[t, 64], %g: f32[64] weight, %w1: f32[96, 64] weight, %w3: f32[96, 64] weight,
                               %w2: f32[64, 96] weight) -> (f32[t, 64], f32[t, 64]) {
    %0 = rms_norm %x, %g {epsilon = 0.001}
    %1 = matmul %0, %w1 {transpose_b = true}
    %2 = matmul %0, %w3 {transpose_b = true}
    %3 = silu %1
    %4 = mul %3, %2
    %5 = matmul %4, %w2 {transpose_b = true}
    %6 = add %x, %5
    %7 = softmax %6
    return %6, %7 })",
                 {{"x", array({t, n}, x)},
                  {"g", array({n}, g)},
                  {"w1", array({m, n}, w1)},
                  {"w3", array({m, n}, w3)},
                  {"w2", array({n, m}, w2)}});
  ASSERT_EQ(out.size(), 2u);
  ASSERT_EQ(out[0].shape, (std::vector<int64_t>{t, n}));
  auto y = floats(out[0]), p = floats(out[1]);
  for (int64_t i = 0; i < t; ++i) {
    double square = 0, sum = 0, largest = -1e30;
    for (int64_t k = 0; k < n; ++k) square += double(x[size_t(i * n + k)]) * x[size_t(i * n + k)];
    std::vector<double> h(static_cast<size_t>(n)), a(static_cast<size_t>(m)), want(static_cast<size_t>(n));
    for (int64_t k = 0; k < n; ++k)
      h[size_t(k)] = x[size_t(i * n + k)] / std::sqrt(square / double(n) + 0.001) * g[size_t(k)];
    for (int64_t j = 0; j < m; ++j) {
      double gate = 0, up = 0;
      for (int64_t k = 0; k < n; ++k)
        gate += h[size_t(k)] * w1[size_t(j * n + k)], up += h[size_t(k)] * w3[size_t(j * n + k)];
      a[size_t(j)] = gate / (1 + std::exp(-gate)) * up;
    }
    for (int64_t j = 0; j < n; ++j) {
      want[size_t(j)] = x[size_t(i * n + j)];
      for (int64_t k = 0; k < m; ++k) want[size_t(j)] += a[size_t(k)] * w2[size_t(j * m + k)];
      largest = std::max(largest, want[size_t(j)]);
    }
    for (double v : want) sum += std::exp(v - largest);
    for (int64_t j = 0; j < n; ++j) {
      EXPECT_NEAR(y[size_t(i * n + j)], want[size_t(j)], 1e-3 * (1 + std::abs(want[size_t(j)])));
      EXPECT_NEAR(p[size_t(i * n + j)], std::exp(want[size_t(j)] - largest) / sum, 2e-3);
    }
  }
}

// The norm is computed inside the matmul: on few rows, on several tiles of them, and where leading axes are split.
TEST(Run, ANormIsComputedInTheMatmulThatReadsIt) {
  const int64_t n = 40, m = 70;
  auto g = noise(size_t(n), 2), w = noise(size_t(m * n), 3);
  for (int64_t t : {0, 1, 7, 150, 300}) {
    auto x = noise(size_t(2 * t * n), 1);
    auto out = run(R"(graph @main(%x: f32[2, t, 40], %g: f32[40] weight, %w: f32[70, 40] weight) -> f32[2, t, 70] {
      %0 = layer_norm %x, %g {epsilon = 0.001}
      %1 = matmul %0, %w {transpose_b = true}
      return %1 })",
                   {{"x", array({2, t, n}, x)}, {"g", array({n}, g)}, {"w", array({m, n}, w)}});
    auto y = floats(out[0]);
    for (int64_t i = 0; i < 2 * t; ++i) {
      const float* row = &x[size_t(i * n)];
      double mean = 0, square = 0;
      for (int64_t k = 0; k < n; ++k) mean += row[k] / double(n);
      for (int64_t k = 0; k < n; ++k) square += (row[k] - mean) * (row[k] - mean) / double(n);
      for (int64_t j = 0; j < m; ++j) {
        double want = 0;
        for (int64_t k = 0; k < n; ++k)
          want += (row[k] - mean) / std::sqrt(square + 0.001) * g[size_t(k)] * w[size_t(j * n + k)];
        ASSERT_NEAR(y[size_t(i * m + j)], want, 1e-3) << t << " " << i << " " << j;
      }
    }
  }
}

// Rows of q8_0 whose values are d * q.
HostArray q8_0(int64_t n, int64_t k, int seed) {
  std::mt19937 engine{unsigned(seed)};
  HostArray a{DType::kQ8_0, {n, k}, std::vector<uint8_t>(size_t(n * k / 32 * 34))};
  for (size_t i = 0; i < a.bytes.size(); ++i) a.bytes[i] = uint8_t(engine());
  for (size_t i = 0; i < a.bytes.size(); i += 34) a.bytes[i] = uint8_t(engine()), a.bytes[i + 1] = 0x18;  // d ~ 2^-9
  return a;
}

// A norm, a product of one weight, two that meet and three that share their operand; few tokens and many.
TEST(Run, RoundedActivationsAreNearTheExactOnes) {
  const std::string text = R"(graph @main(%x: f32[t, 96], %g: f32[96] weight, %a: q8_0[40, 96] weight,
                                          %b: q8_0[64, 96] weight, %c: q8_0[64, 96] weight, %d: q8_0[24, 64] weight)
                              -> (f32[t, 40], f32[t, 64], f32[t, 24]) {
    %0 = rms_norm %x, %g {epsilon = 0.001}
    %1 = matmul %0, %a {transpose_b = true ROUND}
    %2 = matmul %0, %b {transpose_b = true ROUND}
    %3 = matmul %0, %c {transpose_b = true ROUND}
    %4 = silu %2
    %5 = mul %4, %3
    %6 = matmul %5, %d {transpose_b = true ROUND}
    return %1, %5, %6 })";
  auto with = [&](const std::string& attribute) {
    std::string out = text;
    for (size_t at; (at = out.find(" ROUND")) != std::string::npos;) out.replace(at, 6, attribute);
    return out;
  };
  for (int64_t t : {1, 5, 150}) {
    const std::map<std::string, HostArray> inputs{{"x", array({t, 96}, noise(size_t(t * 96), 1))},
                                                  {"g", array({96}, noise(96, 2))},
                                                  {"a", q8_0(40, 96, 3)},
                                                  {"b", q8_0(64, 96, 4)},
                                                  {"c", q8_0(64, 96, 5)},
                                                  {"d", q8_0(24, 64, 6)}};
    auto exact = run(with(""), inputs), rounded = run(with(", round_a = true"), inputs);
    for (size_t i = 0; i < exact.size(); ++i) {
      auto x = floats(exact[i]), y = floats(rounded[i]);
      double square = 0, error = 0;
      for (size_t j = 0; j < x.size(); ++j) square += double(x[j]) * x[j], error += std::pow(double(y[j]) - x[j], 2);
      EXPECT_GT(error, 0) << "result " << i << ": nothing was rounded";
      EXPECT_LT(std::sqrt(error / square), 0.02) << "result " << i << ", " << t << " tokens";
    }
  }
}

TEST(Run, BatchedMatmulBroadcastsItsLeadingAxes) {
  auto a = noise(3 * 2 * 4 * 5, 1), b = noise(2 * 5 * 6, 2);
  auto out =
      run("graph @main(%a: f32[s, 2, 4, 5], %b: f32[2, 5, 6]) -> f32[s, 2, 4, 6] { %0 = matmul %a, %b return %0 }",
          {{"a", array({3, 2, 4, 5}, a)}, {"b", array({2, 5, 6}, b)}});
  auto y = floats(out[0]);
  for (size_t s = 0; s < 3; ++s)
    for (size_t h = 0; h < 2; ++h)
      for (size_t i = 0; i < 4; ++i)
        for (size_t j = 0; j < 6; ++j) {
          double want = 0;
          for (size_t k = 0; k < 5; ++k) want += double(a[((s * 2 + h) * 4 + i) * 5 + k]) * b[(h * 5 + k) * 6 + j];
          EXPECT_NEAR(y[((s * 2 + h) * 4 + i) * 6 + j], want, 1e-4);
        }
}

TEST(Run, ResultsMayBeParametersAndTwiceTheSame) {
  auto x = noise(6, 1);
  auto out = run("graph @main(%x: f32[n]) -> (f32[n], f32[n], f32[n]) { %0 = neg %x return %x, %0, %0 }",
                 {{"x", array({6}, x)}});
  EXPECT_EQ(floats(out[0]), x);
  EXPECT_EQ(floats(out[1]), floats(out[2]));
  EXPECT_EQ(floats(out[1])[3], -x[3]);
}

constexpr const char* kControl = R"(
graph @less(%i: i32[], %x: f32[n], %w: f32[n]) -> bool[] { %0 = constant {value = i32[] (5)} %1 = less %i, %0 return %1 }
graph @turn(%i: i32[], %x: f32[n], %w: f32[n]) -> (i32[], f32[n], f32[n]) {
  %0 = constant {value = i32[] (1)} %1 = add %i, %0 %2 = mul %x, %w return %1, %2, %w }
graph @twice(%x: f32[n]) -> f32[n] { %0 = add %x, %x return %0 }
graph @same(%x: f32[n]) -> f32[n] { return %x }
graph @main(%x: f32[n], %w: f32[n], %flag: bool[]) -> (f32[n], i32[], f32[n], f32[n]) {
  %0 = constant {value = i32[] (0)}
  %1, %2, %3 = while_loop %0, %x, %w {condition = @less, body = @turn}
  %4 = cond %flag, %2 {then = @twice, otherwise = @same}
  %5 = call %4 {graph = @twice}
  return %5, %1, %3, %4
})";

TEST(Run, LoopsBranchesAndCalls) {
  for (bool flag : {false, true}) {
    HostArray f{DType::kBool, {}, {uint8_t(flag)}};
    auto out = run(kControl, {{"x", array({3}, {1, 2, -3})}, {"w", array({3}, {2, 0.5, 1})}, {"flag", f}});
    float s = flag ? 2 : 1;
    EXPECT_EQ(floats(out[3]), (std::vector<float>{32 * s, 2 / 32.f * s, -3 * s}));
    EXPECT_EQ(floats(out[0])[0], 64 * s);
    int32_t turns;
    std::memcpy(&turns, out[1].bytes.data(), 4);
    EXPECT_EQ(turns, 5);
    EXPECT_EQ(floats(out[2])[1], 0.5f);
  }
}

TEST(Run, SaysWhichShapeDoesNotFit) {
  try {
    run("graph @main(%x: f32[n, 4], %y: f32[n, 4]) -> f32[n, 4] { %0 = add %x, %y return %0 }",
        {{"x", array({2, 4}, noise(8, 1))}, {"y", array({3, 4}, noise(12, 1))}});
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "%x: f32[2, 4] was given for f32[n, 4]: axis 0 should be 3");
  }
}

}  // namespace
}  // namespace tegula
