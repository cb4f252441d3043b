// causal_conv by ops, for its gradient and batches: a sum of the tokens shifted by 0 .. width - 1, in which the rows of
// the state stand for those before a sequence.
#include "op/causal_conv.h"
#include "op/greater_equal.h"
#include "op/iota.h"
#include "op/operators.h"
#include "op/reshape.h"
#include "op/scatter.h"
#include "op/sequences.h"
#include "op/slice.h"
#include "op/take.h"
#include "op/take_along_axis.h"

namespace tegula::op {

Values expand_causal_conv(const Node&, std::span<const Value> operands) {
  const Value state = operands[0], x = operands[1], w = operands[2], from = operands[4], to = operands[5];
  Graph& graph = *x.graph;
  const int64_t kept = w.dim(1).value() - 1;
  const Dim &tokens = x.dim(0), &channels = x.dim(1), &slots = state.dim(0);
  const Sequences q = sequences_of(operands[3], tokens);
  auto outside = [&](const Dim& d) { return dim_value(graph, d, DType::kI32); };

  Value y;
  const Value old = take(state, slots_from(from, slots));  // [sequences, kept, channels]
  const Value rows = reshape(old, {{"shape", Shape{q.size * kept, channels}}});
  for (int64_t j = 0; j <= kept; ++j) {
    Value seen = shift(x, 0, kept - j, 0);
    if (j < kept) {
      Value in_state = less(q.place, scalar_like(q.place, double(kept - j)));
      Value row = q.number * double(kept) + (q.place + double(j));
      seen = where(column_for(in_state, x), take(rows, where(in_state, row, outside(q.size * kept))), seen);
    }
    Value part = seen * reshape(slice_axis(w, 1, j, j + 1), {{"shape", Shape{channels}}});
    y = y ? y + part : part;
  }
  y = where(column_for(q.inside, y), y, scalar_like(y, 0));
  if (kept == 0) return {state, y};

  // Row r that a sequence leaves is its token count - kept + r, and where that is below 0 row count + r of the old
  // ones.
  auto wide = [&](Value v) { return reshape(v, {{"shape", Shape{q.size, 1}}}); };
  const Value r = graph.append(iota, {}, {{"shape", Shape{kept}}, {"dtype", DType::kI32}})[0];
  const Value of_new = wide(q.count) + r - double(kept), is_new = greater_equal(of_new, scalar_like(of_new, 0));
  Value new_rows = take(x, where(is_new, wide(q.first) + of_new, outside(tokens)));
  auto deep = [&](Value v) { return reshape(v, {{"shape", Shape{q.size, kept, 1}}}); };
  Value old_rows =
      take_along_axis(old, deep(where(is_new, scalar_like(r, 0), wide(q.count) + r)), {{"axis", int64_t{1}}});
  return {scatter(state, slots_from(to, slots), where(deep(is_new), new_rows, old_rows)), y};
}

Values batch_causal_conv(const Batch& b) {
  if (!shares_sequences(b, 3)) return {};
  Values x{fold_batch(b, 0, 2), fold_batch(b, 1, 1), fold_batch(b, 2, 0)};
  x.insert(x.end(), b.operands.begin() + 3, b.operands.end());
  const Values y = causal_conv.all(x);
  return {unfold_batch(b, y[0], 2), unfold_batch(b, y[1], 1)};
}

}  // namespace tegula::op
