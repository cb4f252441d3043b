#pragma once

#include "op/gather.h"

namespace tegula::op {

void check_scatter_mode(const Infer& i);
std::vector<Type> infer_scatter(const Infer& i);
KernelCall scatter_kernel(const KernelCode& c);
Values vjp_scatter(const Vjp& v);

inline constexpr Op scatter_along_axis{
    .name = "scatter_along_axis",
    .doc =
        "x with y[.., indices[.., i, ..], ..] set to updates[.., i, ..], or combined with it by `mode`; indices "
        "broadcast "
        "to updates, which has x's shape beside `axis`. Of equal indices the last is set. Negative indices count from "
        "the "
        "end; what is outside x is left out.",
    .operands = {{{"x", kDense, Access::kBuffer}, {"indices", kIndices}, {"updates"}}},
    .attrs = {{kAxis, {"mode", AttrKind::kString, "\"set\"", "set, add, mul, min or max"}}},
    .infer = infer_scatter,
    .kernel = scatter_kernel,
    .facts = {.in_place = 0},
    .rounds_often =
        [](const Attrs& a) {
          const std::string& mode = a.get<std::string>("mode");
          return mode == "add" || mode == "mul";
        },
    .vjp = vjp_scatter,
    .batch = [](const Batch& b) -> Values {
      Attrs attrs = b.node.attrs;
      attrs.set("axis", int64_t(axis_of(b.node) + 1));
      return {scatter_along_axis(with_batch(b, 0), front_batch(b, 1), with_batch(b, 2), attrs)};
    },
};

}  // namespace tegula::op
