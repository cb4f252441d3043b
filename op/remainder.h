#pragma once

#include "op/floor.h"
#include "op/operators.h"

namespace tegula::op {

inline constexpr Op remainder{
    .name = "remainder",
    .doc = "x - floor(x / y) * y, with the sign of y; an integer by 0 gives 0.",
    .operands = {{{"x", kReals}, {"y", kReals}}},
    .scalar = "remainder(x, y)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy(), -(v.dy() * floor(v.x() / v.x(1)))}; },
};

}  // namespace tegula::op
