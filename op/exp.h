#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op exp{
    .name = "exp",
    .doc = "e to the power of x.",
    .operands = {{{"x", kFloats}}},
    .scalar = "exp(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * v.y()}; },
};

}  // namespace tegula::op
