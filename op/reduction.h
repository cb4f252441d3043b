// What all reductions share: attributes axes and keep_dims, their shape rule, their batching rule, and how a reduced
// value meets the operand again.
#pragma once

#include <algorithm>

#include "op/axis.h"
#include "op/operators.h"
#include "op/split.h"

namespace tegula::op {

extern const Op sum;

inline constexpr std::array<AttrSpec, kMaxAttrs> kReductionAttrs = {
    {{"axes", AttrKind::kInts, "[]", "empty: all"}, {"keep_dims", AttrKind::kBool, "false"}}};

// The reduced axes in order, from 0; all where none is given.
inline std::vector<int64_t> reduced_axes(const Attrs& attrs, int rank) {
  std::vector<int64_t> axes = axes_of(attrs, rank);
  if (axes.empty())
    for (int a = 0; a < rank; ++a) axes.push_back(a);
  std::sort(axes.begin(), axes.end());
  return axes;
}

// `shape` with the reduced axes of length 1, or gone.
inline Shape reduced_shape(Shape shape, const Attrs& attrs, bool keep_dims) {
  std::vector<int64_t> axes = reduced_axes(attrs, int(shape.size()));
  for (size_t k = axes.size(); k-- > 0;)
    if (keep_dims) shape[size_t(axes[k])] = 1;
    else shape.erase(shape.begin() + axes[k]);
  return shape;
}

inline std::vector<Type> infer_reduction(const Infer& i) {
  check_axes(i, i.attrs.ints("axes"), i[0].rank());
  return {{i[0].dtype, reduced_shape(i[0].shape, i.attrs, i.attrs.boolean("keep_dims"))}};
}

// The same attributes with keep_dims.
inline Attrs kept(Attrs attrs) {
  attrs.set("keep_dims", true);
  return attrs;
}
// A value of the reduced shape with the reduced axes put back as ones: it broadcasts against the operand.
inline Value put_back(Value reduced, const Shape& operand, const Attrs& attrs) {
  return reshape(reduced, {{"shape", reduced_shape(operand, attrs, true)}});
}
// A value computed with keep_dims, as the node has it.
inline Value as_reduced(Value kept, const Node& n) {
  return n.attrs.boolean("keep_dims") ? kept : reshape(kept, {{"shape", n.result_type().shape}});
}
// How many elements each result comes from, as a value of `dtype`.
inline Value reduced_count(const Node& n, Value x, DType dtype) {
  Dim count = 1;
  for (int64_t a : reduced_axes(n.attrs, x.rank())) count = count * x.dim(int(a));
  return dim_value(*x.graph, count, dtype);
}
// For max and min: the elements that are the extreme share its cotangent.
inline Values vjp_extreme(const Vjp& v) {
  auto back = [&](Value reduced) { return put_back(reduced, v.x().shape(), v.node.attrs); };
  Value hit = cast(equal(v.x(), back(v.y())), {{"to", v.dy().dtype()}});
  return {hit * (back(v.dy()) / sum(hit, kept(v.node.attrs)))};
}

inline Values batch_reduction(const Batch& b) {
  Attrs attrs = b.node.attrs;
  std::vector<int64_t> axes = reduced_axes(attrs, b.operands[0].rank() - 1);
  for (int64_t& a : axes) ++a;
  if (axes.empty()) return {b.operands[0]};
  attrs.set("axes", axes);
  return {(*b.node.op)(b.operands[0], attrs)};
}

}  // namespace tegula::op
