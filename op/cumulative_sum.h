#pragma once

#include "op/running.h"

namespace tegula::op {

inline constexpr Op cumulative_sum{
    .name = "cumulative_sum",
    .doc = "The sums of x up to and with each element along `axis`; integers wrap.",
    .operands = {{{"x", kNumbers}}},
    .attrs = kScanAttrs,
    .infer = infer_along_axis,
    .kernel = [](const KernelCode& c) { return scan_kernel(c, "0", str("state + ", c.load(0), "(AT)")); },
    .vjp = [](const Vjp& v) -> Values { return {cumulative_sum(v.dy(), backwards(v.node.attrs))}; },
    .batch = batch_along_axis,
};

}  // namespace tegula::op
