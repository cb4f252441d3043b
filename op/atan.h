#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op atan{
    .name = "atan",
    .doc = "The inverse tangent of x, in radians.",
    .operands = {{{"x", kFloats}}},
    .scalar = "atan(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() / (1 + v.x() * v.x())}; },
};

}  // namespace tegula::op
