#pragma once

#include "op/axis.h"

namespace tegula::op {

inline constexpr Op eye{
    .name = "eye",
    .doc = "A matrix of `shape` with ones on diagonal k (column - row = k), zeros elsewhere.",
    .attrs = {{{"shape", AttrKind::kDims}, {"k", AttrKind::kInt, "0"}, {"dtype", AttrKind::kDType, "f32"}}},
    .infer =
        [](const Infer& i) {
          i.integer("k", -kMaxDiagonal, kMaxDiagonal);
          if (i.attrs.dims("shape").size() != 2)
            i.error("shape is ", text(i.attrs.dims("shape")), ", expected two dimensions");
          if (!(set_of(i.attrs.get<DType>("dtype")) & kDense)) i.error("dtype must be one of ", text_of(kDense));
          return std::vector<Type>{{i.attrs.get<DType>("dtype"), i.attrs.dims("shape")}};
        },
    .element =
        [](const ElementCode& c) {
          DType dtype = c.node.result_type().dtype;
          return str("(", c.index[0], " + ", c.node.attrs.integer("k"), " == ", c.index[1], " ? ",
                     c.literal(scalar_literal(dtype, 1)), " : ", c.literal(scalar_literal(dtype, 0)), ")");
        },
    .facts = {.cost = Cost::kFree},
};

}  // namespace tegula::op
