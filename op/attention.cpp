#include "op/attention.h"

#include <cmath>

#include "op/less_equal.h"
#include "op/matmul.h"
#include "op/operators.h"
#include "op/rsqrt.h"
#include "op/softmax.h"

namespace tegula::op {

std::vector<Type> infer_attention(const Infer& i) {
  const Type &q = i[0], &k = i[1], &v = i[2];
  auto all = [&] { return str(text(q), ", ", text(k), " and ", text(v)); };
  if (q.rank() < 2 || k.rank() < 2 || v.rank() < 2)
    i.error("expected q [.., t, d], k [.., s, d], v [.., s, e], found ", all());
  if (q.dtype != k.dtype || q.dtype != v.dtype)
    i.error("operands have different dtypes: ", all(), "; cast one of them");
  const Dim &queries = q.shape[q.shape.size() - 2], &keys = k.shape[k.shape.size() - 2];
  i.require_equal(q.shape.back(), k.shape.back(), "heads differ in size: ", all());
  i.require_equal(keys, v.shape[v.shape.size() - 2], "keys and values differ in number: ", all());
  Type lead[3] = {q, k, v};
  for (Type& t : lead) t.shape.resize(t.shape.size() - 2);
  Type out{q.dtype, broadcast_shapes(i.op.name, lead)}, scores{DType::kBool, out.shape};
  scores.shape.insert(scores.shape.end(), {queries, keys});
  if (i.operands.size() > 3) {
    const Type both[] = {i[3], scores};
    if (broadcast_shapes(i.op.name, both) != scores.shape)
      i.error("mask ", text(i[3]), " does not broadcast to the scores, ", text(scores));
  }
  out.shape.insert(out.shape.end(), {queries, v.shape.back()});
  return {out};
}

Values expand_attention(const Node& n, std::span<const Value> x) {
  Value q = x[0], k = x[1], v = x[2];
  Graph& graph = *q.graph;
  double scale = n.attrs.number("scale");
  if (scale == 0 && q.dim(-1).is_constant()) scale = 1 / ::std::sqrt(double(q.dim(-1).value()));
  Value factor = scale != 0 ? scalar_like(q, scale) : rsqrt(dim_value(graph, q.dim(-1), q.dtype()));
  Value scores = matmul(q, k, {{"transpose_b", true}}) * factor;
  Value never = scalar_like(scores, -INFINITY), zero = scalar_like(scores, 0);
  bool may_see_nothing = x.size() > 3;
  if (n.attrs.boolean("causal")) {
    Dim more_keys = k.dim(-2) - q.dim(-2);
    if (!more_keys.is_constant() || more_keys.value() < 0) may_see_nothing = true;
    Value ahead = dim_value(graph, more_keys, DType::kI32);
    Value key = iota_along(scores, scores.rank() - 1), query = iota_along(scores, scores.rank() - 2);
    scores = where(less_equal(key, query + ahead), scores, never);
  }
  if (x.size() > 3) scores = where(x[3], scores, never);
  if (!may_see_nothing) return {matmul(softmax(scores), v)};
  Value nothing = equal(max(scores, {{"axes", std::vector<int64_t>{-1}}, {"keep_dims", true}}), never);
  return {where(nothing, zero, matmul(softmax(where(nothing, zero, scores)), v))};  // no NaN even in the gradient
}

}  // namespace tegula::op
