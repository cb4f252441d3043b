#pragma once

#include "graph/op.h"

namespace tegula::op {

inline constexpr Op full{
    .name = "full",
    .doc = "An array of `shape` with `value`, a 0-d literal, everywhere.",
    .attrs = {{{"shape", AttrKind::kDims}, {"value", AttrKind::kLiteral}}},
    .infer =
        [](const Infer& i) {
          const Type& value = i.attrs.get<Literal>("value").type;
          if (value.rank() != 0) i.error("value is ", text(value), ", expected a 0-d literal");
          return std::vector<Type>{{value.dtype, i.attrs.dims("shape")}};
        },
    .element = [](const ElementCode& c) { return c.literal(c.node.attrs.get<Literal>("value")); },
    .facts = {.cost = Cost::kFree},
};

}  // namespace tegula::op
