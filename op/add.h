#pragma once

#include "graph/op.h"

namespace tegula::op {

inline constexpr Op add{
    .name = "add",
    .doc = "x + y, element by element; integers wrap.",
    .operands = {{{"x", kNumbers}, {"y", kNumbers}}},
    .scalar = "x + y",
    .facts = {.neutral = -0.0, .commutes = true},
    .vjp = [](const Vjp& v) -> Values { return {v.dy(), v.dy()}; },
};

}  // namespace tegula::op
