#pragma once

#include "op/reduction.h"

namespace tegula::op {

inline constexpr Op all{
    .name = "all",
    .doc = "Whether all over `axes` (all where empty) hold.",
    .operands = {{{"x", kBools}}},
    .attrs = kReductionAttrs,
    .infer = infer_reduction,
    .reduce = "And",
    .split = split_reduction,
    .differentiable = false,
    .batch = batch_reduction,
};

}  // namespace tegula::op
