// What gradients of attention and of recurrent states keep: read off the compiled programs' arenas, without running
// them.
#include <gtest/gtest.h>

#include "base/error.h"
#include "graph/parse.h"
#include "op/ops.h"
#include "runtime/compile_graph.h"
#include "tensor/jvp.h"
#include "tensor/vjp.h"

namespace tegula {
namespace {

int64_t arena_bytes(const Graph& graph) {
  const Target target{"x86_64-unknown-linux-gnu", "x86-64", {}};
  const CompiledRef compiled = compile_graph(graph, target, graph.name(), false);
  return compiled->scalars[compiled->arena_bytes].value();
}

// The parameters' gradients, or the last result's tangent where `forward` says so, given cotangents and tangents.
int64_t gradient_bytes(const std::string& parameters, const std::string& body, bool forward = false) {
  auto g = parse_graph("graph @t(" + parameters + ") -> () { " + body + " return }", all_ops(), "t");
  Values wrt, results = g->nodes().back().results, given;
  for (const Parameter& p : g->parameters())
    if (takes_cotangent(p.value)) wrt.push_back(p.value);
  for (Value v : forward ? wrt : results) given.push_back(g->parameter(str("g", given.size()), v.type()));
  g->set_results(forward ? jvp(results, wrt, given) : vjp(results, given, wrt));
  return arena_bytes(*g);
}

constexpr int64_t kMiB = 1 << 20;

TEST(Memory, AttentionsGradientHoldsAFewChunksOfScores) {
  auto bytes = [](int64_t t, bool forward) {
    std::string shape = str("f32[", t, ", 64]");
    return gradient_bytes(str("%q: ", shape, ", %k: ", shape, ", %v: ", shape),
                          "%0 = attention %q, %k, %v {causal = true}", forward);
  };
  // All scores of 8192 queries are 256 MiB; those of one chunk of keys are 4 MiB.
  for (bool forward : {false, true}) {
    EXPECT_LT(bytes(8192, forward), 64 * kMiB) << forward;
    EXPECT_LT(bytes(16384, forward), 2.1 * double(bytes(8192, forward))) << forward;
  }
}

TEST(Memory, RaggedAttentionsGradientHoldsAFewChunksOfScores) {
  const char* parameters =
      "%q: f32[8192, 1, 64], %k: f32[8192, 1, 64], %v: f32[8192, 1, 64], %starts: i32[5], %bias: f32[1, 65]";
  const char* body = "%0 = ragged_attention %q, %k, %v, %starts, %bias {scale = 0.125}";
  for (bool forward : {false, true}) EXPECT_LT(gradient_bytes(parameters, body, forward), 80 * kMiB) << forward;
}

TEST(Memory, LinearAttentionsGradientHoldsAStateForEachChunk) {
  // A state is 64 KiB: 256 MiB for all tokens, 8 MiB for the first of each chunk, 2 MiB for those of one.
  const char* parameters =
      "%s: f32[2, 4, 64, 64], %q: f32[4096, 4, 64], %k: f32[4096, 4, 64], %v: f32[4096, 4, 64], %d: f32[4096, 4, 1, "
      "1], "
      "%starts: i32[3], %from: i32[2], %to: i32[2], %beta: f32[4096, 4]";
  const char* body = "%0, %1 = linear_attention %s, %q, %k, %v, %d, %starts, %from, %to, %beta";
  for (bool forward : {false, true}) EXPECT_LT(gradient_bytes(parameters, body, forward), 128 * kMiB) << forward;
}

}  // namespace
}  // namespace tegula
