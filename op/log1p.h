#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op log1p{
    .name = "log1p",
    .doc = "log(1 + x), accurate near 0.",
    .operands = {{{"x", kFloats}}},
    .scalar = "log1p(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() / (1 + v.x())}; },
};

}  // namespace tegula::op
