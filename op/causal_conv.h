#pragma once

#include "op/recurrence.h"

namespace tegula::op {

std::vector<Type> infer_causal_conv(const Infer& i);
KernelCall causal_conv_kernel(const KernelCode& c);
Values expand_causal_conv(const Node& n, std::span<const Value> x);
Values batch_causal_conv(const Batch& b);

inline constexpr Op causal_conv{
    .name = "causal_conv",
    .doc =
        "y[t, c], the sum over j of weight[c, j] times x[t - width + 1 + j, c] of the same sequence, and the state "
        "that "
        "is left: [slots, width - 1, c], each sequence's last tokens. starts[s + 1]: a sequence's first token in x; "
        "its "
        "state is read in slot from[s] (below 0: zeros) and left in slot to[s], which no other sequence reads. Tokens "
        "behind the last sequence give zeros; a slot outside the state is read as zeros and not written.",
    .operands = {{{"state", kFloats, Access::kBuffer},
                  {"x", kFloats},
                  {"weight", kFloats},
                  {"starts", set_of(DType::kI32), Access::kBuffer},
                  {"from", set_of(DType::kI32), Access::kBuffer},
                  {"to", set_of(DType::kI32), Access::kBuffer}}},
    .infer = infer_causal_conv,
    .kernel = causal_conv_kernel,
    .expand = expand_causal_conv,
    .facts = {.in_place = 0, .repeats_loads = true},
    .batch = batch_causal_conv,
};

}  // namespace tegula::op
