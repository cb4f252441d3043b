// What ops that run along an axis share.
#pragma once

#include "op/lanes.h"

namespace tegula::op {

inline constexpr std::array<AttrSpec, kMaxAttrs> kScanAttrs = {
    {kAxis, {"reverse", AttrKind::kBool, "false", "from the end to the start"}}};

// The kernel of a scan: `step` computes the new state from `state` and operand lambdas called with the index AT.
KernelCall scan_kernel(const KernelCode& c, const std::string& initial, std::string step);

// The attributes of the scan that runs the other way.
inline Attrs backwards(Attrs attrs) {
  attrs.set("reverse", !attrs.boolean("reverse"));
  return attrs;
}
// Where a scan takes x[i], its neighbour before (by = 1) or after (by = -1) in the order of the scan.
inline Value neighbour(Value x, const Node& n, int64_t by, double fill) {
  return shift(x, axis_of(n), n.attrs.boolean("reverse") ? -by : by, fill);
}

}  // namespace tegula::op
