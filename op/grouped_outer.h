#pragma once

#include "graph/op.h"

namespace tegula::op {

std::vector<Type> infer_grouped_outer(const Infer& i);
KernelCall grouped_outer_kernel(const KernelCode& c);
Values vjp_grouped_outer(const Vjp& v);
Values batch_grouped_outer(const Batch& b);

inline constexpr Op grouped_outer{
    .name = "grouped_outer",
    .doc =
        "For each group g of rows, transpose(x) @ y over its rows: [e, n, k] of x [m, n] and y [m, k]; the groups are "
        "those of grouped_matmul, whose gradient this is.",
    .operands = {{{"x", kNumbers}, {"y", kNumbers}, {"sizes", set_of(DType::kI32), Access::kBuffer}}},
    .infer = infer_grouped_outer,
    .kernel = grouped_outer_kernel,
    .facts = {.repeats_loads = true},
    .vjp = vjp_grouped_outer,
    .batch = batch_grouped_outer,
};

}  // namespace tegula::op
