#pragma once

#include "op/axis.h"

namespace tegula::op {

std::vector<Type> infer_attention(const Infer& i);
Values expand_attention(const Node& n, std::span<const Value> x);
Values vjp_attention(const Vjp& v);

inline constexpr std::array<AttrSpec, kMaxAttrs> kAttentionAttrs = {
    {{"causal", AttrKind::kBool, "false"}, {"scale", AttrKind::kFloat, "0.0"}}};

inline constexpr Op attention{
    .name = "attention",
    .doc =
        "softmax(q k^T * scale) v of q [.., t, d], k [.., s, d] and v [.., s, e], whose leading axes broadcast "
        "(arXiv:1706.03762). causal: a query sees no key after its own place, the last query that of the last key; "
        "mask "
        "[.., t, s]: only where it holds. A query that sees no key gives zeros. A scale of 0 is 1 / sqrt(d).",
    .operands = {{{"q", kFloats}, {"k", kFloats}, {"v", kFloats}, {"mask", kBools}}},
    .optional = 1,
    .attrs = kAttentionAttrs,
    .infer = infer_attention,
    .expand = expand_attention,
    .vjp = vjp_attention,
};

}  // namespace tegula::op
