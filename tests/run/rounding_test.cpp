// A value is the same number wherever it is used: ops in one kernel give the bits that they give one by one.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "graph/parse.h"
#include "op/ops.h"
#include "runtime/compile_graph.h"

namespace tegula {
namespace {

using Inputs = std::map<std::string, HostArray>;

std::vector<HostArray> run(const std::string& text, const Inputs& inputs = {}) {
  return run_graph(*parse_graph(text, all_ops(), "test"), open_device("cpu", 2), inputs);
}

uint16_t half(const HostArray& a, size_t i = 0) {
  uint16_t bits = 0;
  std::memcpy(&bits, a.bytes.data() + 2 * i, 2);
  return bits;
}

TEST(Rounding, ArgmaxFindsTheMaximumOfAProduct) {
  auto out = run(R"(graph @m() -> (bf16[1], i32[]) {
    %a = constant {value = bf16[4] (1.1015625, 2.296875, 0.69921875, 0.10009766)}
    %b = constant {value = bf16[4] (1.296875, 1.703125, 0.30078125, 0.8984375)}
    %x = mul %a, %b
    %m = max %x {axes = [0], keep_dims = true}
    %i = argmax %x {axis = 0}
    return %m, %i })");
  int32_t place = -1;
  std::memcpy(&place, out[1].bytes.data(), 4);
  EXPECT_EQ(place, 1);
}

TEST(Rounding, AProductIsWhatItIsInMemory) {
  HostArray a{DType::kBF16, {2, 4}, {}}, b = a;
  for (int i = 0; i < 16; ++i)
    a.bytes.push_back(i % 2 ? 0x3f : uint8_t(17 * i)), b.bytes.push_back(i % 2 ? 0x40 : uint8_t(29 * i));
  auto out = run(R"(graph @m(%a: bf16[2, 4], %b: bf16[2, 4]) -> (bf16[2, 4], bf16[2, 4]) {
    %x = mul %a, %b
    %t = sort %x
    %f = flip %x {axes = [1]}
    %g = flip %f {axes = [1]}
    %d = sub %x, %g
    %c = cast %x {to = f32}
    %r = cast %c {to = bf16}
    %e = sub %x, %r
    return %d, %e })",
                 {{"a", a}, {"b", b}});
  for (const HostArray& zeros : out) EXPECT_EQ(zeros.bytes, std::vector<uint8_t>(16, 0));
}

TEST(Rounding, SumsIntoOnePlaceAndAlongAnAxisRoundOnce) {
  auto out = run(R"(graph @m() -> (f16[2], f16[2], f16[4096], f16[4096]) {
    %z = full {shape = [2], value = f16[] (0.0)}
    %x = full {shape = [4096], value = f16[] (1.0)}
    %i = full {shape = [4096], value = i32[] (1)}
    %0 = scatter %z, %i, %x {mode = "add"}
    %h = constant {value = f16[3] (300.0, 300.0, 0.0033340454)}
    %o = full {shape = [2], value = f16[] (1.0)}
    %j = full {shape = [3], value = i32[] (1)}
    %1 = scatter_along_axis %o, %j, %h {mode = "mul"}
    %2 = cumulative_sum %x
    %3 = linear_scan %x, %x
    return %0, %1, %2, %3 })");
  EXPECT_EQ(half(out[0], 1), 0x6c00);  // 4096, where a sum in f16 stays at 2048
  EXPECT_EQ(half(out[1], 1), 0x5cb0);  // 300.0, not infinity on the way
  EXPECT_EQ(half(out[2], 4095), 0x6c00);
  EXPECT_EQ(half(out[3], 4095), 0x6c00);
}

TEST(Rounding, CastsAndMeansRoundOnce) {
  auto out = run(R"(graph @m() -> (f16[1], bf16[1], f16[], bf16[], bf16[]) {
    %x = constant {value = f64[1] (1.000488281255)}
    %0 = cast %x {to = f16}
    %i = constant {value = i32[1] (16842753)}
    %1 = cast %i {to = bf16}
    %h = full {shape = [70000], value = f16[] (1.0)}
    %2 = mean %h
    %y = full {shape = [257], value = bf16[] (1.0)}
    %3 = mean %y
    %z = full {shape = [1025], value = bf16[] (3.0)}
    %4 = mean %z
    return %0, %1, %2, %3, %4 })");
  EXPECT_EQ(half(out[0]), 0x3c01);  // 1 + 2^-10
  EXPECT_EQ(half(out[1]), 0x4b81);  // 16908288
  EXPECT_EQ(half(out[2]), 0x3c00);
  EXPECT_EQ(half(out[3]), 0x3f80);
  EXPECT_EQ(half(out[4]), 0x4040);
}

// What the gradient of max is made of: that nothing equals the maximum made it NaN.
TEST(Rounding, TheMaximumOfAProductIsAmongItsElements) {
  auto out = run(R"(graph @m() -> bf16[4] {
    %a = constant {value = bf16[4] (1.1015625, 2.296875, 0.69921875, 0.10009766)}
    %b = constant {value = bf16[4] (1.296875, 1.703125, 0.30078125, 0.8984375)}
    %x = mul %a, %b
    %m = max %x {keep_dims = true}
    %h = equal %x, %m
    %c = cast %h {to = bf16}
    %n = sum %c {keep_dims = true}
    %r = div %c, %n
    return %r })");
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(half(out[0], i), i == 1 ? 0x3f80 : 0);
}

// Random chains of ops: all at once, and each op as a graph of its own that reads what the one before wrote.
void compare_chains(const std::string& dtype, DType type, unsigned seed) {
  const std::string ops[] = {"mul %a, %b",
                             "add %a, %b",
                             "sub %b, %a",
                             "maximum %a, %b",
                             "tanh %a",
                             "exp %a",
                             "sigmoid %a",
                             "sqrt %a",
                             "silu %a",
                             "flip %a {axes = [1]}",
                             "sum %a {axes = [1], keep_dims = true}",
                             "softmax %a",
                             "rms_norm %a"};
  std::mt19937 engine(seed);
  HostArray x{type, {3, 40}, {}};
  for (int i = 0; i < 120; ++i) {  // of size 0.5 to 2, either sign
    uint32_t noise = engine(), mantissa = type == DType::kF16 ? 0x3800 + noise % 0x800 : 0x3f00 + noise % 0x100;
    uint32_t bits = mantissa | (noise >> 16 & 0x8000);
    x.bytes.push_back(uint8_t(bits)), x.bytes.push_back(uint8_t(bits >> 8));
  }
  std::string all = "graph @all(%x: " + dtype + "[3, 40]) -> (" + dtype + "[3, 40]) {\n", last = "%x";
  HostArray at = x;
  for (int i = 0; i < 6; ++i) {
    std::string line = ops[engine() % std::size(ops)] + "\n";
    std::string one = "graph @one(%a: " + dtype + "[3, 40], %b: " + dtype + "[3, 40]) -> (" + dtype +
                      "[3, 40]) {\n%r = " + line + "%s = broadcast_to %r {shape = [3, 40]}\nreturn %s }";
    at = run(one, {{"a", at}, {"b", x}})[0];
    for (size_t p; (p = line.find("%a")) != std::string::npos;) line.replace(p, 2, last);
    for (size_t p; (p = line.find("%b")) != std::string::npos;) line.replace(p, 2, "%x");
    std::string n = std::to_string(i);
    all += "%r" + n + " = " + line + "%s" + n + " = broadcast_to %r" + n + " {shape = [3, 40]}\n";
    last = "%s" + n;
  }
  all += "return " + last + " }";
  HostArray fused = run(all, {{"x", x}})[0];
  uint32_t infinity = type == DType::kF16 ? 0x7c00 : 0x7f80;
  for (size_t i = 0; i < 120; ++i) {
    bool both_nan = (half(fused, i) & 0x7fffu) > infinity && (half(at, i) & 0x7fffu) > infinity;
    ASSERT_TRUE(both_nan || half(fused, i) == half(at, i))
        << i << ": " << half(fused, i) << ", alone " << half(at, i) << "\n"
        << all;
  }
}

TEST(Rounding, ChainsInOneKernelGiveTheBitsOfTheirOpsAlone) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    compare_chains("f16", DType::kF16, seed);
    compare_chains("bf16", DType::kBF16, seed);
  }
}

}  // namespace
}  // namespace tegula
