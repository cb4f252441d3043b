// Compiled: what a graph became for one kind of chip: its steps, its sizes as expressions of the symbols, its code.
// One idea: it is data and nothing else, so that any number of programs and threads share it, and a file holds it
// (runtime/compiled_file.h). Invariant: it does not change once it is made; weights, buffers and the values of symbols
// belong to others (runtime/program.h, runtime/run.h).
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compile/assemble.h"
#include "device/device.h"

namespace tegula {

struct CompiledParameter {
  std::string name;
  Type type;
  ParameterKind kind = ParameterKind::kInput;
  bool packed = false;                  // a weight in the kernels' layout (compile/layout.h)
  bool read = false;                    // by a step; a weight that is not feeds the prelude alone, if anything
  bool written = false;                 // a state that steps change in place
  int folded = -1;                      // which result of the prelude it is
  std::optional<Literal> literal = {};  // its value, where the compiler added it for a constant
  bool is_own() const { return folded < 0 && !literal; }  // else the compiler added it
};

struct CompiledResult {
  Type type;
  int parameter = -1;  // the state whose buffer it is; -1: it has one of its own
};

struct Compiled {
  std::string name;
  Target target;
  std::vector<CompiledParameter> parameters;  // the graph's own, then those that the compiler added
  std::vector<CompiledResult> results;
  std::vector<Requirement> requirements;  // of the symbols

  // Buffers of a run, in order: the arena, the parameters, the results, the literals.
  std::vector<Literal> literals;
  std::vector<Dim> scalars;  // of a run
  uint32_t arena_bytes = 0;  // which scalar is the arena's size
  std::vector<Step> steps;
  Code code;

  std::shared_ptr<const Compiled> prelude;  // computes weights from weights, by their names; null: nothing does
  std::string identity;                     // equal for graphs of one canonical text

  // For people.
  std::vector<LaunchNote> launches;
  std::vector<std::string> sources;  // the generated C++; none where it was read from a file
  double compile_ms = 0;             // 0 where the code came from the cache or a file

  size_t num_own_parameters() const { return size_t(std::ranges::count_if(parameters, &CompiledParameter::is_own)); }
  size_t num_buffers() const { return 1 + parameters.size() + results.size() + literals.size(); }
  uint32_t parameter_buffer(size_t i) const { return uint32_t(1 + i); }
  uint32_t result_buffer(size_t i) const { return uint32_t(1 + parameters.size() + i); }
  uint32_t literal_buffer(size_t i) const { return uint32_t(1 + parameters.size() + results.size() + i); }
};
using CompiledRef = std::shared_ptr<const Compiled>;

}  // namespace tegula
