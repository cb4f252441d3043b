#include "op/attention_chunks.h"

#include <cmath>

#include "op/attention.h"
#include "op/exp.h"
#include "op/iota.h"
#include "op/less_equal.h"
#include "op/log.h"
#include "op/logical_and.h"
#include "op/matmul.h"
#include "op/max.h"
#include "op/maximum.h"
#include "op/operators.h"
#include "op/rsqrt.h"
#include "op/scan.h"
#include "op/slice.h"
#include "op/stop_gradient.h"
#include "op/sum.h"
#include "op/take.h"

namespace tegula::op {
namespace {

constexpr double kNever = -1e30;  // below every score
const Attrs kRow{{"axes", std::vector<int64_t>{-1}}, {"keep_dims", true}};

// Some of the keys, with their scores [.., t, keys].
struct Chunk {
  Value k, v, scores, seen;  // seen: bool, broadcasts to the scores; "no value" where all are

  Value where_seen(Value x, double otherwise) const { return seen ? where(seen, x, scalar_like(x, otherwise)) : x; }
};

class Chunks {
 public:
  // q, k, v and the mask, if there is one.
  Chunks(const Node& n, std::span<const Value> x)
      : attrs_(n.attrs), operands_(x.begin(), x.end()), queries_(x[0].dim(-2)), keys_(x[1].dim(-2)) {
    count_ = ceildiv(keys_, Dim(kKeysAtOnce));
    whole_ = keys_.is_constant() && keys_.value() <= kKeysAtOnce;
  }

  // Step(carries, chunk, constants): the carries again, then what is stacked over the chunks. `extra` are constants.
  template <class Step>
  Values run(const Values& carries, const Values& extra, Step step) const {
    Values constants = operands_;
    constants.insert(constants.end(), extra.begin(), extra.end());
    if (whole_) {
      Values out = step(carries, chunk(operands_, Value()), extra);
      for (size_t i = carries.size(); i < out.size(); ++i) out[i] = with_batch_axis(out[i], 1);
      return out;
    }
    Graph& graph = *operands_[0].graph;
    auto body = std::make_shared<Graph>("keys");
    auto parameter = [&](const Type& t) { return body->parameter(str("x", body->parameters().size()), t); };
    Values inner_carries, inner_operands, inner_extra;
    for (Value v : carries) inner_carries.push_back(parameter(v.type()));
    Value first = parameter({DType::kI64, {}});
    for (Value v : operands_) inner_operands.push_back(parameter(v.type()));
    for (Value v : extra) inner_extra.push_back(parameter(v.type()));
    body->set_results(step(inner_carries, chunk(inner_operands, first), inner_extra));
    Value numbers = graph.append(iota, {}, {{"shape", Shape{count_}}, {"dtype", DType::kI64}})[0];
    return scan_over(body, count_, false, carries, {numbers * double(kKeysAtOnce)}, constants);
  }

  // What was stacked over the chunks, [chunks, .., keys of one, d], as [.., keys, d].
  Value joined(Value stacked) const {
    Value x = move_axis(stacked, 0, stacked.rank() - 3);
    Shape shape = x.shape();
    shape.erase(shape.end() - 3);
    shape[shape.size() - 2] = whole_ ? keys_ : count_ * kKeysAtOnce;
    return slice_axis(reshape(x, {{"shape", shape}}), int(shape.size()) - 2, 0, keys_);
  }

  Value factor(Graph& graph, DType dtype) const {
    double scale = attrs_.number("scale");
    const Dim& d = operands_[0].dim(-1);
    if (scale == 0 && d.is_constant()) scale = 1 / std::sqrt(double(d.value()));
    return scale != 0 ? scalar(graph, dtype, scale) : rsqrt(dim_value(graph, d, dtype));
  }

 private:
  // The keys from number `first` on: all of them where there is no such value.
  Chunk chunk(const Values& x, Value first) const {
    Graph& graph = *x[0].graph;
    Chunk out;
    Value numbers;
    if (first) numbers = first + graph.append(iota, {}, {{"shape", Shape{kKeysAtOnce}}, {"dtype", DType::kI64}})[0];
    auto part = [&](Value v, int axis) { return first ? take(v, numbers, {{"axis", int64_t(axis)}}) : v; };
    out.k = part(x[1], x[1].rank() - 2), out.v = part(x[2], x[2].rank() - 2);
    out.scores = matmul(x[0], out.k, {{"transpose_b", true}}) * factor(graph, x[0].dtype());
    auto require = [&](Value more) { out.seen = out.seen ? logical_and(out.seen, more) : more; };
    if (!first) numbers = graph.append(iota, {}, {{"shape", Shape{keys_}}, {"dtype", DType::kI64}})[0];
    if (first && !divides(Dim(kKeysAtOnce), keys_)) require(less(numbers, dim_value(graph, keys_, DType::kI64)));
    if (attrs_.boolean("causal")) {
      Value query =
          graph.append(iota, {}, {{"shape", Shape{queries_, 1}}, {"dtype", DType::kI64}, {"axis", int64_t{0}}})[0];
      require(less_equal(numbers, query + dim_value(graph, keys_ - queries_, DType::kI64)));
    }
    if (x.size() > 3) {
      const bool each = x[3].rank() > 0 && !x[3].dim(-1).is(1);
      require(each ? part(x[3], x[3].rank() - 1) : x[3]);
    }
    return out;
  }

  const Attrs& attrs_;
  Values operands_;
  Dim queries_, keys_, count_;
  bool whole_;  // one chunk, without a loop
};

// For each query the largest score and the sum of exp(score - largest), then, if `with_values`, the weighted values:
// [.., t, 1], [.., t, 1], [.., t, e]. The sums have the scores' gradient with the largest as a constant.
Values softmax_sums(const Chunks& chunks, const Type& out, bool with_values, Graph& graph) {
  Type column = out;
  column.shape.back() = 1;
  Values start{broadcast_to(scalar(graph, out.dtype, kNever), {{"shape", column.shape}}), zeros(graph, column)};
  if (with_values) start.push_back(zeros(graph, out));
  return chunks.run(start, {}, [&](const Values& before, const Chunk& c, const Values&) -> Values {
    Value top = maximum(before[0], stop_gradient(max(c.where_seen(c.scores, kNever), kRow)));
    Value weights = c.where_seen(exp(c.scores - top), 0), keep = exp(before[0] - top);
    Values now{top, before[1] * keep + sum(weights, kRow)};
    if (with_values) now.push_back(before[2] * keep + matmul(weights, c.v));
    return now;
  });
}

}  // namespace

Value attention_by_chunks(const Node& n, std::span<const Value> x) {
  Values sums = softmax_sums(Chunks(n, x), n.result_type(), true, *x[0].graph);
  Value nothing = equal(sums[1], scalar_like(sums[1], 0));
  return where(nothing, scalar_like(sums[2], 0), sums[2] / where(nothing, scalar_like(sums[1], 1), sums[1]));
}

// With weights P = exp(q k^T * scale - log of the sums): dv = P^T dy, dS = P (dy v^T - rows of dy . y), dq = dS k *
// scale, dk = dS^T q * scale; each by chunks of keys (arXiv:2205.14135, appendix B.2).
Values vjp_attention(const Vjp& v) {
  const Chunks chunks(v.node, v.operands);
  const Type out = v.node.result_type();
  Value dy = v.dy(), q = v.x();
  Graph& graph = *dy.graph;
  Values sums = softmax_sums(chunks, out, false, graph);
  Value nothing = equal(sums[1], scalar_like(sums[1], 0));
  Value level = sums[0] + log(where(nothing, scalar_like(sums[1], 1), sums[1]));
  Type like_q = out;
  like_q.shape.back() = q.dim(-1);
  Values found = chunks.run({zeros(graph, like_q)}, {q, dy, level, sum(dy * v.y(), kRow)},
                            [&](const Values& before, const Chunk& c, const Values& x) -> Values {
                              Value weights = c.where_seen(exp(c.scores - x[2]), 0);
                              Value slope = weights * (matmul(x[1], c.v, {{"transpose_b", true}}) - x[3]) *
                                            chunks.factor(*weights.graph, weights.dtype());
                              return {before[0] + matmul(slope, c.k), matmul(swap_last(slope), x[0]),
                                      matmul(swap_last(weights), x[1])};
                            });
  return {found[0], chunks.joined(found[1]), chunks.joined(found[2])};
}

}  // namespace tegula::op
