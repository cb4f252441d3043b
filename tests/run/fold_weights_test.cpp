// What depends on weights alone: computed once, the same values as a graph that gets the weights as inputs.
#include <gtest/gtest.h>

#include <cstring>

#include "graph/parse.h"
#include "op/ops.h"
#include "runtime/compile_graph.h"
#include "runtime/run.h"

namespace tegula {
namespace {

// %w read transposed and sliced, %a through exp; %n cheaply, %big only as a broadcast.
constexpr std::string_view kText =
    R"(graph @main(%x: f32[t, 8], %w: f32[8, 12] KIND, %a: f32[12] KIND, %n: f32[12] KIND,
                                                 %q: f32[24, 12] KIND) -> (f32[t, 4], f32[t, 12]) {
    %0 = transpose %w {axes = [1, 0]}
    %1 = matmul %x, %0 {transpose_b = true}
    %2 = exp %a
    %3 = neg %2
    %4 = mul %1, %3
    %5 = add %n, %n
    %6 = add %4, %5
    %7 = slice %q {axes = [0], starts = [3], stops = [7]}
    %8 = matmul %6, %7 {transpose_b = true}
    return %8, %6 })";

std::string text_with(std::string_view kind) {
  std::string out(kText);
  for (size_t at; (at = out.find("KIND")) != std::string::npos;) out.replace(at, 4, kind);
  return out;
}

HostArray ramp(std::vector<int64_t> shape, float start) {
  size_t n = 1;
  for (int64_t d : shape) n *= size_t(d);
  HostArray a{DType::kF32, shape, std::vector<uint8_t>(n * 4)};
  for (size_t i = 0; i < n; ++i) {
    float v = start + 0.01f * float(i * 7 % 31);
    std::memcpy(&a.bytes[i * 4], &v, 4);
  }
  return a;
}

std::map<std::string, HostArray> inputs(float a) {
  return {{"x", ramp({3, 8}, -0.1f)},
          {"w", ramp({8, 12}, -0.2f)},
          {"a", ramp({12}, a)},
          {"n", ramp({12}, 0.3f)},
          {"q", ramp({24, 12}, -0.1f)}};
}

CompiledRef compiled(std::string_view kind, const Device& device) {
  return compile_graph(*parse_graph(text_with(kind), all_ops(), "test"), device, "test");
}

std::vector<float> first_result(const Run& run, const DeviceRef& device) {
  std::vector<float> out(12);
  device->read(*run.result(0), 0, {reinterpret_cast<uint8_t*>(out.data()), out.size() * 4});
  return out;
}

void set(Program& program, const std::string& name, const HostArray& value) {
  for (size_t i = 0; i < program.parameters().size(); ++i)
    if (program.parameters()[i].name == name) {
      auto owner = std::make_shared<HostArray>(value);
      program.set_weight(int(i), owner->bytes, owner);
    }
}

TEST(FoldWeights, MovesWhatWouldBeALaunchAtEachStep) {
  CompiledRef folded = compiled("weight", *open_device("null"));
  ASSERT_TRUE(folded->prelude);
  EXPECT_EQ(folded->prelude->results.size(), 3u);  // the transposed, the exp, the slice; not n + n
  EXPECT_EQ(folded->launches.size(), 2u);
  EXPECT_FALSE(compiled("", *open_device("null"))->prelude);
}

TEST(FoldWeights, GivesTheSameValuesAsInputsDo) {
  DeviceRef device = open_device("cpu", 2);
  auto graph = parse_graph(text_with("weight"), all_ops(), "test");
  for (float a : {0.5f, -1.f}) {
    auto folded = run_graph(*graph, device, inputs(a));
    auto plain = run_graph(*parse_graph(text_with(""), all_ops(), "test"), device, inputs(a));
    for (size_t r = 0; r < plain.size(); ++r) {
      ASSERT_EQ(folded[r].bytes.size(), plain[r].bytes.size());
      for (size_t i = 0; i < plain[r].bytes.size(); i += 4) {
        float x, y;
        std::memcpy(&x, &folded[r].bytes[i], 4), std::memcpy(&y, &plain[r].bytes[i], 4);
        EXPECT_NEAR(x, y, 1e-5) << r << " " << i;
      }
    }
  }
}

TEST(FoldWeights, WeightsMayBeSetAgain) {
  DeviceRef device = open_device("cpu", 2);
  auto program = std::make_shared<Program>(compiled("weight", *device), device);
  tegula::Run run(program);
  HostArray x = inputs(0).at("x");
  BufferRef buffer = device->allocate(x.bytes.size());
  device->write(*buffer, 0, x.bytes);
  run.bind(0, buffer, DType::kF32, x.shape);
  std::vector<std::vector<float>> got;
  for (float a : {0.5f, -1.f, 0.5f}) {
    for (const auto& [name, value] : inputs(a))
      if (name != "x") set(*program, name, value);
    run.run();
    got.push_back(first_result(run, device));
  }
  EXPECT_EQ(got[0], got[2]);
  EXPECT_NE(got[0], got[1]);
}

TEST(FoldWeights, NamesTheWeightThatIsMissing) {
  DeviceRef device = open_device("cpu", 2);
  auto program = std::make_shared<Program>(compiled("weight", *device), device);
  tegula::Run run(program);
  HostArray x = inputs(0).at("x");
  BufferRef buffer = device->allocate(x.bytes.size());
  run.bind(0, buffer, DType::kF32, x.shape);
  for (const auto& [name, value] : inputs(0))
    if (name != "x" && name != "a") set(*program, name, value);
  try {
    run.run();
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("%a"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace tegula
