#pragma once

#include <algorithm>

#include "graph/op.h"

namespace tegula::op {

// The permutation with negative axes counted from the end.
inline std::vector<int64_t> permutation(const Attrs& attrs, int rank) {
  std::vector<int64_t> axes = attrs.ints("axes");
  for (int64_t& a : axes) a += a < 0 ? rank : 0;
  return axes;
}

inline constexpr Op transpose{
    .name = "transpose",
    .doc = "x with its axes reordered: axis i of the result is axis axes[i] of x.",
    .operands = {{{"x"}}},
    .attrs = {{{"axes", AttrKind::kInts}}},
    .infer =
        [](const Infer& i) {
          std::vector<int64_t> axes = permutation(i.attrs, i[0].rank());
          std::vector<bool> seen(axes.size());
          Type out{i[0].dtype, {}};
          if (int(axes.size()) != i[0].rank()) i.error(axes.size(), " axes given for ", text(i[0]));
          for (int64_t a : axes) {
            if (a < 0 || a >= i[0].rank() || seen[size_t(a)])
              i.error("axes must name each axis of ", text(i[0]), " once");
            seen[size_t(a)] = true;
            out.shape.push_back(i[0].shape[size_t(a)]);
          }
          return std::vector<Type>{out};
        },
    .element =
        [](const ElementCode& c) {
          std::vector<int64_t> axes = permutation(c.node.attrs, int(c.index.size()));
          std::vector<std::string> index(axes.size());
          for (size_t a = 0; a < axes.size(); ++a) index[size_t(axes[a])] = c.index[a];
          return c.element(0, index);
        },
    .facts = {.cost = Cost::kFree, .moves = true},
    .simplify = [](const Node& n, std::span<const Value> x) -> Values {  // two are one, that which moves nothing none
      std::vector<int64_t> axes = permutation(n.attrs, x[0].rank());
      const Node* inner = x[0].node() && x[0].node()->op == n.op ? x[0].node() : nullptr;
      if (inner) {
        const std::vector<int64_t> first = permutation(inner->attrs, x[0].rank());
        for (int64_t& a : axes) a = first[size_t(a)];
      }
      if (std::is_sorted(axes.begin(), axes.end())) return {inner ? inner->operands[0] : x[0]};
      if (!inner) return {};
      return {(*n.op)(inner->operands[0], {{"axes", axes}})};
    },
    .vjp = [](const Vjp& v) -> Values {
      std::vector<int64_t> axes = permutation(v.node.attrs, v.x().rank()), inverse(axes.size());
      for (size_t a = 0; a < axes.size(); ++a) inverse[size_t(axes[a])] = int64_t(a);
      return {(*v.node.op)(v.dy(), {{"axes", inverse}})};
    },
    .batch = [](const Batch& b) -> Values {
      std::vector<int64_t> axes = permutation(b.node.attrs, b.operands[0].rank() - 1);
      for (int64_t& a : axes) ++a;
      axes.insert(axes.begin(), 0);
      return {(*b.node.op)(b.operands[0], {{"axes", axes}})};
    },
};

}  // namespace tegula::op
