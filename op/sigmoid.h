#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op sigmoid{
    .name = "sigmoid",
    .doc = "1 / (1 + exp(-x)).",
    .operands = {{{"x", kFloats}}},
    .scalar = "T(1) / (T(1) + exp(-x))",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * v.y() * (1 - v.y())}; },
};

}  // namespace tegula::op
