#pragma once

#include "op/sigmoid.h"

namespace tegula::op {

inline constexpr Op silu{
    .name = "silu",
    .doc = "x * sigmoid(x) (arXiv:1702.03118).",
    .operands = {{{"x", kFloats}}},
    .scalar = "x / (T(1) + exp(-x))",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values {
      Value s = sigmoid(v.x());
      return {v.dy() * (s + v.y() * (1 - s))};
    },
};

}  // namespace tegula::op
