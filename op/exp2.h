#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op exp2{
    .name = "exp2",
    .doc = "2 to the power of x.",
    .operands = {{{"x", kFloats}}},
    .scalar = "exp2(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * v.y() * 0.6931471805599453}; },
};

}  // namespace tegula::op
