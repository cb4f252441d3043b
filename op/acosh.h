#pragma once

#include "op/operators.h"
#include "op/rsqrt.h"

namespace tegula::op {

inline constexpr Op acosh{
    .name = "acosh",
    .doc = "The inverse hyperbolic cosine of x; NaN below 1.",
    .operands = {{{"x", kFloats}}},
    .scalar = "acosh(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * rsqrt((v.x() - 1) * (v.x() + 1))}; },
};

}  // namespace tegula::op
