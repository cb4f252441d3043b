#pragma once

#include "op/reduction.h"

namespace tegula::op {

Values vjp_prod(const Vjp& v);

inline constexpr Op prod{
    .name = "prod",
    .doc = "The product over `axes` (all where empty).",
    .operands = {{{"x", kNumbers}}},
    .attrs = kReductionAttrs,
    .infer = infer_reduction,
    .reduce = "Mul",
    .split = split_reduction,
    .vjp = vjp_prod,
    .batch = batch_reduction,
};

}  // namespace tegula::op
