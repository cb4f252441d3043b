// From a graph to what runs: the passes, the kernels, and the jit that makes code of them.
// One idea: only here does the runtime meet the compiler; a process that runs saved programs links none of it.
#pragma once

#include "runtime/compiled.h"
#include "runtime/run_arrays.h"

namespace tegula {

// Compiles a graph, for this machine or another. Error with the compiler's message and the op.
// has_code: false for null, where nothing runs.
CompiledRef compile_graph(const Graph& graph, const Target& target, std::string name, bool has_code = true);
CompiledRef compile_graph(const Graph& graph, const Device& device, std::string name);

// Compiles it and runs it once.
inline std::vector<HostArray> run_graph(const Graph& graph, const DeviceRef& device, const HostArrays& inputs) {
  return run_compiled(compile_graph(graph, *device, graph.name()), device, inputs);
}

}  // namespace tegula
