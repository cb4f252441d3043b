#pragma once

#include "op/reduction.h"

namespace tegula::op {

inline constexpr Op max{
    .name = "max",
    .doc = "The largest over `axes` (all where empty); NaN where there is one. Equal largest ones share the gradient.",
    .operands = {{{"x", kReals | kBools}}},
    .attrs = kReductionAttrs,
    .infer = infer_reduction,
    .reduce = "Max",
    .split = split_reduction,
    .vjp = vjp_extreme,
    .batch = batch_reduction,
};

}  // namespace tegula::op
