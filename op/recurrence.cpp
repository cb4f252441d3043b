#include "op/recurrence.h"

#include "kernel/recurrence.h"
#include "op/causal_conv.h"
#include "op/linear_attention.h"
#include "op/sequences.h"

namespace tegula::op {

void check_sequences(const Infer& i, size_t first) {
  const Type &starts = i[first], &from = i[first + 1], &to = i[first + 2];
  if (starts.rank() != 1 || from.rank() != 1 || to != from || !(starts.shape[0] == from.shape[0] + 1))
    i.error("expected starts [s + 1], from [s] and to [s], found ", text(starts), ", ", text(from), " and ", text(to));
}

std::string sequence_states(const KernelCode& c, int first) {
  return str("SequenceStates{", c.buffer(first), ", ", c.buffer(first + 1), ", ", c.buffer(first + 2), ", ",
             c.dim(c.node.operand_type(size_t(first) + 1).shape[0]), ", ", c.dim(c.node.operand_type(1).shape[0]), ", ",
             c.dim(c.node.operand_type(0).shape[0]), "}");
}

std::vector<Type> infer_causal_conv(const Infer& i) {
  const Type &state = i[0], &x = i[1], &w = i[2];
  if (state.rank() != 3 || x.rank() != 2 || w.rank() != 2 || !w.shape[1].is_constant() ||
      !(state.shape[1] == w.shape[1] - 1) || !(state.shape[2] == x.shape[1]) || !(w.shape[0] == x.shape[1]))
    i.error("expected state [slots, width - 1, c], x [t, c] and weight [c, width], found ", text(state), ", ", text(x),
            " and ", text(w));
  check_sequences(i, 3), check_all_f64(i);
  return {state, x};
}

KernelCall causal_conv_kernel(const KernelCode& c) {
  const Type &x = c.node.operand_type(1), &w = c.node.operand_type(2);
  return {"kernel/recurrence.h", kernel::recurrence_blocks(c.node.operand_type(3).shape[0], x.shape[1]),
          str("causal_conv<", c.dim(w.shape[1]), ">(blocks, ", sequence_states(c, 3), ", ", c.dim(x.shape[1]), ", ",
              c.buffer(0), ", ", c.load(1), ", ", c.load(2), ", ", c.store(1), ");")};
}

std::vector<Type> infer_linear_attention(const Infer& i) {
  const Type &state = i[0], &q = i[1], &k = i[2], &v = i[3], &decay = i[4];
  bool ranks = state.rank() == 4 && q.rank() == 3 && k.rank() == 3 && v.rank() == 3 && decay.rank() == 4;
  if (!ranks || q.shape != k.shape || !(q.shape[0] == v.shape[0]) || !(state.shape[1] == v.shape[1]) ||
      !(state.shape[2] == q.shape[2]) || !(state.shape[3] == v.shape[2]) || !divides(q.shape[1], v.shape[1]))
    i.error(
        "expected state [slots, heads, n, p], q and k [t, key heads, n], v [t, heads, p] and decay [t, heads, n, p], "
        "found ",
        text(state), ", ", text(q), ", ", text(k), ", ", text(v), " and ", text(decay));
  const Shape whole{v.shape[0], v.shape[1], q.shape[2], v.shape[2]};
  for (size_t a = 0; a < 4; ++a)
    if (!decay.shape[a].is(1) && !(decay.shape[a] == whole[a]))
      i.error("decay ", text(decay), " does not broadcast to ", text(Type{decay.dtype, whole}));
  check_sequences(i, 5), check_all_f64(i);
  if (i.operands.size() > 8 && i[8].shape != Shape{v.shape[0], v.shape[1]})
    i.error("beta is ", text(i[8]), ", expected one for each token and head of ", text(v));
  return {state, v};
}

KernelCall linear_attention_kernel(const KernelCode& c) {
  const Type &q = c.node.operand_type(1), &v = c.node.operand_type(3), &decay = c.node.operand_type(4);
  bool delta = c.node.operands.size() > 8;
  auto at = [&](size_t axis, const char* index) { return decay.shape[axis].is(1) ? std::string("0") : index; };
  std::string of_token = str(c.load(4), "(", at(0, "t"), ", ", at(1, "h"), ", ", at(2, "i"), ", ", at(3, "j"), ")");
  // One number for a whole head is computed once.
  std::string keep = decay.shape[2].is(1) && decay.shape[3].is(1)
                         ? str("[=](i64 t, i64 h) { f32 d = f32(", of_token, "); return [=](i64, i64) { return d; }; }")
                         : str("[=](i64 t, i64 h) { return [=](i64 i, i64 j) { return ", of_token, "; }; }");
  return {
      "kernel/recurrence.h", kernel::recurrence_blocks(c.node.operand_type(5).shape[0] * v.shape[1], v.shape[2]),
      str("linear_attention<", delta ? "true" : "false", ">(blocks, ", sequence_states(c, 5), ", ", c.dim(v.shape[1]),
          ", ", c.dim(q.shape[1]), ", ", c.dim(q.shape[2]), ", ", c.dim(v.shape[2]), ", ", c.buffer(0), ", ", c.load(1),
          ", ", c.load(2), ", ", c.load(3), ", ", keep, ", ", delta ? c.load(8) : "0", ", ", c.store(1), ");")};
}

}  // namespace tegula::op
