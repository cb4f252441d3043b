#include "op/pad.h"

#include "op/slice.h"

namespace tegula::op {
namespace {

struct PadAxis {
  int axis;
  Dim low, high;
  int64_t interior;
  // Length of n elements with what is between them.
  Dim spread(const Dim& n) const { return interior ? n + (n - 1) * interior : n; }
};

std::vector<PadAxis> pad_axes(const Attrs& attrs, int rank) {
  std::vector<int64_t> axes = axes_of(attrs, rank), interior = attrs.ints("interior");
  std::vector<PadAxis> out;
  for (size_t k = 0; k < axes.size(); ++k)
    out.push_back({int(axes[k]), attrs.dims("low")[k], attrs.dims("high")[k], interior.empty() ? 0 : interior[k]});
  return out;
}

}  // namespace

std::vector<Type> infer_pad(const Infer& i) {
  size_t n = check_axes(i, i.attrs.ints("axes"), i[0].rank()).size(), low = i.attrs.dims("low").size(),
         high = i.attrs.dims("high").size(), interior = i.attrs.ints("interior").size();
  if (low != n || high != n || (interior != n && interior != 0))
    i.error(n, " axes need as many low, high and interior; found ", low, ", ", high, " and ", interior);
  Type out = i[0];
  for (const PadAxis& p : pad_axes(i.attrs, i[0].rank())) {
    if (p.interior < 0 || p.interior > INT32_MAX) i.error("interior is ", p.interior, ", expected 0 to ", INT32_MAX);
    Dim& d = out.shape[size_t(p.axis)];
    d = p.low + p.spread(d) + p.high;
  }
  return {out};
}

std::string element_pad(const ElementCode& c) {
  std::vector<std::string> index(c.index.begin(), c.index.end());
  std::string inside;
  auto need = [&](const std::string& condition) { inside += (inside.empty() ? "" : " && ") + condition; };
  for (const PadAxis& p : pad_axes(c.node.attrs, int(index.size()))) {
    std::string& i = index[size_t(p.axis)];
    if (!p.low.is(0)) i = str("(", i, " - ", c.dim(p.low), ")");
    Dim span = p.spread(c.node.operand_type(0).shape[size_t(p.axis)]);
    if (!(Dim(0) - p.low).is_certainly_nonnegative()) need(i + " >= 0");
    if (!(Dim(0) - p.high).is_certainly_nonnegative()) need(str(i, " < ", c.dim(span)));
    if (p.interior == 0) continue;
    need(str(i, " % ", p.interior + 1, " == 0"));
    i = str("(", i, " / ", p.interior + 1, ")");
  }
  if (inside.empty()) return c.element(0, index);
  Literal value = scalar_literal(c.node.operand_type(0).dtype, c.node.attrs.number("value"));
  return str("(", inside, " ? ", c.element(0, index), " : ", c.literal(value), ")");
}

Values vjp_pad(const Vjp& v) {
  Attrs crop{{"axes", v.node.attrs.ints("axes")}}, pick = crop;
  Shape low, high, starts, stops;
  std::vector<int64_t> steps;
  for (const PadAxis& p : pad_axes(v.node.attrs, v.x().rank())) {
    low.push_back(Dim(0) - p.low), high.push_back(Dim(0) - p.high);
    starts.push_back(0), stops.push_back(p.spread(v.x().dim(p.axis))), steps.push_back(p.interior + 1);
  }
  crop.set("low", low), crop.set("high", high);
  pick.set("starts", starts), pick.set("stops", stops), pick.set("steps", steps);
  return {slice(pad(v.dy(), crop), pick)};
}

}  // namespace tegula::op
