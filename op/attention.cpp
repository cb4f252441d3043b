#include "op/attention.h"

#include "op/attention_chunks.h"
#include "op/broadcast_to.h"
#include "op/flash_attention.h"
#include "op/operators.h"
#include "op/sum.h"

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

namespace {

AttentionTerms terms(const Node& n, std::span<const Value> x) {
  return {.q = x[0],
          .k = x[1],
          .v = x[2],
          .mask = x.size() > 3 ? x[3] : Value(),
          .scale = n.attrs.number("scale"),
          .causal = n.attrs.boolean("causal")};
}

}  // namespace

// The kernel where it can be: it computes in f32, and with heads of a size that it is compiled for.
Values expand_attention(const Node& n, std::span<const Value> x) {
  auto fits = [](const Dim& d) { return d.is_constant() && d.value() > 0 && d.value() <= kWidestHead; };
  if (x[0].dtype() == DType::kF64 || !fits(x[0].dim(-1)) || !fits(x[2].dim(-1)))
    return {attention_by_chunks(terms(n, x))};
  const Shape& out = n.result_type().shape;
  Values all;
  for (Value v : x.first(3)) {
    Shape shape(out.begin(), out.end() - 2);
    shape.insert(shape.end(), v.shape().end() - 2, v.shape().end());
    all.push_back(broadcast_to(v, {{"shape", shape}}));
  }
  if (x.size() > 3) all.push_back(x[3]);
  return {flash_attention(all, n.attrs)};
}

Values vjp_attention(const Vjp& v) {
  AttentionGradient g = attention_gradient(terms(v.node, v.operands), v.y(), v.dy());
  return {g.q, g.k, g.v};
}

}  // namespace tegula::op
