#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op log10{
    .name = "log10",
    .doc = "The logarithm of x to the base 10.",
    .operands = {{{"x", kFloats}}},
    .scalar = "log10(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() / (v.x() * 2.302585092994046)}; },
};

}  // namespace tegula::op
