#pragma once

#include "op/operators.h"

namespace tegula::op {

extern const Op sin;

inline constexpr Op cos{
    .name = "cos",
    .doc = "The cosine of x, in radians.",
    .operands = {{{"x", kFloats}}},
    .scalar = "cos(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {-(v.dy() * sin(v.x()))}; },
};

}  // namespace tegula::op
