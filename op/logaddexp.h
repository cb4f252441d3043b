#pragma once

#include "op/sigmoid.h"

namespace tegula::op {

inline constexpr Op logaddexp{
    .name = "logaddexp",
    .doc = "log(exp(x) + exp(y)) without overflow on the way.",
    .operands = {{{"x", kFloats}, {"y", kFloats}}},
    .scalar = "logaddexp(x, y)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * sigmoid(v.x() - v.x(1)), v.dy() * sigmoid(v.x(1) - v.x())}; },
};

}  // namespace tegula::op
