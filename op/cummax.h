#pragma once

#include "op/running.h"

namespace tegula::op {

Values vjp_running_extreme(const Vjp& v);

inline constexpr Op cummax{
    .name = "cummax",
    .doc = "The largest of x up to and with each element along `axis`; NaN from the first one on.",
    .operands = {{{"x", kReals}}},
    .attrs = {{kAxis}},
    .infer = infer_along_axis,
    .kernel =
        [](const KernelCode& c) {
          return scan_kernel(c, "Range<" + computed(c) + ">::lowest()",
                             str("Max::combine(state, ", c.load(0), "(AT))"));
        },
    .vjp = vjp_running_extreme,
    .batch = batch_along_axis,
};

}  // namespace tegula::op
