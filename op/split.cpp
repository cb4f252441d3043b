#include "op/split.h"

#include "op/concat.h"
#include "op/list.h"

namespace tegula::op {
namespace {

constexpr int64_t kEnoughLanes = 16;  // blocks that keep a chip busy
constexpr int64_t kMostParts = 64;
constexpr int64_t kLeastElements = 4096;  // of a part: below, starting it costs more than computing it

// The reduced axis of constant length with the most elements; -1: there is none.
int longest_axis(const std::vector<int64_t>& axes, const Shape& shape) {
  int best = -1;
  for (int64_t a : axes)
    if (shape[size_t(a)].is_constant() && (best < 0 || shape[size_t(best)].value() < shape[size_t(a)].value()))
      best = int(a);
  return best;
}

// `x` reduced over all of `axes` within each of `parts` equal runs along `axis`: as x, with `parts` there and 1 at the
// other axes.
Value reduce_parts(const Op& op, Value x, const std::vector<int64_t>& axes, int axis, int64_t parts) {
  Shape runs = x.shape(), out = x.shape();
  runs[size_t(axis)] = x.dim(axis).value() / parts;
  runs.insert(runs.begin() + axis, parts);
  std::vector<int64_t> inside;
  for (int64_t a : axes) inside.push_back(a + (a >= axis)), out[size_t(a)] = 1;
  out[size_t(axis)] = parts;
  Value reduced = op(reshape(x, {{"shape", runs}}), {{"axes", inside}, {"keep_dims", true}});
  return reshape(reduced, {{"shape", out}});
}

}  // namespace

int64_t parts_of(int64_t length, int64_t lanes, int64_t elements) {
  if (lanes >= kEnoughLanes) return 1;
  const int64_t most = std::min({kMostParts, elements / kLeastElements, length});
  for (int64_t parts = most; 2 * parts > most && parts > 1; --parts)
    if (length % parts == 0) return parts;  // equal ones, where there can be nearly as many
  return std::max<int64_t>(most, 1);
}

Values split_reduction(const Node& n, std::span<const Value> x) {
  const Shape& shape = x[0].shape();
  const std::vector<int64_t> axes = reduced_axes(n.attrs, x[0].rank());
  const int axis = longest_axis(axes, shape);
  if (axis < 0 || !product(shape).is_constant()) return {};
  Dim lanes = 1;
  for (int a = 0; a < x[0].rank(); ++a)
    if (!std::binary_search(axes.begin(), axes.end(), a))  // neighbours along the last axis are computed together
      lanes = lanes * (a + 1 == x[0].rank() ? ceildiv(shape[size_t(a)], 256) : shape[size_t(a)]);
  const int64_t longest = shape[size_t(axis)].value();
  const int64_t parts = parts_of(longest, lanes.value(), product(shape).value());
  if (parts < 2) return {};

  const bool narrow = is_float(x[0].dtype()) && info(x[0].dtype()).block_bytes < 4;  // parts are kept in f32
  const Value wide = narrow ? cast(x[0], {{"to", DType::kF32}}) : x[0];
  const int64_t even = longest / parts * parts;
  Value partial = reduce_parts(*n.op, even == longest ? wide : slice_axis(wide, axis, 0, even), axes, axis, parts);
  if (even < longest)
    partial = concat.all({partial, reduce_parts(*n.op, slice_axis(wide, axis, even, longest), axes, axis, 1)},
                         {{"axis", int64_t(axis)}})[0];
  Value out = (*n.op)(partial, {{"axes", std::vector<int64_t>{axis}}, {"keep_dims", true}});
  if (narrow) out = cast(out, {{"to", x[0].dtype()}});
  return {as_reduced(out, n)};
}

}  // namespace tegula::op
