#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op sub{
    .name = "sub",
    .doc = "x - y, element by element; integers wrap.",
    .operands = {{{"x", kNumbers}, {"y", kNumbers}}},
    .scalar = "x - y",
    .facts = {.neutral = 0},
    .vjp = [](const Vjp& v) -> Values { return {v.dy(), -v.dy()}; },
};

}  // namespace tegula::op
