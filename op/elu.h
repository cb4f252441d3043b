#pragma once

#include "op/operators.h"

namespace tegula::op {

inline constexpr Op elu{
    .name = "elu",
    .doc = "x where it is positive, alpha * (exp(x) - 1) elsewhere (arXiv:1511.07289).",
    .operands = {{{"x", kFloats}}},
    .attrs = {{{"alpha", AttrKind::kFloat, "1.0"}}},
    .scalar = "x > T(0) ? x : T(alpha) * expm1(x)",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values {
      Value slope = v.y() + v.node.attrs.number("alpha");
      return {v.dy() * where(greater(v.x(), scalar_like(v.x(), 0)), scalar_like(v.x(), 1), slope)};
    },
};

}  // namespace tegula::op
