// Forward mode: from tangents of what was given to tangents of results, in the same graph.
// One idea: vjp is linear in the cotangents, so the vjp of an op's vjp with respect to them is its jvp; no op needs a
// second rule. The nodes are walked in order; control flow carries the tangents through its bodies, so that loops of
// unknown length, which have no reverse mode, have this one.
#pragma once

#include <span>

#include "graph/graph.h"

namespace tegula {

// The sum over k of d results[i] / d wrt[k] applied to tangents[k], of results[i]'s type; "no value" for results of
// integers. tangents[k] has wrt[k]'s type. Errors as vjp's.
Values jvp(std::span<const Value> results, std::span<const Value> wrt, std::span<const Value> tangents);

}  // namespace tegula
