#pragma once

#include "op/windows.h"

namespace tegula::op {

inline constexpr Op fold{
    .name = "fold",
    .doc =
        "The adjoint of windows: every element of windows x added where it was read, in an array whose last axes are "
        "`shape`.",
    .operands = {{{"x", kNumbers}}},
    .attrs = {{{"shape", AttrKind::kDims}, {"size", AttrKind::kInts}, kStride, kDilation}},
    .infer = infer_fold,
    .element = element_fold,
    .facts = {.cost = Cost::kTranscendental},
    .vjp = [](const Vjp& v) -> Values {
      const Attrs& a = v.node.attrs;
      return {
          windows(v.dy(), {{"size", a.ints("size")}, {"stride", a.ints("stride")}, {"dilation", a.ints("dilation")}})};
    },
    .batch = batch_in_front,
};

}  // namespace tegula::op
