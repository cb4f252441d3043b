#pragma once

#include "op/operators.h"
#include "op/running.h"

namespace tegula::op {

inline constexpr Op linear_scan{
    .name = "linear_scan",
    .doc = "The linear recurrence y[i] = a[i] * y[i - 1] + b[i] along `axis`, from y[-1] = 0; a and b have one type.",
    .operands = {{{"a", kFloats | kComplexes}, {"b", kFloats | kComplexes}}},
    .attrs = kScanAttrs,
    .infer =
        [](const Infer& i) {
          if (i[0] != i[1]) i.error("a and b differ: ", text(i[0]), " and ", text(i[1]));
          return infer_along_axis(i);
        },
    .kernel =
        [](const KernelCode& c) { return scan_kernel(c, "0", str(c.load(0), "(AT) * state + ", c.load(1), "(AT)")); },
    .vjp = [](const Vjp& v) -> Values {
      Value g = linear_scan(neighbour(v.x(), v.node, -1, 0), v.dy(), backwards(v.node.attrs));
      return {g * neighbour(v.y(), v.node, 1, 0), g};
    },
    .batch = batch_along_axis,
};

}  // namespace tegula::op
