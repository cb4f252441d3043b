#pragma once

#include "graph/op.h"

namespace tegula::op {

std::vector<Type> infer_rope(const Infer& i);
std::string rope_element(const ElementCode& c);
Values vjp_rope(const Vjp& v);
Values batch_rope(const Batch& b);

inline constexpr Op rope{
    .name = "rope",
    .doc =
        "Rotary position embedding (arXiv:2104.09864): x[t, h, d] with pairs of its first 2*half elements turned by "
        "the "
        "angle whose cosine and sine are cos[t, half] and sin[t, half]; pairs are (i, i + half), or (2i, 2i + 1) where "
        "interleaved.",
    .operands = {{{"x", kFloats}, {"cos", kFloats}, {"sin", kFloats}}},
    .attrs = {{{"interleaved", AttrKind::kBool, "false"}}},
    .infer = infer_rope,
    .element = rope_element,
    .facts = {.cost = Cost::kSeveral},
    .vjp = vjp_rope,
    .batch = batch_rope,
};

}  // namespace tegula::op
