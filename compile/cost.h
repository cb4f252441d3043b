// cost_of: what repeating a node would cost, for the passes that choose between repeating and storing.
#pragma once

#include "graph/op.h"

namespace tegula {

inline constexpr int kRepeatable = 4;  // instructions that are repeated rather than stored, at most

// Is the node a float that is read as a wider one? In a register it is one anyway.
inline bool is_widening(const Node& n) {
  if (n.op->facts.cost != Cost::kConversion) return false;
  const DType from = n.operand_type(0).dtype, to = n.result_type().dtype;
  return is_float(from) && is_float(to) && info(from).block_bytes < info(to).block_bytes;
}

// Rough number of instructions for one element of an elementwise op or a view.
inline int cost_of(const Node& n) {
  switch (n.op->facts.cost) {
    case Cost::kFree: return 0;
    case Cost::kConversion: return is_widening(n) ? 0 : 1;
    case Cost::kCheap: return 1;
    case Cost::kSeveral: return 4;
    case Cost::kTranscendental: return 10;
  }
  return 0;
}

}  // namespace tegula
