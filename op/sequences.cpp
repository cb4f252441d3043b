#include "op/sequences.h"

#include <algorithm>

#include "op/iota.h"
#include "op/maximum.h"
#include "op/minimum.h"
#include "op/operators.h"
#include "op/reshape.h"
#include "op/searchsorted.h"
#include "op/slice.h"
#include "op/take.h"

namespace tegula::op {

Sequences sequences_of(Value starts, const Dim& tokens) {
  Graph& graph = *starts.graph;
  Sequences out;
  out.size = starts.dim(0) - 1;
  Value places = minimum(maximum(starts, scalar_like(starts, 0)), dim_value(graph, tokens, starts.dtype()));
  out.first = slice_axis(places, 0, 0, out.size);
  out.count = maximum(slice_axis(places, 0, 1, out.size + 1) - out.first, scalar_like(places, 0));
  Value token = graph.append(iota, {}, {{"shape", Shape{tokens}}, {"dtype", starts.dtype()}})[0];
  out.number = slots_from(searchsorted(places, token, {{"right", true}}) - 1, out.size);
  out.inside = less(out.number, dim_value(graph, out.size, starts.dtype()));
  out.place = token - take(out.first, out.number);
  return out;
}

Value slots_from(Value indices, const Dim& slots) {
  return where(less(indices, scalar_like(indices, 0)), dim_value(*indices.graph, slots, indices.dtype()), indices);
}

Value column_for(Value flags, Value x) {
  Shape shape(size_t(x.rank()), 1);
  shape[0] = flags.dim(0);
  return reshape(flags, {{"shape", shape}});
}

void check_all_f64(const Infer& i) {
  auto of = [&](auto f) { return std::any_of(i.operands.begin(), i.operands.end(), f); };
  if (of([](const Type& t) { return t.dtype == DType::kF64; }) &&
      of([](const Type& t) { return is_float(t.dtype) && t.dtype != DType::kF64; }))
    i.error("some operands are of f64 and others of other floats; cast them");
}

bool shares_sequences(const Batch& b, size_t starts) {
  for (size_t i = starts; i < b.operands.size(); ++i)
    if (b.batched[i] && is_integer(b.operands[i].dtype())) return false;
  return b.size.is_constant();
}

Value fold_batch(const Batch& b, size_t i, int axis) {
  Value x = move_axis(with_batch(b, i), 0, axis);
  Shape shape = x.shape();
  shape.erase(shape.begin() + axis);
  shape[size_t(axis)] = b.size * shape[size_t(axis)];
  return reshape(x, {{"shape", shape}});
}

Value unfold_batch(const Batch& b, Value y, int axis) {
  Shape shape = y.shape();
  shape[size_t(axis)] = floordiv(shape[size_t(axis)], b.size);
  shape.insert(shape.begin() + axis, b.size);
  return move_axis(reshape(y, {{"shape", shape}}), axis, 0);
}

}  // namespace tegula::op
