#pragma once

#include "op/axis.h"

namespace tegula::op {

std::vector<Type> infer_pad(const Infer& i);
std::string element_pad(const ElementCode& c);
Values vjp_pad(const Vjp& v);

inline constexpr Op pad{
    .name = "pad",
    .doc =
        "Along each of `axes`, x with `interior` elements of `value` between neighbours, then `low` before and `high` "
        "after; negative low and high cut off.",
    .operands = {{{"x"}}},
    .attrs = {{{"axes", AttrKind::kInts},
               {"low", AttrKind::kDims},
               {"high", AttrKind::kDims},
               {"interior", AttrKind::kInts, "[]", "empty: 0"},
               {"value", AttrKind::kFloat, "0.0"}}},
    .infer = infer_pad,
    .element = element_pad,
    .facts = {.cost = Cost::kFree},
    .vjp = vjp_pad,
    .batch = batch_along_axis,
};

}  // namespace tegula::op
