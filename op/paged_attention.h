#pragma once

#include "graph/op.h"

namespace tegula::op {

std::vector<Type> infer_paged_attention(const Infer& i);
KernelCall paged_attention_kernel(const KernelCode& c);

// Computed in f32: an f64 would lose what it has beyond that.
constexpr DTypeSet kSingles = set_of(DType::kF16) | set_of(DType::kBF16) | set_of(DType::kF32);

inline constexpr Op paged_attention{
    .name = "paged_attention",
    .doc =
        "Causal attention of q[t, heads, d] to its sequences' keys and values in paged caches [blocks, block_size, "
        "kv_heads, d] and [.., e]; with value_size > 0 a value is only the first so many of its elements, so that the "
        "keys' cache may hold the values as well (arXiv:2405.04434). table[s, p]: the blocks of each sequence; "
        "starts[s + 1]: its first token in q; lengths[s]: its "
        "tokens in the cache, the new ones included; sinks[heads]: one more score in each softmax, without a value. "
        "Scores are q.k * scale, then soft_cap * tanh(score / soft_cap) where soft_cap > 0; a token sees `window` "
        "tokens "
        "up to itself, all where it is 0. With alibi > 0 a score grows by alibi times its key's place times the head's "
        "slope (arXiv:2108.12409), the slope and its product rounded to alibi_dtype. Tokens behind the last "
        "sequence give zeros; lengths beyond the table end with it, and a key in a block that the cache does not have "
        "is not seen.",
    .operands = {{{"q", kSingles},
                  {"keys", kSingles, Access::kBuffer},
                  {"values", kSingles, Access::kBuffer},
                  {"table", set_of(DType::kI32), Access::kBuffer},
                  {"starts", set_of(DType::kI32), Access::kBuffer},
                  {"lengths", set_of(DType::kI32), Access::kBuffer},
                  {"sinks", kSingles}}},
    .optional = 1,
    .attrs = {{{"scale", AttrKind::kFloat},
               {"window", AttrKind::kInt, "0"},
               {"soft_cap", AttrKind::kFloat, "0.0"},
               {"alibi", AttrKind::kFloat, "0.0"},
               {"alibi_dtype", AttrKind::kDType, "f32"},
               {"value_size", AttrKind::kInt, "0", "0: all of the cache's"}}},
    .infer = infer_paged_attention,
    .kernel = paged_attention_kernel,
    .differentiable = false,
};

}  // namespace tegula::op
