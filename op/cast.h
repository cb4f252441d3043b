#pragma once

#include "graph/op.h"

namespace tegula::op {

extern const Op real;

inline constexpr Op cast{
    .name = "cast",
    .doc =
        "x as another dtype: to a float rounds to nearest even; to an integer truncates; a quantised weight is "
        "decoded.",
    .operands = {{{"x", kDense | kQuantized}}},
    .attrs = {{{"to", AttrKind::kDType}}},
    .infer =
        [](const Infer& i) {
          DType to = i.attrs.get<DType>("to");
          if (is_quantized(to)) i.error("to ", name(to), " is not a cast; weights are quantised by `tegula convert`");
          if (is_complex(i[0].dtype) && !is_complex(to))
            i.error("from ", name(i[0].dtype), " to ", name(to), " loses the imaginary part; use real");
          return std::vector<Type>{{to, i[0].shape}};
        },
    .scalar = "convert<to>(x)",
    .facts = {.cost = Cost::kConversion},
    .simplify = [](const Node& n,
                   std::span<const Value> x) { return x[0].type() == n.result_type() ? Values{x[0]} : Values{}; },
    .vjp = [](const Vjp& v) -> Values {
      DType from = v.x().dtype();
      if (!is_float(from) && !is_complex(from)) return {Value()};
      return {cast(is_complex(v.dy().dtype()) && is_float(from) ? real(v.dy()) : v.dy(), {{"to", from}})};
    },
};

}  // namespace tegula::op
