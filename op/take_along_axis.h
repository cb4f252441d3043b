#pragma once

#include "op/gather.h"

namespace tegula::op {

extern const Op scatter_along_axis;

inline constexpr Op take_along_axis{
    .name = "take_along_axis",
    .doc =
        "y[.., i, ..] = x[.., indices[.., i, ..], ..]: an index of its own for every element; the other axes "
        "broadcast. "
        "Negative indices count from the end; one outside x gives zero.",
    .operands = {{{"x"}, {"indices", kIndices}}},
    .attrs = {{kAxis}},
    .infer =
        [](const Infer& i) {
          size_t axis = size_t(i.axis(i.attrs.integer("axis"), i[0].rank()));
          if (i[0].rank() != i[1].rank())
            i.error("x and indices have different ranks: ", text(i[0]), " and ", text(i[1]));
          Type both[2] = {i[0], i[1]};
          both[0].shape[axis] = both[1].shape[axis] = 1;
          Type out{i[0].dtype, broadcast_shapes(i.op.name, both)};
          out.shape[axis] = i[1].shape[axis];
          return std::vector<Type>{out};
        },
    .element =
        [](const ElementCode& c) {
          std::vector<std::string> index(c.index.begin(), c.index.end()), at = index;
          for (size_t a = 0; a < index.size(); ++a) {
            if (c.node.operand_type(0).shape[a].is(1)) index[a] = "0";
            if (c.node.operand_type(1).shape[a].is(1)) at[a] = "0";
          }
          return indexed(c, index, size_t(axis_of(c.node)), c.element(1, at));
        },
    .facts = {.cost = Cost::kSeveral},
    .vjp = [](const Vjp& v) -> Values {
      Type whole = v.y().type();
      whole.shape[size_t(axis_of(v.node))] = v.x().dim(axis_of(v.node));
      return {scatter_along_axis(zeros(*v.dy().graph, whole), v.x(1), v.dy(),
                                 {{"axis", int64_t(axis_of(v.node))}, {"mode", "add"}})};
    },
    .batch = [](const Batch& b) -> Values {
      Attrs attrs{{"axis", int64_t(axis_of(b.node) + 1)}};
      return {take_along_axis(front_batch(b, 0), front_batch(b, 1), attrs)};
    },
};

}  // namespace tegula::op
