#pragma once

#include "op/exp.h"
#include "op/operators.h"

namespace tegula::op {

inline constexpr Op erf{
    .name = "erf",
    .doc = "The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.",
    .operands = {{{"x", kFloats}}},
    .scalar = "erf(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * exp(-(v.x() * v.x())) * 1.1283791670955126}; },
};

}  // namespace tegula::op
