#pragma once

#include "graph/op.h"

namespace tegula::op {

inline constexpr Op nextafter{
    .name = "nextafter",
    .doc = "The next number after x towards y.",
    .operands = {{{"x", kFloats}, {"y", kFloats}}},
    .scalar = "nextafter(x, y)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {v.dy(), Value()}; },
};

}  // namespace tegula::op
