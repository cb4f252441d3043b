#pragma once

#include "op/abs.h"
#include "op/square.h"

namespace tegula::op {

inline constexpr Op softsign{
    .name = "softsign",
    .doc = "x / (1 + |x|).",
    .operands = {{{"x", kFloats}}},
    .scalar = "x / (T(1) + abs(x))",
    .facts = {.cost = Cost::kSeveral},
    .vjp = [](const Vjp& v) -> Values { return {v.dy() * square(1 - abs(v.y()))}; },
};

}  // namespace tegula::op
