// emit: a launch's body -> the C++ text of its kernel.
// One idea: every value is a lambda over its indices. What the kernel reads, and what is fused before it, are lambdas
// that it loads through; what is fused after it is a lambda that it stores through; Clang inlines them all. Invariant:
// the text depends only on what the body computes, not on where it stands, so equal layers share a kernel.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/op.h"

namespace tegula {

struct Kernel {
  std::string text;  // KERNEL(@, ...) { ... }: @ stands for the name
  std::vector<std::string> headers;
  Dim grid;                       // number of blocks
  std::vector<Dim> scalars;       // its i64 parameters, after the pointers: the body's parameters, then its results
  std::vector<bool> has_pointer;  // of the results: false where it is written in place of a parameter
  std::string description;        // for people: "matmul silu mul"
};

// `packed[i]`: whether parameter i of the body is a weight in the kernel's packed layout.
// `simt`: for a device that runs a block with many threads.
Kernel emit(const Graph& body, const std::vector<bool>& packed, bool simt);

}  // namespace tegula
