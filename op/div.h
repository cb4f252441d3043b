#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op div{
    .name = "div",
    .doc = "x / y, element by element.",
    .operands = {{{"x", kFloats | kComplexes}, {"y", kFloats | kComplexes}}},
    .scalar = "x / y",
    .facts = {.cost = Cost::kSeveral, .neutral = 1},
    .vjp = [](const Vjp& v) -> Values {
      Value dx = v.dy() / v.x(1);
      return {dx, -(dx * v.y())};
    },
};

}  // namespace tegula::op
