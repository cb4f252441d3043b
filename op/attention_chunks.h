// Dense attention by ops alone, for what the kernel does not compute: other types, and the gradient.
// One idea: keys are taken kKeysAtOnce at a time by a scan, which carries a running maximum and sum per query (as
// kernel/attention.h does), so scores are only ever [.., t, kKeysAtOnce]; the gradient computes them again, chunk by
// chunk. Invariant: a score that is not seen is never an infinity, so that no derivative of any order is NaN.
#pragma once

#include "graph/op.h"

namespace tegula::op {

inline constexpr int64_t kKeysAtOnce = 128;

// The result of `n`, a node of attention, over these operands.
Value attention_by_chunks(const Node& n, std::span<const Value> x);

}  // namespace tegula::op
