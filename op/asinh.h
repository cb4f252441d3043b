#pragma once

#include "op/operators.h"
#include "op/rsqrt.h"

namespace tegula::op {

inline constexpr Op asinh{
    .name = "asinh",
    .doc = "The inverse hyperbolic sine of x.",
    .operands = {{{"x", kFloats}}},
    .scalar = "asinh(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * rsqrt(v.x() * v.x() + 1)}; },
};

}  // namespace tegula::op
