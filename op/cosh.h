#pragma once

#include "op/operators.h"

namespace tegula::op {

extern const Op sinh;

inline constexpr Op cosh{
    .name = "cosh",
    .doc = "The hyperbolic cosine of x.",
    .operands = {{{"x", kFloats}}},
    .scalar = "cosh(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * sinh(v.x())}; },
};

}  // namespace tegula::op
