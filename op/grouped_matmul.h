// Products of groups of rows, as experts of a mixture need them; see kernel/grouped_matmul.h.
#pragma once

#include "graph/op.h"

namespace tegula::op {

std::vector<Type> infer_grouped_matmul(const Infer& i);
KernelCall grouped_matmul_kernel(const KernelCode& c);
Values vjp_grouped_matmul(const Vjp& v);
Values batch_grouped_matmul(const Batch& b);

inline constexpr Op grouped_matmul{
    .name = "grouped_matmul",
    .doc =
        "Rows of a [m, k] times transpose(b[g]) of b [e, n, k], where the first sizes[0] rows are of group 0, the next "
        "sizes[1] of group 1, and so on; zeros for rows behind the last group.",
    .operands = {{{"a", kNumbers},
                  {"b", kNumbers | kQuantized, Access::kPackedGroups},
                  {"sizes", set_of(DType::kI32), Access::kBuffer}}},
    .infer = infer_grouped_matmul,
    .kernel = grouped_matmul_kernel,
    .facts = {.repeats_loads = true},
    .vjp = vjp_grouped_matmul,
    .batch = batch_grouped_matmul,
};

}  // namespace tegula::op
