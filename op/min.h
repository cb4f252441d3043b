#pragma once

#include "op/reduction.h"

namespace tegula::op {

inline constexpr Op min{
    .name = "min",
    .doc =
        "The smallest over `axes` (all where empty); NaN where there is one. Equal smallest ones share the gradient.",
    .operands = {{{"x", kReals | kBools}}},
    .attrs = kReductionAttrs,
    .infer = infer_reduction,
    .reduce = "Min",
    .split = split_reduction,
    .vjp = vjp_extreme,
    .batch = batch_reduction,
};

}  // namespace tegula::op
