// Reverse mode: from the cotangents of results to those of what they were computed from, in the same graph.
// One idea: the nodes are walked from the last to the first, each op's own rule turning its results' cotangents into
// its operands'; a composite without a rule is expanded where it stands and the expansion walked. Nothing is recorded:
// the forward values are in the graph, and what is computed twice is merged by the compiler. Convention for complex
// numbers: a cotangent c of z pairs with dz as the real part of c * dz, so rules of holomorphic ops are those of reals;
// the steepest ascent of a real loss is the conjugate of its cotangent.
#pragma once

#include <span>

#include "graph/graph.h"

namespace tegula {

// The sum over i of d results[i] / d wrt[k] applied to cotangents[i], for each k: of wrt[k]'s type, zeros where no
// result depends on it. cotangents[i] has results[i]'s type; a result of an integer dtype takes none ("no value").
// Error where wrt is not of floats, and where an op on the way has no gradient.
Values vjp(std::span<const Value> results, std::span<const Value> cotangents, std::span<const Value> wrt);

// d loss / d wrt for a 0-d real loss.
Values grad(Value loss, std::span<const Value> wrt);

// Does a value have a cotangent at all: is it of floats or complex numbers?
bool takes_cotangent(Value v);

}  // namespace tegula
