#pragma once

#include "op/sigmoid.h"

namespace tegula::op {

inline constexpr Op softplus{
    .name = "softplus",
    .doc = "log(1 + exp(x)), a smooth relu that cannot overflow.",
    .operands = {{{"x", kFloats}}},
    .scalar = "(x < T(0) ? T(0) : x) + log1p(exp(-abs(x)))",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * sigmoid(v.x())}; },
};

}  // namespace tegula::op
