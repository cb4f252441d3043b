#pragma once

#include "op/erf.h"

namespace tegula::op {

inline constexpr Op gelu{
    .name = "gelu",
    .doc = "x times the normal distribution function at x (arXiv:1606.08415).",
    .operands = {{{"x", kFloats}}},
    .scalar = "T(0.5) * x * (T(1) + erf(x * T(0.7071067811865476)))",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values {
      Value x = v.x(), cdf = 0.5 * (1 + erf(x * 0.7071067811865476)), pdf = exp(x * x * -0.5) * 0.3989422804014327;
      return {v.dy() * (cdf + x * pdf)};
    },
};

}  // namespace tegula::op
