// assemble: a fused graph -> what a device runs: steps over places, the kernels they launch, and the sizes behind them.
// One idea: control flow is steps that hold steps: a body is planned by itself, over its own slots of the same arena,
// and its parameters are the places of what it is given. Loop state lives in one place and is copied back at each turn.
#pragma once

#include <string>
#include <vector>

#include "compile/emit.h"
#include "compile/plan_memory.h"
#include "device/device.h"

namespace tegula {

// One launch as a person reads it; what `inspect` prints.
struct LaunchNote {
  std::string kernel, description, location;
};

struct Assembled {
  std::vector<Step> steps;
  // Buffers of a run, in order: the arena, the parameters, the results, then these literals.
  std::vector<Literal> literals;
  std::vector<Dim> scalars;  // of a run
  uint32_t arena_bytes = 0;  // which scalar is the arena's size
  MemoryPlan plan;           // of the outermost graph

  std::vector<std::string> kernels;   // texts, each with @ for its name
  std::vector<std::string> comments;  // of each: the ops in it and where the first stands
  std::vector<std::string> headers;   // that they include
  std::vector<LaunchNote> notes;
};

// `packed`: by parameter of `fused`. simt: for a device whose blocks are many threads.
Assembled assemble(const Graph& fused, const std::vector<bool>& packed, bool simt);

// The kernels as translation units to be compiled side by side, at most `units`; kernel i is named "k<i>".
std::vector<std::string> translation_units(const Assembled& assembled, size_t units);

}  // namespace tegula
