// linear_attention by ops, for its gradient and batches. One idea: a scan over chunks of tokens whose step scans over
// the tokens of one; what the gradient keeps is the state where each chunk begins, and the states within a chunk are
// computed again. Beside the state it carries `pool`, the states of all sequences: until a sequence begins the one that
// it has read, then the one that it leaves.
#include "op/broadcast_to.h"
#include "op/greater_equal.h"
#include "op/linear_attention.h"
#include "op/logical_and.h"
#include "op/matmul.h"
#include "op/operators.h"
#include "op/reshape.h"
#include "op/scan.h"
#include "op/scatter.h"
#include "op/sequences.h"
#include "op/slice.h"
#include "op/sum.h"
#include "op/take.h"

namespace tegula::op {
namespace {

constexpr int64_t kTokensAtOnce = 32;

// What a scan walks: parameters of its body and the values that they are elements of.
struct Walk {
  Graph& body;
  Values outer = {};
  Value operator()(Value v) {
    outer.push_back(v);
    return body.parameter(str("x", body.parameters().size()), {v.dtype(), {v.shape().begin() + 1, v.shape().end()}});
  }
};

// The states after each of a chunk's tokens, [tokens, heads, n, p]: from `state` on, but from begin[t] where begins[t].
Value states(Value state, Value begins, Value begin, Value k, Value v, Value decay, Value beta) {
  auto body = std::make_shared<Graph>("token");
  Value before = body->parameter("state", state.type());
  Walk walk{*body};
  Value is_first = walk(begins), first = walk(begin), key = walk(k), value = walk(v), keep = walk(decay);
  Value kept = where(is_first, first, before) * keep;
  auto along = [](Value x, int axis) {  // [heads, ..] with one more axis
    Shape shape = x.shape();
    shape.insert(shape.begin() + axis, 1);
    return reshape(x, {{"shape", shape}});
  };
  key = along(key, 2), value = along(value, 1);
  if (beta)
    value = along(along(walk(beta), 1), 1) *
            (value - sum(key * kept, {{"axes", std::vector<int64_t>{1}}, {"keep_dims", true}}));
  Value after = kept + key * value;
  body->set_results({after, after});
  return scan_over(body, k.dim(0), false, {state}, walk.outer, {})[1];
}

}  // namespace

Values expand_linear_attention(const Node&, std::span<const Value> x) {
  const Value state = x[0], from = x[6], to = x[7];
  Graph& graph = *state.graph;
  const Dim &tokens = x[3].dim(0), &heads = x[3].dim(1), &slots = state.dim(0);
  const Sequences q = sequences_of(x[5], tokens);
  const Dim count = ceildiv(tokens, Dim(kTokensAtOnce));
  auto number = [&](const Dim& d) { return dim_value(graph, d, DType::kI32); };

  // Per token: is it of a sequence that leaves its state somewhere, and is it the first or the last of one?
  const Value writes = logical_and(greater_equal(to, scalar_like(to, 0)), less(to, number(slots)));
  const Value inside = take(writes, q.number);
  const Value nowhere = number(q.size);
  auto sequence_where = [&](Value flag) { return where(logical_and(inside, flag), q.number, nowhere); };
  const Value begins = sequence_where(equal(q.place, scalar_like(q.place, 0))),
              ends = sequence_where(equal(q.place + 1, take(q.count, q.number)));

  auto masked = [&](Value v, double otherwise) { return where(column_for(inside, v), v, scalar_like(v, otherwise)); };
  auto of_heads = [&](Value v) {  // [t, key heads, n] as [t, heads, n]
    Shape each{v.dim(0), v.dim(1), floordiv(heads, v.dim(1)), v.dim(2)}, one = each;
    one[2] = 1;
    v = broadcast_to(reshape(v, {{"shape", one}}), {{"shape", each}});
    return reshape(v, {{"shape", Shape{v.dim(0), heads, v.dim(3)}}});
  };
  auto chunked = [&](Value v, double padding) {  // [t, ..] as [chunks, tokens of one, ..]
    v = pad(v, {{"axes", std::vector<int64_t>{0}},
                {"low", Shape{0}},
                {"high", Shape{count * kTokensAtOnce - tokens}},
                {"value", padding}});
    Shape shape = v.shape();
    shape[0] = count, shape.insert(shape.begin() + 1, kTokensAtOnce);
    return reshape(v, {{"shape", shape}});
  };
  auto numbered = [&](Value v) { return chunked(v - nowhere, 0) + nowhere; };  // padding is of no sequence

  auto body = std::make_shared<Graph>("tokens");
  Values carries{zeros(graph, {state.dtype(), {state.shape().begin() + 1, state.shape().end()}}),
                 take(state, slots_from(from, slots))};
  Value now = body->parameter("state", carries[0].type()), pool = body->parameter("pool", carries[1].type());
  Walk walk{*body};
  Value first = walk(numbered(begins)), last = walk(numbered(ends));
  Value query = walk(chunked(of_heads(x[1]), 0)), key = walk(chunked(masked(of_heads(x[2]), 0), 0)),
        value = walk(chunked(x[3], 0)), keep = walk(chunked(masked(x[4], 1), 1)),
        beta = x.size() > 8 ? walk(chunked(x[8], 0)) : Value();
  Value is_first = less(first, dim_value(*body, q.size, DType::kI32));
  Value after = states(now, is_first, take(pool, first), key, value, keep, beta);
  query = reshape(query, {{"shape", Shape{query.dim(0), query.dim(1), 1, query.dim(2)}}});
  Value y = reshape(matmul(query, after), {{"shape", value.shape()}});
  Value left = take(after, scalar(*body, DType::kI32, double(kTokensAtOnce - 1)));
  body->set_results({left, scatter(pool, last, after), y});
  Values got = scan_over(body, count, false, carries, walk.outer, {});

  Shape whole = x[3].shape();
  whole[0] = count * kTokensAtOnce;
  return {scatter(state, slots_from(to, slots), got[1]),
          masked(slice_axis(reshape(got[2], {{"shape", whole}}), 0, 0, tokens), 0)};
}

Values batch_linear_attention(const Batch& b) {
  if (!shares_sequences(b, 5)) return {};
  Values x;
  for (size_t i = 0; i < b.operands.size(); ++i) {
    const bool is_shared = is_integer(b.operands[i].dtype()) || (i == 4 && !b.batched[4] && b.operands[4].dim(1).is(1));
    x.push_back(is_shared ? b.operands[i] : fold_batch(b, i, 1));
  }
  if (b.batched[4] && b.operands[4].dim(2).is(1)) {  // one decay for all heads of an element: for each of them
    const Shape& d = b.operands[4].shape();
    Shape shape{d[1], b.node.operand_type(3).shape[1], d[3], d[4]};
    shape.insert(shape.begin(), b.size);
    Value each = broadcast_to(b.operands[4], {{"shape", shape}});
    const bool flags[] = {true};
    x[4] = fold_batch({b.node, {&each, 1}, flags, b.size}, 0, 1);
  }
  const Values y = linear_attention.all(x);
  return {unfold_batch(b, y[0], 1), unfold_batch(b, y[1], 1)};
}

}  // namespace tegula::op
