#pragma once

#include "op/exp.h"
#include "op/operators.h"

namespace tegula::op {

inline constexpr Op erfinv{
    .name = "erfinv",
    .doc = "The inverse of erf; NaN outside [-1, 1].",
    .operands = {{{"x", kFloats}}},
    .scalar = "erfinv(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * exp(v.y() * v.y()) * 0.886226925452758}; },
};

}  // namespace tegula::op
