// ragged_attention by ops, its gradient and its batches: attention by chunks of keys of heads [kv_heads, heads of one].
#include "op/attention_chunks.h"
#include "op/operators.h"
#include "op/ragged_attention.h"
#include "op/reshape.h"
#include "op/sequences.h"
#include "op/transpose.h"

namespace tegula::op {
namespace {

// [t, heads, d] as [kv_heads, heads / kv_heads, t, d], and back.
Value by_heads(Value x, const Dim& kv_heads) {
  Shape shape{x.dim(0), kv_heads, floordiv(x.dim(1), kv_heads), x.dim(2)};
  return transpose(reshape(x, {{"shape", shape}}), {{"axes", std::vector<int64_t>{1, 2, 0, 3}}});
}
Value by_tokens(Value x) {
  x = transpose(x, {{"axes", std::vector<int64_t>{2, 0, 1, 3}}});
  return reshape(x, {{"shape", Shape{x.dim(0), x.dim(1) * x.dim(2), x.dim(3)}}});
}

AttentionTerms terms(const Node& n, std::span<const Value> x) {
  const Dim& kv_heads = x[1].dim(1);
  Value bias;
  if (x.size() > 4) {
    Shape shape{kv_heads, floordiv(x[4].dim(0), kv_heads), x[4].dim(1)};
    bias = reshape(x[4], {{"shape", shape}});
  }
  const Sequences s = sequences_of(x[3], x[0].dim(0));
  return {.q = by_heads(x[0], kv_heads),
          .k = by_heads(x[1], kv_heads),
          .v = by_heads(x[2], kv_heads),
          .sequence = where(s.inside, s.number, scalar_like(s.number, -1)),
          .bias = bias,
          .scale = n.attrs.number("scale"),
          .window = n.attrs.integer("window")};
}

}  // namespace

Values expand_ragged_attention(const Node& n, std::span<const Value> x) {
  return {by_tokens(attention_by_chunks(terms(n, x)))};
}

Values vjp_ragged_attention(const Vjp& v) {
  const Dim& kv_heads = v.x(1).dim(1);
  AttentionGradient g =
      attention_gradient(terms(v.node, v.operands), by_heads(v.y(), kv_heads), by_heads(v.dy(), kv_heads));
  Values out{by_tokens(g.q), by_tokens(g.k), by_tokens(g.v), Value()};
  if (g.bias) out.push_back(reshape(g.bias, {{"shape", v.x(4).shape()}}));
  return out;
}

Values batch_ragged_attention(const Batch& b) {
  if (!shares_sequences(b, 3)) return {};
  Values x{fold_batch(b, 0, 1), fold_batch(b, 1, 1), fold_batch(b, 2, 1), b.operands[3]};
  if (b.operands.size() > 4) x.push_back(fold_batch(b, 4, 0));
  return {unfold_batch(b, ragged_attention.all(x, b.node.attrs)[0], 1)};
}

}  // namespace tegula::op
