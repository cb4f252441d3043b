#pragma once

#include "op/log.h"
#include "op/operators.h"

namespace tegula::op {

inline constexpr Op pow{
    .name = "pow",
    .doc = "x to the power of y; integers wrap, and a negative power of one is 0 (of 1 and -1 exact).",
    .operands = {{{"x", kReals}, {"y", kReals}}},
    .scalar = "pow(x, y)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values {
      Value x = v.x(), y = v.x(1), zero = scalar_like(x, 0), one = scalar_like(x, 1);
      Value dx = where(equal(y, zero), zero, y * pow(x, where(equal(y, zero), one, y - 1)));
      return {v.dy() * dx, v.dy() * where(equal(x, zero), zero, log(x) * v.y())};
    },
};

}  // namespace tegula::op
