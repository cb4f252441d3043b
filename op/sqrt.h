#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op sqrt{
    .name = "sqrt",
    .doc = "The square root of x; NaN where x is negative.",
    .operands = {{{"x", kFloats}}},
    .scalar = "sqrt(x)",
    .facts = {.cost = Cost::kSeveral},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() / v.y() * 0.5}; },
};

}  // namespace tegula::op
