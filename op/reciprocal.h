#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op reciprocal{
    .name = "reciprocal",
    .doc = "1 / x.",
    .operands = {{{"x", kFloats | kComplexes}}},
    .scalar = "T(1) / x",
    .facts = {.cost = Cost::kSeveral},
    .vjp = [](const Vjp& v) -> Values { return {-(v.dy() * v.y() * v.y())}; },
};

}  // namespace tegula::op
