#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op expm1{
    .name = "expm1",
    .doc = "exp(x) - 1, accurate near 0.",
    .operands = {{{"x", kFloats}}},
    .scalar = "expm1(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * (v.y() + 1)}; },
};

}  // namespace tegula::op
