#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op hypot{
    .name = "hypot",
    .doc = "sqrt(x^2 + y^2) without overflow on the way.",
    .operands = {{{"x", kFloats}, {"y", kFloats}}},
    .scalar = "hypot(x, y)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values {
      Value zero = scalar_like(v.y(), 0), unit = where(equal(v.y(), zero), zero, v.dy() / v.y());
      return {unit * v.x(), unit * v.x(1)};
    },
};

}  // namespace tegula::op
