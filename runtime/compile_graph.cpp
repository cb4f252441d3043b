#include "runtime/compile_graph.h"

#include <algorithm>
#include <cstdio>
#include <thread>

#include "base/debug.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "compile/layout.h"
#include "compile/pipeline.h"
#include "jit/jit.h"
#include "runtime/canonical_text.h"

namespace tegula {
namespace {

void compile_kernels(const Assembled& assembled, bool has_code, Compiled& out) {
  const bool cpu = out.target.is_cpu();
  out.sources = translation_units(assembled, cpu ? std::clamp(std::thread::hardware_concurrency(), 1u, 8u) : 1);
  for (size_t i = 0; i < assembled.kernels.size(); ++i) out.code.kernels.push_back(str("k", i));
  if (debugs(3, out.name))
    for (const std::string& s : out.sources) std::fprintf(stderr, "# source of %s\n%s\n", out.name.c_str(), s.c_str());
  if (out.code.kernels.empty() || !has_code) return;
  Binary binary;
  {
    ElapsedProgress progress("compiling " + out.name);
    binary = compile(out.target, out.sources, out.name);
  }
  if (debugs(4, out.name)) std::fprintf(stderr, "%s\n", assembly(out.target, out.sources, out.name).c_str());
  out.code.bytes = binary.bytes, out.code.path = std::move(binary.path), out.code.owner = std::move(binary.owner);
  out.compile_ms = binary.compile_ms;
}

std::string identity_of(const Graph& graph) {
  Sha256 hash;
  hash.update(canonical_text(graph));
  return hex(hash.finish());
}

void describe_parameters(const Lowered& lowered, const std::vector<bool>& packed, const MemoryPlan& plan,
                         Compiled& out) {
  const Graph& graph = *lowered.graph;
  for (const Parameter& p : graph.parameters())
    out.parameters.push_back({p.name, p.value.type(), p.kind, packed[size_t(p.value.index())]});
  for (size_t i = 0; i < lowered.prelude_parameters.size(); ++i)
    out.parameters[size_t(lowered.prelude_parameters[i])].folded = int(i);
  for (const auto& [parameter, literal] : lowered.literals) out.parameters[size_t(parameter)].literal = literal;
  const auto read = [&](Value v) {
    if (!v.node()) out.parameters[size_t(v.index())].read = true;
  };
  for (const Node& node : graph.nodes()) {
    for (Value v : node.operands) read(v);
    for (Value v : node.results)
      if (const Placement& p = plan.place[size_t(v.id)]; p.home == Home::kParameter)
        out.parameters[size_t(p.index)].written = true;
  }
  for (Value v : graph.results()) read(v);
}

void describe_results(const Graph& graph, const MemoryPlan& plan, Compiled& out) {
  for (Value v : graph.results()) {
    const Placement& p = plan.place[size_t(v.id)];
    out.results.push_back({v.type(), p.home == Home::kParameter ? p.index : -1});
  }
  for (const auto& [result, value] : plan.final_copies) out.results[size_t(result)].parameter = -1;
}

}  // namespace

CompiledRef compile_graph(const Graph& graph, const Target& target, std::string name, bool has_code) {
  auto compiled = std::make_shared<Compiled>();
  Compiled& out = *compiled;
  out.name = std::move(name);
  out.target = target;
  out.identity = identity_of(graph);
  out.requirements = requirements_of(graph);
  const bool simt = !out.target.is_cpu();
  const Lowered lowered = lower(graph, {.simt = simt});
  const std::vector<bool> packed = packed_weights(*lowered.graph);
  Assembled assembled = assemble(*lowered.graph, packed, simt);
  describe_parameters(lowered, packed, assembled.plan, out);
  describe_results(*lowered.graph, assembled.plan, out);
  compile_kernels(assembled, has_code, out);
  out.literals = std::move(assembled.literals);
  out.scalars = std::move(assembled.scalars), out.arena_bytes = assembled.arena_bytes;
  out.steps = std::move(assembled.steps);
  out.launches = std::move(assembled.notes);
  if (lowered.prelude) out.prelude = compile_graph(*lowered.prelude, target, out.name + "'s weights", has_code);
  return compiled;
}

CompiledRef compile_graph(const Graph& graph, const Device& device, std::string name) {
  return compile_graph(graph, device.target(), std::move(name), device.name() != "null");
}

}  // namespace tegula
