#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op log2{
    .name = "log2",
    .doc = "The logarithm of x to the base 2.",
    .operands = {{{"x", kFloats}}},
    .scalar = "log2(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() / (v.x() * 0.6931471805599453)}; },
};

}  // namespace tegula::op
