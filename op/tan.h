#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op tan{
    .name = "tan",
    .doc = "The tangent of x, in radians.",
    .operands = {{{"x", kFloats}}},
    .scalar = "tan(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * (1 + v.y() * v.y())}; },
};

}  // namespace tegula::op
