#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op rsqrt{
    .name = "rsqrt",
    .doc = "1 / sqrt(x).",
    .operands = {{{"x", kFloats}}},
    .scalar = "rsqrt(x)",
    .facts = {.cost = Cost::kSeveral},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * v.y() / v.x() * -0.5}; },
};

}  // namespace tegula::op
