#pragma once

#include "op/tanh.h"

namespace tegula::op {

inline constexpr Op gelu_tanh{
    .name = "gelu_tanh",
    .doc = "gelu by its approximation with tanh, as GPT-2 has it.",
    .operands = {{{"x", kFloats}}},
    .scalar = "T(0.5) * x * (T(1) + tanh(T(0.7978845608028654) * (x + T(0.044715) * x * x * x)))",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values {
      Value x = v.x(), t = tanh(0.7978845608028654 * (x + 0.044715 * (x * x * x)));
      Value slope = 0.7978845608028654 * (1 + 0.134145 * (x * x));
      return {v.dy() * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope)};
    },
};

}  // namespace tegula::op
