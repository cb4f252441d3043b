#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op atan2{
    .name = "atan2",
    .doc = "The angle of the point (x, y), in (-pi, pi].",
    .operands = {{{"y", kFloats}, {"x", kFloats}}},
    .scalar = "atan2(y, x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values {
      Value y = v.x(0), x = v.x(1), over = v.dy() / (x * x + y * y);
      return {over * x, -(over * y)};
    },
};

}  // namespace tegula::op
