#pragma once

#include "graph/op.h"

namespace tegula::op {

inline constexpr Op dim{
    .name = "dim",
    .doc = "The value of a dimension expression, as an i64.",
    .attrs = {{{"value", AttrKind::kDims}}},
    .infer =
        [](const Infer& i) {
          if (i.attrs.dims("value").size() != 1)
            i.error("value holds ", i.attrs.dims("value").size(), " dimensions, expected one");
          return std::vector<Type>{{DType::kI64, {}}};
        },
    .element = [](const ElementCode& c) { return c.dim(c.node.attrs.dims("value")[0]); },
    .facts = {.cost = Cost::kFree},
};

}  // namespace tegula::op
