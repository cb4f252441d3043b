#pragma once

#include "graph/op.h"

namespace tegula::op {

inline constexpr Op iota{
    .name = "iota",
    .doc = "Counts 0, 1, 2, ... along `axis` of an array of `shape`.",
    .attrs = {{{"shape", AttrKind::kDims}, {"dtype", AttrKind::kDType, "i32"}, {"axis", AttrKind::kInt, "0"}}},
    .infer =
        [](const Infer& i) {
          const Shape& shape = i.attrs.dims("shape");
          i.axis(i.attrs.integer("axis"), int(shape.size()));
          if (!(set_of(i.attrs.get<DType>("dtype")) & kReals)) i.error("dtype must be one of ", text_of(kReals));
          return std::vector<Type>{{i.attrs.get<DType>("dtype"), shape}};
        },
    .element =
        [](const ElementCode& c) {
          int64_t axis = c.node.attrs.integer("axis");
          return c.index[size_t(axis < 0 ? axis + int64_t(c.index.size()) : axis)];
        },
    .facts = {.cost = Cost::kFree},
};

}  // namespace tegula::op
