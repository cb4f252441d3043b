// The passes, each a function Graph -> Graph in a file of its own name; pipeline.cpp lists them in order.
// Graph attributes (bodies of control flow) are passed through the same passes by the pipeline.
#pragma once

#include "compile/rewrite.h"

namespace tegula {

// Replaces composite ops by what they expand to, until none is left, and calls by their bodies.
GraphPtr expand(const Graph& graph);
// Local simplifications that never change a value: views of views, casts to the same dtype, x * 1, ...
GraphPtr canonicalize(const Graph& graph);
// Merges equal nodes.
GraphPtr eliminate_common_subexpressions(const Graph& graph);
// Drops nodes whose results nobody uses.
GraphPtr eliminate_dead_code(const Graph& graph);
// Joins matmuls that share their left operand.
GraphPtr merge_matmuls(const Graph& graph);
// Computes in parts what few cores could share out otherwise.
GraphPtr split(const Graph& graph);
// Groups nodes into launches; see fuse.cpp.
GraphPtr fuse(const Graph& graph);

// Computes norms inside the matmuls that read them; for devices whose blocks are one thread.
GraphPtr fuse_rows(const Graph& graph);

}  // namespace tegula
