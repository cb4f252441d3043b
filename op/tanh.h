#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op tanh{
    .name = "tanh",
    .doc = "The hyperbolic tangent of x.",
    .operands = {{{"x", kFloats}}},
    .scalar = "tanh(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * (1 - v.y() * v.y())}; },
};

}  // namespace tegula::op
