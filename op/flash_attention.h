#pragma once

#include "op/attention.h"

namespace tegula::op {

std::vector<Type> infer_flash_attention(const Infer& i);
KernelCall flash_attention_kernel(const KernelCode& c);
Values batch_flash_attention(const Batch& b);

inline constexpr int64_t kWidestHead = 512;

inline constexpr Op flash_attention{
    .name = "flash_attention",
    .doc =
        "attention of q, k and v that have the same leading axes and heads of a constant size, computed in f32 by one "
        "kernel that holds no row of scores (arXiv:2205.14135).",
    .operands = {{{"q", set_of(DType::kF16) | set_of(DType::kBF16) | set_of(DType::kF32)},
                  {"k", set_of(DType::kF16) | set_of(DType::kBF16) | set_of(DType::kF32)},
                  {"v", set_of(DType::kF16) | set_of(DType::kBF16) | set_of(DType::kF32)},
                  {"mask", kBools}}},
    .optional = 1,
    .attrs = kAttentionAttrs,
    .infer = infer_flash_attention,
    .kernel = flash_attention_kernel,
    .facts = {.repeats_loads = true},
    .vjp = vjp_attention,
    .batch = batch_flash_attention,
};

}  // namespace tegula::op
