#pragma once

#include "op/window.h"

namespace tegula::op {

extern const Op fold;

inline constexpr Op windows{
    .name = "windows",
    .doc =
        "The windows of `size` over the last axes of x: y[.., o, .., k, ..] = x[.., o * stride + k * dilation, ..], "
        "with "
        "the axes of places first, then those inside a window.",
    .operands = {{{"x"}}},
    .attrs = {{{"size", AttrKind::kInts}, kStride, kDilation}},
    .infer = infer_windows,
    .element = element_windows,
    .facts = {.cost = Cost::kFree, .moves = true},
    .vjp = [](const Vjp& v) -> Values {
      Attrs attrs = v.node.attrs;
      Shape shape = v.x().shape();
      attrs.set("shape", Shape(shape.end() - int64_t(attrs.ints("size").size()), shape.end()));
      return {fold(v.dy(), attrs)};
    },
    .batch = batch_in_front,
};

}  // namespace tegula::op
