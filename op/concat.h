#pragma once

#include "op/slice.h"

namespace tegula::op {

inline constexpr Op concat{
    .name = "concat",
    .doc = "The operands one after another along `axis`.",
    .operands = {{{"x"}}},
    .variadic = true,
    .attrs = {{{"axis", AttrKind::kInt, "0"}}},
    .infer =
        [](const Infer& i) {
          if (i.operands.empty()) i.error("no operands given, expected one or more");
          size_t axis = size_t(i.axis(i.attrs.integer("axis"), i[0].rank()));
          Type out = i[0];
          for (size_t k = 1; k < i.operands.size(); ++k) {
            Type same = i[k];
            if (same.rank() == out.rank()) same.shape[axis] = i[0].shape[axis];
            if (same != i[0]) i.error(text(i[0]), " and ", text(i[k]), " differ beside axis ", axis);
            out.shape[axis] = out.shape[axis] + i[k].shape[axis];
          }
          return std::vector<Type>{out};
        },
    .element =
        [](const ElementCode& c) {  // i < d0 ? x0[i] : i < d0 + d1 ? x1[i - d0] : ...
          size_t axis = size_t(axis_of(c.node));
          std::string out, close;
          Dim before = 0;
          for (size_t k = 0; k < c.node.operands.size(); ++k) {
            std::vector<std::string> index(c.index.begin(), c.index.end());
            if (!before.is(0)) index[axis] = str("(", c.index[axis], " - ", c.dim(before), ")");
            before = before + c.node.operand_type(k).shape[axis];
            if (k + 1 < c.node.operands.size())
              out += str("(", c.index[axis], " < ", c.dim(before), " ? "), close += ")";
            out += c.element(int(k), index) + (k + 1 < c.node.operands.size() ? " : " : "");
          }
          return out + close;
        },
    .facts = {.cost = Cost::kFree},
    .vjp = [](const Vjp& v) -> Values {
      Values out;
      Dim before = 0;
      for (Value x : v.operands) {
        out.push_back(slice_axis(v.dy(), axis_of(v.node), before, before + x.dim(axis_of(v.node))));
        before = before + x.dim(axis_of(v.node));
      }
      return out;
    },
    .batch = batch_along_axis,
};

}  // namespace tegula::op
