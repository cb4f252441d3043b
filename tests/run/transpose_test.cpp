// Transpositions, which are computed in tiles: every element is where it belongs, whatever the sizes and the dtype.
#include <gtest/gtest.h>

#include <numeric>

#include "graph/parse.h"
#include "op/ops.h"
#include "runtime/compile_graph.h"

namespace tegula {
namespace {

struct Case {
  std::vector<int64_t> shape;
  std::vector<size_t> axes;
  bool symbolic = false;
};

// Sizes below, at and above a tile, and no multiples of it; axes before, between and after the two that change places.
const Case kCases[] = {{{40, 50}, {1, 0}, true},
                       {{16, 32}, {1, 0}},
                       {{3, 33, 20}, {0, 2, 1}},
                       {{17, 5, 9}, {2, 1, 0}},
                       {{16, 3, 40}, {2, 0, 1}},
                       {{8, 9, 10, 11}, {3, 1, 0, 2}},
                       {{4, 64, 2, 65}, {0, 3, 2, 1}, true}};

std::string text(const std::vector<int64_t>& shape, const std::vector<size_t>& axes, bool symbolic) {
  std::string out;
  for (size_t i = 0; i < shape.size(); ++i)
    out += str(i ? ", " : "", symbolic ? str("n", axes[i]) : std::to_string(shape[axes[i]]));
  return out;
}

// Which element of the input the result's element at `flat` is, both counted row-major.
int64_t source(const Case& c, int64_t flat) {
  std::vector<int64_t> index(c.shape.size());
  for (size_t i = c.shape.size(); i-- > 0; flat /= c.shape[c.axes[i]]) index[c.axes[i]] = flat % c.shape[c.axes[i]];
  int64_t out = 0;
  for (size_t a = 0; a < c.shape.size(); ++a) out = out * c.shape[a] + index[a];
  return out;
}

class Transpose : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(Transpose, PutsEveryElementInItsPlace) {
  const auto& [device_name, dtype_name] = GetParam();
  DeviceRef device;
  try {
    device = open_device(device_name, 2);
  } catch (const std::exception& e) {
    GTEST_SKIP() << e.what();
  }
  for (const Case& c : kCases) {
    std::vector<size_t> same(c.shape.size());
    std::iota(same.begin(), same.end(), 0);
    std::string axes;
    for (size_t a : c.axes) axes += str(axes.empty() ? "" : ", ", a);
    const std::string in = dtype_name + "[" + text(c.shape, same, c.symbolic) + "]",
                      out = dtype_name + "[" + text(c.shape, c.axes, c.symbolic) + "]";
    const auto graph =
        parse_graph("graph @t(%x: " + in + ") -> " + out + " {\n%y = transpose %x {axes = [" + axes + "]}\nreturn %y }",
                    all_ops(), "test");
    HostArray x{graph->parameters()[0].value.dtype(), c.shape, {}};
    const int64_t count = std::accumulate(c.shape.begin(), c.shape.end(), int64_t{1}, std::multiplies<>());
    for (int64_t i = 0; i < count; ++i) {
      const Literal one = scalar_literal(x.dtype, double(i % 251));
      x.bytes.insert(x.bytes.end(), one.bytes.begin(), one.bytes.end());
    }
    const HostArray y = run_graph(*graph, device, {{"x", x}})[0];
    const size_t size = x.bytes.size() / size_t(count);
    for (int64_t i = 0; i < count; ++i)
      ASSERT_TRUE(std::equal(y.bytes.begin() + i * int64_t(size), y.bytes.begin() + (i + 1) * int64_t(size),
                             x.bytes.begin() + source(c, i) * int64_t(size)))
          << in << " by " << axes << ", element " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, Transpose,
                         testing::Combine(testing::Values("cpu", "opencl"),
                                          testing::Values("u8", "bf16", "f32", "f64", "c128")),
                         [](const auto& info) { return std::get<0>(info.param) + "_" + std::get<1>(info.param); });

}  // namespace
}  // namespace tegula
