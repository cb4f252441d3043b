#pragma once

#include "op/axis.h"
#include "op/greater_equal.h"
#include "op/operators.h"

namespace tegula::op {

inline constexpr Op triu{
    .name = "triu",
    .doc = "x with only what is on and above diagonal k (column - row = k) of its last two axes kept, zeros elsewhere.",
    .operands = {{{"x"}}},
    .attrs = {{{"k", AttrKind::kInt, "0"}}},
    .infer =
        [](const Infer& i) {
          i.integer("k", -kMaxDiagonal, kMaxDiagonal);
          if (i[0].rank() < 2) i.error("x needs two axes or more: ", text(i[0]));
          return std::vector<Type>{i[0]};
        },
    .expand = [](const Node& n, std::span<const Value> x) -> Values {
      Value column = iota_along(x[0], x[0].rank() - 1), row = iota_along(x[0], x[0].rank() - 2);
      Value kept = greater_equal(column, row + double(n.attrs.integer("k")));
      return {where(kept, x[0], scalar_like(x[0], 0))};
    },
};

}  // namespace tegula::op
