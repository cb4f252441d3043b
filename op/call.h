#pragma once

#include "op/control.h"

namespace tegula::op {

inline constexpr Op call{
    .name = "call",
    .doc = "The results of `graph` with the operands as its parameters.",
    .operands = {{{"x", kDense | kQuantized}}},
    .variadic = true,
    .attrs = {{{"graph", AttrKind::kGraph}}},
    .infer =
        [](const Infer& i) {
          check_parameters(i, i.attrs.graph("graph"), i.operands);
          return result_types(i.attrs.graph("graph"));
        },
    .facts = {.inlines = true},
};

}  // namespace tegula::op
