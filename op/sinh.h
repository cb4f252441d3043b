#pragma once

#include "op/operators.h"

namespace tegula::op {

extern const Op cosh;

inline constexpr Op sinh{
    .name = "sinh",
    .doc = "The hyperbolic sine of x.",
    .operands = {{{"x", kFloats}}},
    .scalar = "sinh(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * cosh(v.x())}; },
};

}  // namespace tegula::op
