// What a composite's node becomes. One idea: an op rounds once, to its result's dtype. A composite of 16-bit floats
// that would round on the way is computed as the same op in f32, its results rounded at the end; so its counts and
// constants are f32 as well. Where it rounds once anyway (it moves elements, or is one product) it stays as it is. The
// same holds for a gradient rule, which is a composite as well, and for a kernel that adds up where it stores.
#pragma once

#include "graph/op.h"

namespace tegula::op {

// Does the compiler expand the node: has it no kernel, or none that computes in f64?
bool is_composite(const Node& node);
// Is the node's op, or what it is made of, rounded to 16 bits more than once?
bool is_widened(const Node& node);
// The node, over these values, as the op in f32 between casts. Only where is_widened.
Values widened(const Node& node, std::span<const Value> operands);
// What the op's gradient rule gives, computed in f32 where it would round on the way.
Values cotangents_by_rule(const Vjp& v);
// The results of a node whose op has `expand`, over these values: of other nodes.
Values expanded(const Node& node, std::span<const Value> operands);

}  // namespace tegula::op
