// What a composite's node becomes. One idea: an op rounds once, to its result's dtype. A composite of 16-bit floats
// that would round on the way is computed as the same op in f32, its results rounded at the end; so its counts and
// constants are f32 as well. Where it rounds once anyway (it moves elements, or is one product) it stays as it is.
#pragma once

#include "graph/op.h"

namespace tegula::op {

// Is the node's op, or what it is made of, rounded to 16 bits more than once?
bool is_widened(const Node& node);
// The node, over these values, as the op in f32 between casts. Only where is_widened.
Values widened(const Node& node, std::span<const Value> operands);
// The results of a node whose op has `expand`, over these values: of other nodes.
Values expanded(const Node& node, std::span<const Value> operands);

}  // namespace tegula::op
