#pragma once

#include "op/axis.h"

namespace tegula::op {

std::vector<Type> infer_searchsorted(const Infer& i);
std::string element_searchsorted(const ElementCode& c);
Values batch_searchsorted(const Batch& b);

inline constexpr Op searchsorted{
    .name = "searchsorted",
    .doc =
        "Where each of x would go into `sorted`, ascending along its last axis, as i32: before equal ones, or with "
        "right "
        "after them. sorted is a vector, or has the axes of x before the last.",
    .operands = {{{"sorted", kReals}, {"x", kReals}}},
    .attrs = {{{"right", AttrKind::kBool, "false"}}},
    .infer = infer_searchsorted,
    .element = element_searchsorted,
    .facts = {.cost = Cost::kTranscendental},
    .differentiable = false,
    .batch = batch_searchsorted,
};

}  // namespace tegula::op
