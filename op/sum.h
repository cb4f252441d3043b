#pragma once

#include "op/reduction.h"

namespace tegula::op {

inline constexpr Op sum{
    .name = "sum",
    .doc = "The sum over `axes` (all where empty).",
    .operands = {{{"x", kNumbers}}},
    .attrs = kReductionAttrs,
    .infer = infer_reduction,
    .reduce = "Add",
    .split = split_reduction,
    .vjp = [](const Vjp& v) -> Values {
      return {broadcast_to(put_back(v.dy(), v.x().shape(), v.node.attrs), {{"shape", v.x().shape()}})};
    },
    .batch = batch_reduction,
};

}  // namespace tegula::op
