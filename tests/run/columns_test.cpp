// Reductions over an axis that is not the last are computed a strip of columns at a time; transposed, the same numbers
// are computed row by row. Both must agree.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "graph/parse.h"
#include "op/ops.h"
#include "runtime/compile_graph.h"

namespace tegula {
namespace {

// Small integers, whose sums are exact in any order.
HostArray integers(std::vector<int64_t> shape) {
  std::mt19937 random(7);
  HostArray out{DType::kF32, shape, {}};
  int64_t count = 1;
  for (int64_t d : shape) count *= d;
  for (int64_t i = 0; i < count; ++i) {
    const float x = float(int(random() % 61) - 30);
    out.bytes.insert(out.bytes.end(), reinterpret_cast<const uint8_t*>(&x), reinterpret_cast<const uint8_t*>(&x) + 4);
  }
  return out;
}

std::vector<HostArray> run(const std::string& text, const HostArray& x, const std::string& device) {
  return run_graph(*parse_graph(text, all_ops(), "test"), open_device(device, 2), {{"x", x}});
}

class Columns : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    try {
      open_device(GetParam());
    } catch (const std::exception& e) {
      GTEST_SKIP() << e.what();
    }
  }
};

// An odd number of rows, fewer than a strip, several strips, a symbolic number of columns.
TEST_P(Columns, ReduceAsRowsDo) {
  const struct {
    int64_t n, c;
    bool symbolic;
  } sizes[] = {{13, 300, false}, {1, 257, false}, {16, 33, false}, {21, 8, true}, {100, 256, true}};
  for (auto [n, c, symbolic] : sizes) {
    const std::string width = symbolic ? "c" : std::to_string(c);
    const std::string in = str("f32[2, ", n, ", ", width, "]"), out = str("f32[2, ", width, "]"),
                      turned = str("f32[2, ", width, ", ", n, "]");
    std::string text = str("graph @g(%x: ", in, ") -> (", out, ", ", out, ", ", out, ", ", out, ") {\n");
    text += "%a = sum %x {axes = [1]}\n%b = max %x {axes = [1]}\n";
    text += "%t = transpose %x {axes = [0, 2, 1]}\n%u = sum %t {axes = [2]}\n%v = max %t {axes = [2]}\n";
    text += "return %a, %b, %u, %v }";
    const auto results = run(text, integers({2, n, c}), GetParam());
    EXPECT_EQ(results[0].bytes, results[2].bytes) << "sum of " << in << ", " << n << " x " << c;
    EXPECT_EQ(results[1].bytes, results[3].bytes) << "max of " << in << ", " << n << " x " << c;
  }
}

// What is computed from the reductions of a column, per column and per element; rounded to 16 bits as in memory.
TEST_P(Columns, NormaliseAsRowsDo) {
  for (const char* dtype : {"f32", "bf16", "f16"}) {
    const std::string t = dtype;
    std::string text = "graph @g(%x: f32[37, 300]) -> (" + t + "[37, 300], " + t + "[37, 300]) {\n";
    text += "%c = cast %x {to = " + t + "}\n%t = transpose %c {axes = [1, 0]}\n";
    for (const char* side : {"c", "t"}) {
      const std::string s = side, axes = s == "c" ? "{axes = [0], keep_dims = true}" : "{axes = [1], keep_dims = true}";
      text += "%m" + s + " = max %" + s + " " + axes + "\n%l" + s + " = min %" + s + " " + axes + "\n";
      text += "%h" + s + " = sub %m" + s + ", %l" + s + "\n%d" + s + " = sub %" + s + ", %l" + s + "\n";
      text += "%y" + s + " = div %d" + s + ", %h" + s + "\n";
    }
    text += "%z = transpose %yt {axes = [1, 0]}\nreturn %yc, %z }";
    const auto results = run(text, integers({37, 300}), GetParam());
    EXPECT_EQ(results[0].bytes, results[1].bytes) << dtype;
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, Columns, testing::Values("cpu", "opencl"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace tegula
