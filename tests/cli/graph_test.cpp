// run and inspect: graphs in text form, arrays in safetensors.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "program.h"
#include "weights/safetensors.h"

namespace tegula {
namespace {

constexpr const char* kGraph =
    "graph @mlp(%x: f32[b, 3], %w: f32[3, 2]) -> f32[b, 2] {\n"
    "  %0 = matmul %x, %w {round_a = false, transpose_b = false} : f32[b, 2]\n"
    "  %1 = silu %0 : f32[b, 2]\n"
    "  return %1\n"
    "}\n";

struct Array {
  std::string name;
  DType dtype;
  std::vector<int64_t> shape;
  std::vector<uint8_t> bytes;
};

template <class T>
Array array(std::string name, DType dtype, std::vector<int64_t> shape, const std::vector<T>& values) {
  Array a{std::move(name), dtype, std::move(shape), std::vector<uint8_t>(values.size() * sizeof(T))};
  if (!values.empty()) std::memcpy(a.bytes.data(), values.data(), a.bytes.size());
  return a;
}

class Graphs : public testing::Test {
 protected:
  std::string folder = scratch_folder(), graph = folder + "/a.graph", in = folder + "/in.safetensors",
              out = folder + "/out.safetensors";
  void write(const std::string& text, const std::vector<Array>& arrays) {
    write_file(graph, text);
    std::vector<StoredTensor> tensors;
    for (const Array& a : arrays) tensors.push_back({{a.name, a.dtype, a.shape}, a.bytes});
    write_safetensors(in, tensors);
  }
  std::string error_of(const std::vector<std::string>& arguments, int exit = 1) {
    const Outcome o = tegula_run(arguments);
    EXPECT_EQ(o.exit, exit);
    EXPECT_EQ(o.out, "");
    EXPECT_TRUE(is_one_error(o.err)) << o.err;
    return o.err.substr(0, o.err.find("; see"));
  }
};

const std::vector<Array> kInputs = {array<float>("x", DType::kF32, {2, 3}, {0, 1, 2, 3, 4, 5}),
                                    array<float>("w", DType::kF32, {3, 2}, {1, 1, 1, -1, 1, 1})};

TEST_F(Graphs, RunFromFileToFile) {
  write(kGraph, kInputs);
  const Outcome o = tegula_run({"run", graph, "--inputs", in, "--output", out});
  ASSERT_EQ(o.exit, 0) << o.err;
  EXPECT_EQ(o.out + o.err, "");
  const TensorFile file = read_safetensors(out);
  const StoredTensor& result = file.at("0");
  EXPECT_EQ(result.shape, (std::vector<int64_t>{2, 2}));
  const double sums[] = {3, 1, 12, 4};
  for (size_t i = 0; i < 4; ++i) {
    float got;
    std::memcpy(&got, result.bytes.data() + 4 * i, 4);
    EXPECT_NEAR(got, sums[i] / (1 + std::exp(-sums[i])), 1e-5);
  }
}

TEST_F(Graphs, RunTakesWhatCompileWrote) {
  write(kGraph, kInputs);
  const std::string program = folder + "/mlp";
  const Outcome compiled = tegula_run({"compile", graph, "--output", program});
  ASSERT_EQ(compiled.exit, 0) << compiled.err;
  EXPECT_EQ(compiled.out + compiled.err, "");
  const Outcome o = tegula_run({"run", program, "--inputs", in});
  EXPECT_EQ(o.err, "");
  EXPECT_EQ(o.out, tegula_run({"run", graph, "--inputs", in}).out);
  EXPECT_TRUE(o.out.starts_with("0: f32[2, 2] [[")) << o.out;
  EXPECT_EQ(error_of({"run", program}, 2), "tegula: graph @mlp needs --inputs with x: f32[b, 3], w: f32[3, 2]");
  std::string bytes = read_file(program);
  bytes[bytes.size() / 2] ^= 1;
  write_file(program, bytes);
  EXPECT_EQ(error_of({"run", program, "--inputs", in}), "tegula: " + program + ": is damaged: make it anew\n");
  ASSERT_EQ(tegula_run({"compile", graph, "--output", program, "--target", "cpu:aarch64"}).exit, 0);
  EXPECT_NE(error_of({"run", program, "--inputs", in}).find("mlp was compiled for aarch64"), std::string::npos);
  EXPECT_NE(error_of({"compile", graph, "--output", program, "--target", "z80"}, 2).find("--target: unknown target"),
            std::string::npos);
  EXPECT_NE(error_of({"compile", graph, "--output", "/nowhere/program"}).find("/nowhere/"), std::string::npos);
}

TEST_F(Graphs, RunPrintsArraysOfEveryDType) {
  write(
      "graph @all(%b: bool[2], %i: i64[2], %u: u8[2], %h: f16[2], %d: f64[], %z: c64[1, 2], %e: f32[0, 2]) -> "
      "(bool[2], i64[2], u8[2], f16[2], f64[], c64[1, 2], f32[0, 2]) {\n"
      "  %0 = logical_not %b : bool[2]\n  %1 = neg %i : i64[2]\n  %2 = add %u, %u : u8[2]\n"
      "  %3 = add %h, %h : f16[2]\n  %4 = mul %d, %d : f64[]\n  %5 = mul %z, %z : c64[1, 2]\n"
      "  %6 = neg %e : f32[0, 2]\n  return %0, %1, %2, %3, %4, %5, %6\n}\n",
      {array<uint8_t>("b", DType::kBool, {2}, {0, 1}), array<int64_t>("i", DType::kI64, {2}, {5, int64_t{-1} << 62}),
       array<uint8_t>("u", DType::kU8, {2}, {100, 200}), array<uint16_t>("h", DType::kF16, {2}, {0x3c00, 0xb800}),
       array<double>("d", DType::kF64, {}, {0.1}), array<float>("z", DType::kC64, {1, 2}, {1, 2, 3, -1}),
       array<float>("e", DType::kF32, {0, 2}, {})});
  const Outcome o = tegula_run({"run", graph, "--inputs", in});
  EXPECT_EQ(o.err, "");
  EXPECT_EQ(o.out,
            "0: bool[2] [true, false]\n1: i64[2] [-5, 4611686018427387904]\n2: u8[2] [200, 144]\n"
            "3: f16[2] [2, -1]\n4: f64[] 0.010000000000000002\n5: c64[1, 2] [[-3+4j, 8-6j]]\n6: f32[0, 2] []\n");
}

TEST_F(Graphs, RunFromStdinShortensLongArrays) {
  const Outcome o = tegula_run({"run", "-"}, {.input = "graph @many() -> i32[2000] {\n  %0 = iota {axis = 0, shape = "
                                                       "[2000], dtype = i32} : i32[2000]\n  return %0\n}\n"});
  EXPECT_EQ(o.err, "");
  EXPECT_EQ(o.out, "0: i32[2000] [0, 1, 2, ..., 1997, 1998, 1999]\n");
}

TEST_F(Graphs, RunNamesWhatDoesNotFit) {
  write(kGraph, {kInputs[0]});
  EXPECT_EQ(error_of({"run", graph}, 2), "tegula: graph @mlp needs --inputs with x: f32[b, 3], w: f32[3, 2]");
  EXPECT_EQ(error_of({"run", graph, "--inputs", in}), "tegula: " + in + ": inputs are missing: w: f32[3, 2]\n");
  write(kGraph, {kInputs[0], kInputs[1], array<float>("y", DType::kF32, {1}, {1})});
  EXPECT_EQ(error_of({"run", graph, "--inputs", in}),
            "tegula: " + in + ": graph @mlp has no parameter \"y\"; it has x, w\n");
  write(kGraph, {kInputs[0], array<int32_t>("w", DType::kI32, {3, 2}, {1, 1, 1, 1, 1, 1})});
  EXPECT_NE(error_of({"run", graph, "--inputs", in}).find("%w: the input is i32, expected f32[3, 2]"),
            std::string::npos);
  write(kGraph, {kInputs[0], array<float>("w", DType::kF32, {2, 3}, {1, 1, 1, 1, 1, 1})});
  EXPECT_NE(error_of({"run", graph, "--inputs", in}).find("%w: f32[2, 3] was given for f32[3, 2]"), std::string::npos);
  write("graph @mlp(%x: f32[b, 3]) -> f32[b, 3] {\n  %0 = slu %x : f32[b, 3]\n  return %0\n}\n", {kInputs[0]});
  EXPECT_TRUE(error_of({"run", graph, "--inputs", in}).starts_with("tegula: " + graph + ":2: "));
  write(kGraph, kInputs);
  EXPECT_NE(error_of({"run", graph, "--inputs", in, "--output", "/nowhere/out.safetensors"}).find("/nowhere/"),
            std::string::npos);
}

TEST_F(Graphs, RunReadsDimensionsOfAnyLength) {
  auto error_in = [&](const std::string& text) {
    write_file(graph, text);
    return error_of({"run", graph});
  };
  EXPECT_EQ(error_in("graph @m(%x: f32[" + std::string(2'000'000, '-') + "]) -> f32[n] { return %x }"),
            "tegula: " + graph + ":1: dimension: expected a number or a name at \"]) -> f32[n] { retur\"\n");
  EXPECT_EQ(error_in("graph @m(%x: f32[" + std::string(2'000'000, '(') + "n]) -> f32[n] { return %x }"),
            "tegula: " + graph + ":1: dimension: nested too deeply\n");
}

TEST_F(Graphs, RunNamesAttributesOutOfRangeAndNegativeDimensions) {
  write(
      "graph @m(%x: f32[n]) -> f32[n - 5] {\n  %0 = slice %x {axes = [0], starts = [5], stops = [n]}\n  return %0\n}\n",
      {array<float>("x", DType::kF32, {3}, {0, 0, 0})});
  EXPECT_EQ(error_of({"run", graph, "--inputs", in}), "tegula: m: slice: 5 to n by 1 is not inside axis 0 of f32[n]\n");
  write_file(graph, "graph @m(%x: f32[2, 2]) -> f32[2, 2] {\n  %0 = tril %x {k = 4294967296}\n  return %0\n}\n");
  EXPECT_EQ(error_of({"run", graph}),
            "tegula: " + graph + ":2: tril: k is 4294967296, expected -1073741824 to 1073741824\n");
}

TEST_F(Graphs, InspectShowsEveryStage) {
  write_file(graph, kGraph);
  const Outcome o = tegula_run({"inspect", graph, "--stage", "graph"});
  EXPECT_EQ(o.out, kGraph);  // print(parse(text)) is the text
  EXPECT_NE(tegula_run({"inspect", graph, "--stage", "fused"}).out.find("launch"), std::string::npos);
  EXPECT_NE(tegula_run({"inspect", graph, "--stage", "plan"}).out.find("result 0 f32[b, 2]"), std::string::npos);
  EXPECT_NE(tegula_run({"inspect", graph, "--stage", "source"}).out.find("KERNEL(k0"), std::string::npos);
  EXPECT_NE(tegula_run({"inspect", graph}).out.find("matmul silu"), std::string::npos);
  const Outcome model = tegula_run({"inspect"});
  EXPECT_EQ(model.exit, 0) << model.err;
  EXPECT_NE(model.out.find("model.layers.5.self_attn.o_proj"), std::string::npos);
  EXPECT_EQ(tegula_run({"inspect", graph, "--stage", "nothing"}).exit, 2);
}

}  // namespace
}  // namespace tegula
