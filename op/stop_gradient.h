#pragma once

#include "graph/op.h"

namespace tegula::op {

inline constexpr Op stop_gradient{
    .name = "stop_gradient",
    .doc = "x, through which no gradient flows.",
    .operands = {{{"x", kDense}}},
    .scalar = "x",
    .facts = {.cost = Cost::kFree},
    .differentiable = false,
};

}  // namespace tegula::op
