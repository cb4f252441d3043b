#pragma once

#include "op/sigmoid.h"

namespace tegula::op {

inline constexpr Op log_sigmoid{
    .name = "log_sigmoid",
    .doc = "log(sigmoid(x)), accurate where that is close to 0 or 1.",
    .operands = {{{"x", kFloats}}},
    .scalar = "(x < T(0) ? x : T(0)) - log1p(exp(-abs(x)))",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * sigmoid(-v.x())}; },
};

}  // namespace tegula::op
