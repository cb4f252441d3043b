#pragma once

#include "op/operators.h"
#include "op/trunc.h"

namespace tegula::op {

inline constexpr Op fmod{
    .name = "fmod",
    .doc = "x - trunc(x / y) * y, with the sign of x; an integer by 0 gives 0.",
    .operands = {{{"x", kReals}, {"y", kReals}}},
    .scalar = "fmod(x, y)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy(), -(v.dy() * trunc(v.x() / v.x(1)))}; },
};

}  // namespace tegula::op
