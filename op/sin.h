#pragma once

#include "op/operators.h"

namespace tegula::op {

extern const Op cos;

inline constexpr Op sin{
    .name = "sin",
    .doc = "The sine of x, in radians.",
    .operands = {{{"x", kFloats}}},
    .scalar = "sin(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * cos(v.x())}; },
};

}  // namespace tegula::op
