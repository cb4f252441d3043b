#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op atanh{
    .name = "atanh",
    .doc = "The inverse hyperbolic tangent of x; NaN outside [-1, 1].",
    .operands = {{{"x", kFloats}}},
    .scalar = "atanh(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() / (1 - v.x() * v.x())}; },
};

}  // namespace tegula::op
