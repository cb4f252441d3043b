#pragma once

#include "op/control.h"

namespace tegula::op {

// What a loop carries but never changes becomes one of its constants: it is read where it is, and its result is what
// was given.
Values simplify_while_loop(const Node& loop, std::span<const Value> x);

inline constexpr Op while_loop{
    .name = "while_loop",
    .doc =
        "x, then `body` of it, again and again while `condition` of it holds. condition gives a bool, body values of "
        "the operands' types, but the last `constants`, which both are given as they are; the results are the values "
        "for which condition fails.",
    .operands = {{{"x"}}},
    .variadic = true,
    .attrs = {{{"condition", AttrKind::kGraph}, {"body", AttrKind::kGraph}, {"constants", AttrKind::kInt, "0"}}},
    .infer =
        [](const Infer& i) {
          const Graph &condition = i.attrs.graph("condition"), &body = i.attrs.graph("body");
          const Type flag{DType::kBool, {}};
          const int64_t constants = i.attrs.integer("constants"), n = int64_t(i.operands.size());
          if (constants < 0 || constants > n) i.error(constants, " constants of ", n, " operands");
          const auto carried = i.operands.first(size_t(n - constants));
          check_parameters(i, condition, i.operands);
          check_results(i, condition, {&flag, 1});
          check_parameters(i, body, i.operands);
          check_results(i, body, carried);
          return std::vector<Type>(carried.begin(), carried.end());
        },
    .simplify = simplify_while_loop,
};

}  // namespace tegula::op
