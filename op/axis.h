// What ops along one axis share: the attribute `axis`, its value, and their shape and batching rules; and how a
// batching rule lines its operands up. One idea: a batch is axis 0, so every axis attribute counts one further.
#pragma once

#include "graph/op.h"

namespace tegula::op {

extern const Op reshape, broadcast_to, pad;

inline constexpr AttrSpec kAxis{"axis", AttrKind::kInt, "-1"};
// Of eye, tril and triu: so that a place and a diagonal add up in i32.
inline constexpr int64_t kMaxDiagonal = 1 << 30;

// The node's axis in 0..rank-1 of operand 0.
inline int axis_of(const Node& n) {
  int64_t axis = n.attrs.integer("axis");
  return int(axis < 0 ? axis + n.operand_type(0).rank() : axis);
}
// Each of `axes` in 0..rank-1, named once; else an Error.
inline std::vector<int64_t> check_axes(const Infer& i, std::vector<int64_t> axes, int rank) {
  for (size_t k = 0; k < axes.size(); ++k) {
    axes[k] = i.axis(axes[k], rank);
    for (size_t j = 0; j < k; ++j)
      if (axes[j] == axes[k]) i.error("axis ", axes[k], " is named twice");
  }
  return axes;
}
inline std::vector<int64_t> axes_of(const Attrs& attrs, int rank) {
  std::vector<int64_t> axes = attrs.ints("axes");
  for (int64_t& a : axes) a += a < 0 ? rank : 0;
  return axes;
}

// One result, of operand 0's type.
inline std::vector<Type> infer_along_axis(const Infer& i) {
  i.axis(i.attrs.integer("axis"), i[0].rank());
  return {i[0]};
}

// --- batching ---

// x repeated over a new batch axis.
inline Value with_batch_axis(Value x, const Dim& size) {
  Shape shape = x.shape();
  shape.insert(shape.begin(), size);
  return broadcast_to(x, {{"shape", shape}});
}
// Operand i with its batch axis, repeated where it has none.
inline Value with_batch(const Batch& b, size_t i) {
  return b.batched[i] ? b.operands[i] : with_batch_axis(b.operands[i], b.size);
}
// Operand i so that it broadcasts against others whose rank without the batch is at most `rank`.
inline Value align_batch(const Batch& b, size_t i, int rank) {
  if (!b.batched[i] || b.operands[i].rank() > rank) return b.operands[i];
  Shape shape = b.operands[i].shape();
  shape.insert(shape.begin() + 1, size_t(rank + 1) - shape.size(), 1);
  return reshape(b.operands[i], {{"shape", shape}});
}
// All operands with the batch, attributes `axis` and `axes` counted one further.
inline Values batch_along_axis(const Batch& b) {
  Values operands;
  for (size_t i = 0; i < b.operands.size(); ++i) operands.push_back(with_batch(b, i));
  Attrs attrs = b.node.attrs;
  if (attrs.find("axis")) attrs.set("axis", int64_t(axis_of(b.node) + 1));
  if (attrs.find("axes")) {
    std::vector<int64_t> axes = axes_of(attrs, b.node.operand_type(0).rank());
    for (int64_t& a : axes) ++a;
    attrs.set("axes", axes);
  }
  return b.node.op->all(operands, attrs);
}
// For ops that look at their last axes only.
inline Values batch_in_front(const Batch& b) {
  Values operands;
  for (size_t i = 0; i < b.operands.size(); ++i) operands.push_back(with_batch(b, i));
  return b.node.op->all(operands, b.node.attrs);
}

// --- values moved along an axis ---

// y[i] = x[i - by] along the axis, and `fill` where there is none.
inline Value shift(Value x, int axis, int64_t by, double fill) {
  return pad(x, {{"axes", std::vector<int64_t>{axis}}, {"low", Shape{by}}, {"high", Shape{-by}}, {"value", fill}});
}
// Axis `from` moved to be axis `to`.
Value move_axis(Value x, int from, int to);
// 0, 1, 2, ... along `axis` of length-1 axes elsewhere: broadcasts against values of x's shape.
Value iota_along(Value x, int axis, DType dtype = DType::kI32);
// A dimension as a 0-d value of `dtype`.
Value dim_value(Graph& graph, const Dim& d, DType dtype);
Value zeros(Graph& graph, const Type& type);
// x, of the shape of a result, summed over what was broadcast of an operand of `shape`.
Value sum_to(Value x, const Shape& shape);

}  // namespace tegula::op
