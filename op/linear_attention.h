#pragma once

#include "op/recurrence.h"

namespace tegula::op {

std::vector<Type> infer_linear_attention(const Infer& i);
KernelCall linear_attention_kernel(const KernelCode& c);
Values expand_linear_attention(const Node& n, std::span<const Value> x);
Values batch_linear_attention(const Batch& b);

inline constexpr Op linear_attention{
    .name = "linear_attention",
    .doc =
        "Attention without a softmax, whose memory is a matrix S[n, p] of each head (arXiv:2405.21060): for each token "
        "of a sequence S = decay S + k v^T and y = S^T q; with beta, beta (v - S^T k) is added in the place of v "
        "(arXiv:2412.06464). q and k [t, key heads, n], v and y [t, heads, p], decay broadcasts to [t, heads, n, p], "
        "beta "
        "[t, heads]. state [slots, heads, n, p], starts, from and to as in causal_conv.",
    .operands = {{{"state", set_of(DType::kF32) | set_of(DType::kF64), Access::kBuffer},
                  {"q", kFloats},
                  {"k", kFloats},
                  {"v", kFloats},
                  {"decay", kFloats},
                  {"starts", set_of(DType::kI32), Access::kBuffer},
                  {"from", set_of(DType::kI32), Access::kBuffer},
                  {"to", set_of(DType::kI32), Access::kBuffer},
                  {"beta", kFloats}}},
    .optional = 1,
    .infer = infer_linear_attention,
    .kernel = linear_attention_kernel,
    .expand = expand_linear_attention,
    .facts = {.in_place = 0},
    .batch = batch_linear_attention,
};

}  // namespace tegula::op
