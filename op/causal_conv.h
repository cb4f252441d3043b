#pragma once

#include "op/recurrence.h"

namespace tegula::op {

std::vector<Type> infer_causal_conv(const Infer& i);
KernelCall causal_conv_kernel(const KernelCode& c);

inline constexpr Op causal_conv{
    .name = "causal_conv",
    .doc =
        "y[t, c], the sum over j of weight[c, j] times x[t - width + 1 + j, c] of the same sequence, and the state "
        "that "
        "is left: [slots, width - 1, c], each sequence's last tokens. starts[s + 1]: a sequence's first token in x; "
        "its "
        "state is read in slot from[s] (below 0: zeros) and left in slot to[s], which no other sequence reads. Tokens "
        "behind the last sequence give zeros; a slot outside the state is read as zeros and not written.",
    .operands = {{{"state", kStateFloats, Access::kBuffer},
                  {"x", kStateFloats},
                  {"weight", kStateFloats},
                  {"starts", set_of(DType::kI32), Access::kBuffer},
                  {"from", set_of(DType::kI32), Access::kBuffer},
                  {"to", set_of(DType::kI32), Access::kBuffer}}},
    .infer = infer_causal_conv,
    .kernel = causal_conv_kernel,
    .repeats_loads = true,
    .in_place = 0,
    .differentiable = false,
};

}  // namespace tegula::op
