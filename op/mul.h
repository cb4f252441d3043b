#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op mul{
    .name = "mul",
    .doc = "x * y, element by element; integers wrap.",
    .operands = {{{"x", kNumbers}, {"y", kNumbers}}},
    .scalar = "x * y",
    .facts = {.neutral = 1, .commutes = true},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * v.x(1), v.dy() * v.x()}; },
};

}  // namespace tegula::op
