#include "op/attention_chunks.h"

#include <cmath>

#include "op/abs.h"
#include "op/exp.h"
#include "op/greater_equal.h"
#include "op/iota.h"
#include "op/less_equal.h"
#include "op/log.h"
#include "op/logical_and.h"
#include "op/matmul.h"
#include "op/max.h"
#include "op/maximum.h"
#include "op/minimum.h"
#include "op/operators.h"
#include "op/rsqrt.h"
#include "op/scan.h"
#include "op/scatter.h"
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
  Value k, v, scores;
  Value seen;      // bool, broadcasts to the scores; "no value" where all are
  Value distance;  // i64 [t, keys], where in the bias each score's is; "no value" without a bias

  // The scores less `level`, kNever for those that are not seen.
  Value scores_less(Value level) const {
    Value x = scores - level;
    return seen ? where(seen, x, scalar_like(x, kNever)) : x;
  }
};

class Chunks {
 public:
  explicit Chunks(const AttentionTerms& a)
      : terms_(a), queries_(a.q.dim(-2)), keys_(a.k.dim(-2)), count_(ceildiv(keys_, Dim(kKeysAtOnce))) {
    whole_ = keys_.is_constant() && keys_.value() <= kKeysAtOnce;
  }

  // Step(carries, terms, chunk, constants): the carries again, then what is stacked over the chunks.
  template <class Step>
  Values run(const Values& carries, const Values& constants, Step step) const {
    if (whole_) {
      Values out = step(carries, terms_, chunk(terms_, Value()), constants);
      for (size_t i = carries.size(); i < out.size(); ++i) out[i] = with_batch_axis(out[i], 1);
      return out;
    }
    auto body = std::make_shared<Graph>("keys");
    auto parameters = [&](const Values& like) {
      Values out;
      for (Value v : like) out.push_back(body->parameter(str("x", body->parameters().size()), v.type()));
      return out;
    };
    Values numbers{iota_of(*terms_.q.graph, {count_}) * double(kKeysAtOnce)}, given = present(terms_);
    Values inner_carries = parameters(carries);
    Value first = body->parameter("first", {DType::kI64, {}});
    AttentionTerms inner = with(terms_, parameters(given));
    body->set_results(step(inner_carries, inner, chunk(inner, first), parameters(constants)));
    given.insert(given.end(), constants.begin(), constants.end());
    return scan_over(body, count_, false, carries, numbers, given);
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
    double scale = terms_.scale;
    const Dim& d = terms_.q.dim(-1);
    if (scale == 0 && d.is_constant()) scale = 1 / std::sqrt(double(d.value()));
    return scale != 0 ? scalar(graph, dtype, scale) : rsqrt(dim_value(graph, d, dtype));
  }

 private:
  static Values present(const AttentionTerms& a) {
    Values out{a.q, a.k, a.v};
    for (Value v : {a.mask, a.sequence, a.bias})
      if (v) out.push_back(v);
    return out;
  }
  static AttentionTerms with(AttentionTerms a, const Values& x) {
    size_t next = 3;
    a.q = x[0], a.k = x[1], a.v = x[2];
    for (Value* v : {&a.mask, &a.sequence, &a.bias})
      if (*v) *v = x[next++];
    return a;
  }
  static Value iota_of(Graph& graph, const Shape& shape) {
    return graph.append(iota, {}, {{"shape", shape}, {"dtype", DType::kI64}, {"axis", int64_t{0}}})[0];
  }

  // The keys from number `first` on: all of them where there is no such value.
  Chunk chunk(const AttentionTerms& a, Value first) const {
    Graph& graph = *a.q.graph;
    Chunk out;
    Value numbers = iota_of(graph, {first ? Dim(kKeysAtOnce) : keys_}), query = iota_of(graph, {queries_, 1});
    if (first) numbers = first + numbers;
    auto part = [&](Value v, int axis) { return first ? take(v, numbers, {{"axis", int64_t(axis)}}) : v; };
    out.k = part(a.k, a.k.rank() - 2), out.v = part(a.v, a.v.rank() - 2);
    out.scores = matmul(a.q, out.k, {{"transpose_b", true}}) * factor(graph, a.q.dtype());
    auto require = [&](Value more) { out.seen = out.seen ? logical_and(out.seen, more) : more; };
    if (first && !divides(Dim(kKeysAtOnce), keys_)) require(less(numbers, dim_value(graph, keys_, DType::kI64)));
    if (a.causal) require(less_equal(numbers, query + dim_value(graph, keys_ - queries_, DType::kI64)));
    if (a.mask) {
      const bool each = a.mask.rank() > 0 && !a.mask.dim(-1).is(1);
      require(each ? part(a.mask, a.mask.rank() - 1) : a.mask);
    }
    if (a.sequence) {
      Value own = reshape(a.sequence, {{"shape", Shape{queries_, 1}}});
      require(equal(own, part(a.sequence, 0))), require(greater_equal(own, scalar_like(own, 0)));
    }
    if (a.window) require(less(abs(numbers - query), scalar_like(numbers, double(a.window))));
    if (a.bias) {
      const double reach = double(a.bias.dim(-1).value() / 2);
      out.distance = minimum(maximum(numbers - query + reach, scalar_like(query, 0)), scalar_like(query, 2 * reach));
      out.scores = out.scores + take(a.bias, out.distance, {{"axis", int64_t{-1}}});
    }
    return out;
  }

  AttentionTerms terms_;
  Dim queries_, keys_, count_;
  bool whole_;  // one chunk, without a loop
};

Type result_type(const AttentionTerms& a) {
  Type lead[3] = {a.q.type(), a.k.type(), a.v.type()};
  for (Type& t : lead) t.shape.resize(t.shape.size() - 2);
  Type out{a.q.dtype(), broadcast_shapes("attention", lead)};
  out.shape.insert(out.shape.end(), {a.q.dim(-2), a.v.dim(-1)});
  return out;
}

// For each query the largest score and the sum of exp(score - largest), then, if `with_values`, the weighted values:
// [.., t, 1], [.., t, 1], [.., t, e]. The sums have the scores' gradient with the largest as a constant.
Values softmax_sums(const AttentionTerms& a, bool with_values) {
  Graph& graph = *a.q.graph;
  const Type out = result_type(a);
  Type column = out;
  column.shape.back() = 1;
  Values start{broadcast_to(scalar(graph, out.dtype, kNever), {{"shape", column.shape}}), zeros(graph, column)};
  if (with_values) start.push_back(zeros(graph, out));
  return Chunks(a).run(start, {},
                       [&](const Values& before, const AttentionTerms&, const Chunk& c, const Values&) -> Values {
                         Value lowest = scalar_like(before[0], 0);
                         Value top = maximum(before[0], stop_gradient(max(c.scores_less(lowest), kRow)));
                         Value weights = exp(c.scores_less(top)), keep = exp(before[0] - top);
                         Values now{top, before[1] * keep + sum(weights, kRow)};
                         if (with_values) now.push_back(before[2] * keep + matmul(weights, c.v));
                         return now;
                       });
}

}  // namespace

Value attention_by_chunks(const AttentionTerms& a) {
  Values sums = softmax_sums(a, true);
  Value nothing = equal(sums[1], scalar_like(sums[1], 0));
  return where(nothing, scalar_like(sums[2], 0), sums[2] / where(nothing, scalar_like(sums[1], 1), sums[1]));
}

// With weights P = exp(scores - log of their sums): dv = P^T dy, dS = P (dy v^T - rows of dy . y), dq = dS k * scale,
// dk = dS^T q * scale.
AttentionGradient attention_gradient(const AttentionTerms& a, Value y, Value dy) {
  Graph& graph = *dy.graph;
  Values sums = softmax_sums(a, false);
  Value nothing = equal(sums[1], scalar_like(sums[1], 0));
  Value level = sums[0] + log(where(nothing, scalar_like(sums[1], 1), sums[1]));
  Type like_q = dy.type();
  like_q.shape.back() = a.q.dim(-1);
  Values totals{zeros(graph, like_q)};
  if (a.bias) totals.push_back(zeros(graph, a.bias.type()));
  const Chunks chunks(a);
  Values found = chunks.run(
      totals, {dy, level, sum(dy * y, kRow)},
      [&](const Values& before, const AttentionTerms& terms, const Chunk& c, const Values& x) -> Values {
        Value weights = exp(c.scores_less(x[1]));
        Value slope = weights * (matmul(x[0], c.v, {{"transpose_b", true}}) - x[2]);
        Value of_product = slope * chunks.factor(*slope.graph, slope.dtype());
        Values out{before[0] + matmul(of_product, c.k)};
        if (a.bias)
          out.push_back(scatter(before[1], c.distance, slope, {{"axis", int64_t{-1}}, {"mode", std::string("add")}}));
        out.push_back(sum_to(matmul(swap_last(of_product), terms.q), c.k.shape()));
        out.push_back(sum_to(matmul(swap_last(weights), x[0]), c.v.shape()));
        return out;
      });
  const size_t stacks = totals.size();
  return {found[0], chunks.joined(found[stacks]), chunks.joined(found[stacks + 1]), a.bias ? found[1] : Value()};
}

}  // namespace tegula::op
