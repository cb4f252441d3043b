#pragma once

#include "op/exp.h"
#include "op/operators.h"

namespace tegula::op {

inline constexpr Op erfc{
    .name = "erfc",
    .doc = "1 - erf(x), accurate where that is small.",
    .operands = {{{"x", kFloats}}},
    .scalar = "erfc(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * exp(-(v.x() * v.x())) * -1.1283791670955126}; },
};

}  // namespace tegula::op
