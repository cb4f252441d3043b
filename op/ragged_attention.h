#pragma once

#include "graph/op.h"

namespace tegula::op {

std::vector<Type> infer_ragged_attention(const Infer& i);
KernelCall ragged_attention_kernel(const KernelCode& c);
Values expand_ragged_attention(const Node& n, std::span<const Value> x);
Values vjp_ragged_attention(const Vjp& v);
Values batch_ragged_attention(const Batch& b);

inline constexpr Op ragged_attention{
    .name = "ragged_attention",
    .doc =
        "Attention of sequences that stand one after another, each to itself, in both directions: q [t, heads, d], k "
        "[t, "
        "kv_heads, d], v [t, kv_heads, e], starts[s + 1] the first token of each. A token sees those that are fewer "
        "than "
        "`window` away, all where it is 0. bias [heads, 2 n - 1]: added to the scores of a key that stands j after the "
        "query is bias[.., n - 1 + j], its ends for what is farther away. Tokens behind the last sequence "
        "give zeros.",
    .operands = {{{"q", kFloats},
                  {"k", kFloats},
                  {"v", kFloats},
                  {"starts", set_of(DType::kI32), Access::kBuffer},
                  {"bias", kFloats}}},
    .optional = 1,
    .attrs = {{{"scale", AttrKind::kFloat}, {"window", AttrKind::kInt, "0"}}},
    .infer = infer_ragged_attention,
    .kernel = ragged_attention_kernel,
    .expand = expand_ragged_attention,
    .facts = {.repeats_loads = true},
    .vjp = vjp_ragged_attention,
    .batch = batch_ragged_attention,
};

}  // namespace tegula::op
