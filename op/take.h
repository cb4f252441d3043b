#pragma once

#include "op/gather.h"

namespace tegula::op {

extern const Op scatter;

Values batch_take(const Batch& b);

inline constexpr Op take{
    .name = "take",
    .doc =
        "The elements of x at `indices` along `axis`, which the axes of indices replace. Negative indices count from "
        "the "
        "end; one outside x gives zeros.",
    .operands = {{{"x", kDense | kQuantized}, {"indices", kIndices}}},
    .attrs = {{{"axis", AttrKind::kInt, "0"}}},
    .infer =
        [](const Infer& i) {
          int axis = i.axis(i.attrs.integer("axis"), i[0].rank());
          Type out = i[0];
          if (is_quantized(out.dtype)) out.dtype = DType::kF32;  // decoded on the way
          out.shape.erase(out.shape.begin() + axis);
          out.shape.insert(out.shape.begin() + axis, i[1].shape.begin(), i[1].shape.end());
          return std::vector<Type>{out};
        },
    .element =
        [](const ElementCode& c) {
          auto at = c.index.begin() + axis_of(c.node), end = at + c.node.operand_type(1).rank();
          std::vector<std::string> index(c.index.begin(), at);
          index.push_back("");
          index.insert(index.end(), end, c.index.end());
          return indexed(c, index, size_t(axis_of(c.node)), c.element(1, {at, end}));
        },
    .facts = {.cost = Cost::kSeveral},
    .vjp = [](const Vjp& v) -> Values {
      return {scatter(zeros(*v.dy().graph, v.x().type()), v.x(1), v.dy(),
                      {{"axis", int64_t(axis_of(v.node))}, {"mode", "add"}})};
    },
    .batch = batch_take,
};

}  // namespace tegula::op
