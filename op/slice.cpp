#include "op/slice.h"

#include "op/flip.h"
#include "op/pad.h"

namespace tegula::op {

std::vector<SliceAxis> slice_axes(const Attrs& attrs, int rank) {
  std::vector<int64_t> axes = axes_of(attrs, rank), steps = attrs.ints("steps");
  std::vector<SliceAxis> out;
  for (size_t k = 0; k < axes.size(); ++k)
    out.push_back({int(axes[k]), attrs.dims("starts")[k], attrs.dims("stops")[k], steps.empty() ? 1 : steps[k]});
  return out;
}

std::vector<Type> infer_slice(const Infer& i) {
  size_t n = check_axes(i, i.attrs.ints("axes"), i[0].rank()).size(), starts = i.attrs.dims("starts").size(),
         stops = i.attrs.dims("stops").size(), steps = i.attrs.ints("steps").size();
  if (starts != n || stops != n || (steps != n && steps != 0))
    i.error(n, " axes need as many starts, stops and steps; found ", starts, ", ", stops, " and ", steps);
  Type out = i[0];
  for (const SliceAxis& s : slice_axes(i.attrs, i[0].rank())) {
    if (s.step == 0 || s.step == INT64_MIN) i.error("a step is ", s.step);
    Dim& d = out.shape[size_t(s.axis)];
    auto required = [&](const Dim& nonnegative) {
      i.require(nonnegative, s.start.text(), " to ", s.stop.text(), " by ", s.step, " is not inside axis ", s.axis,
                " of ", text(i[0]));
    };
    required(s.step > 0 ? s.start : s.stop + 1);
    required(s.step > 0 ? s.stop - s.start : s.start - s.stop);
    required(s.step > 0 ? d - s.stop : d - 1 - s.start);
    d = s.length();
  }
  return {out};
}

Values vjp_slice(const Vjp& v) {
  std::vector<int64_t> axes, reversed, interior;
  Shape low, high;
  for (const SliceAxis& s : slice_axes(v.node.attrs, v.x().rank())) {
    Dim span = (s.length() - 1) * (s.step > 0 ? s.step : -s.step) + 1;  // from the first to the last element taken
    Dim first = s.step > 0 ? s.start : s.start + 1 - span;
    if (s.step < 0) reversed.push_back(s.axis);
    axes.push_back(s.axis), interior.push_back((s.step > 0 ? s.step : -s.step) - 1);
    low.push_back(first), high.push_back(v.x().dim(s.axis) - first - span);
  }
  Value dy = reversed.empty() ? v.dy() : flip(v.dy(), {{"axes", reversed}});
  return {pad(dy, {{"axes", axes}, {"low", low}, {"high", high}, {"interior", interior}})};
}

Value slice_axis(Value x, int axis, Dim start, Dim stop) {
  return slice(x, {{"axes", std::vector<int64_t>{axis}}, {"starts", Shape{start}}, {"stops", Shape{stop}}});
}

}  // namespace tegula::op
