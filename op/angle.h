#pragma once

#include "op/operators.h"
#include "op/real.h"

namespace tegula::op {

inline constexpr Op angle{
    .name = "angle",
    .doc = "The argument of x, in (-pi, pi].",
    .operands = {{{"x", kComplexes}}},
    .result_dtype = real_dtype,
    .scalar = "atan2(imag(x), real(x))",
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values { return {complex(scalar_like(v.dy(), 0), -v.dy()) / v.x()}; },
};

}  // namespace tegula::op
