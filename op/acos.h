#pragma once

#include "op/operators.h"
#include "op/rsqrt.h"

namespace tegula::op {

inline constexpr Op acos{
    .name = "acos",
    .doc = "The inverse cosine of x, in radians; NaN outside [-1, 1].",
    .operands = {{{"x", kFloats}}},
    .scalar = "acos(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {-(v.dy() * rsqrt(1 - v.x() * v.x()))}; },
};

}  // namespace tegula::op
