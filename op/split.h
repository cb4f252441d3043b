// Reductions with few results, in parts that can be computed side by side.
#pragma once

#include "graph/op.h"

namespace tegula::op {

// How many parts to make of a computation of `elements` elements along an axis of this length, which is done in `lanes`
// blocks as it is; 1 where these are enough for a chip's cores or the work is too little to share out.
int64_t parts_of(int64_t length, int64_t lanes, int64_t elements);

// The reduction n of x as a reduction of parts and a reduction of what they give; none where parts_of() says 1.
Values split_reduction(const Node& n, std::span<const Value> x);

}  // namespace tegula::op
