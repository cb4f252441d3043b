#pragma once

#include "op/sorting.h"

namespace tegula::op {

KernelCall arg_select_kernel(const KernelCode& c);

inline constexpr Op arg_select{
    .name = "arg_select",
    .doc =
        "The places, as i32, of the first k of each row of x (its last axis) in `order`: ascending or descending, NaN "
        "last, or largest, NaN first; equal ones by place.",
    .operands = {{{"x", kReals | kBools}}},
    .attrs = {{{"k", AttrKind::kDims, {}, "one dimension"}, {"order", AttrKind::kString, "\"ascending\""}}},
    .infer =
        [](const Infer& i) {
          const std::string& order = i.attrs.get<std::string>("order");
          if (order != "ascending" && order != "descending" && order != "largest")
            i.error("order \"", order, "\" is not one of ascending, descending, largest");
          if (i[0].rank() < 1) i.error("x has no axis: ", text(i[0]));
          if (i.attrs.dims("k").size() != 1) i.error("k holds one dimension");
          const Dim& k = i.attrs.dims("k")[0];
          i.require(k, "k = ", k.text(), " is negative");
          i.require(i[0].shape.back() - k, "k = ", k.text(), " is more than the rows of ", text(i[0]), " have");
          Type out{DType::kI32, i[0].shape};
          out.shape.back() = k;
          return std::vector<Type>{out};
        },
    .kernel = arg_select_kernel,
    .facts = {.repeats_loads = true, .reads_back = true},
    .differentiable = false,
    .batch = batch_in_front,
};

}  // namespace tegula::op
