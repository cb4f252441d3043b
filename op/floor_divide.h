#pragma once

#include "graph/op.h"

namespace tegula::op {

inline constexpr Op floor_divide{
    .name = "floor_divide",
    .doc = "floor(x / y); an integer divided by 0 gives 0.",
    .operands = {{{"x", kReals}, {"y", kReals}}},
    .scalar = "floor_divide(x, y)",
    .facts = {.cost = Cost::kTranscendental},
    .differentiable = false,
};

}  // namespace tegula::op
