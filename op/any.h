#pragma once

#include "op/reduction.h"

namespace tegula::op {

inline constexpr Op any{
    .name = "any",
    .doc = "Whether one over `axes` (all where empty) holds.",
    .operands = {{{"x", kBools}}},
    .attrs = kReductionAttrs,
    .infer = infer_reduction,
    .reduce = "Or",
    .split = split_reduction,
    .differentiable = false,
    .batch = batch_reduction,
};

}  // namespace tegula::op
