#pragma once

#include "op/axis.h"

namespace tegula::op {

inline constexpr Op flip{
    .name = "flip",
    .doc = "x with the order of its elements reversed along each of `axes`.",
    .operands = {{{"x"}}},
    .attrs = {{{"axes", AttrKind::kInts}}},
    .infer =
        [](const Infer& i) {
          check_axes(i, i.attrs.ints("axes"), i[0].rank());
          return std::vector<Type>{i[0]};
        },
    .element =
        [](const ElementCode& c) {
          std::vector<std::string> index(c.index.begin(), c.index.end());
          for (int64_t a : axes_of(c.node.attrs, int(index.size())))
            index[size_t(a)] = str("(", c.dim(c.node.result_type().shape[size_t(a)] - 1), " - ", index[size_t(a)], ")");
          return c.element(0, index);
        },
    .facts = {.cost = Cost::kFree, .moves = true},
    .vjp = [](const Vjp& v) -> Values { return {flip(v.dy(), v.node.attrs)}; },
    .batch = batch_along_axis,
};

}  // namespace tegula::op
