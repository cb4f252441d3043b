#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op log{
    .name = "log",
    .doc = "The natural logarithm of x.",
    .operands = {{{"x", kFloats}}},
    .scalar = "log(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() / v.x()}; },
};

}  // namespace tegula::op
