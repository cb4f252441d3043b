#include "op/axis.h"

#include "op/dim.h"
#include "op/iota.h"
#include "op/operators.h"
#include "op/sum.h"
#include "op/transpose.h"

namespace tegula::op {

Value move_axis(Value x, int from, int to) {
  if (from == to) return x;
  std::vector<int64_t> axes;
  for (int a = 0; a < x.rank(); ++a)
    if (a != from) axes.push_back(a);
  axes.insert(axes.begin() + to, from);
  return transpose(x, {{"axes", axes}});
}

Value iota_along(Value x, int axis, DType dtype) {
  Shape shape(size_t(x.rank()), 1);
  shape[size_t(axis)] = x.dim(axis);
  return x.graph->append(iota, {}, {{"shape", shape}, {"dtype", dtype}, {"axis", int64_t(axis)}})[0];
}

Value dim_value(Graph& graph, const Dim& d, DType dtype) {
  if (d.is_constant()) return scalar(graph, dtype, double(d.value()));
  Value v = graph.append(dim, {}, {{"value", Shape{d}}})[0];
  return dtype == DType::kI64 ? v : cast(v, {{"to", dtype}});
}

Value zeros(Graph& graph, const Type& type) {
  Value zero = scalar(graph, type.dtype, 0);
  return type.shape.empty() ? zero : broadcast_to(zero, {{"shape", type.shape}});
}

Value sum_to(Value x, const Shape& shape) {
  if (x.shape() == shape) return x;
  std::vector<int64_t> axes;
  int lead = x.rank() - int(shape.size());
  for (int a = 0; a < x.rank(); ++a)
    if (a < lead || (shape[size_t(a - lead)].is(1) && !x.dim(a).is(1))) axes.push_back(a);
  if (!axes.empty()) x = sum(x, {{"axes", axes}, {"keep_dims", true}});
  return x.shape() == shape ? x : reshape(x, {{"shape", shape}});
}

}  // namespace tegula::op
