// A literal, given in the graph's text.
#pragma once

#include "graph/op.h"

namespace tegula::op {

inline constexpr Op constant{
    .name = "constant",
    .doc = "The literal `value`.",
    .attrs = {{{"value", AttrKind::kLiteral}}},
    .infer = [](const Infer& i) { return std::vector<Type>{i.attrs.get<Literal>("value").type}; },
    // 0-d: written into the code. Larger: the fold pass makes a weight of it first.
    .element =
        [](const ElementCode& c) {
          const Literal& l = c.node.attrs.get<Literal>("value");
          check(l.type.shape.empty(), "a constant of rank ", l.type.rank(), " reached code generation");
          return c.literal(l);
        },
    .facts = {.cost = Cost::kFree},
};

}  // namespace tegula::op
