#include "op/ragged_attention.h"

#include "base/number_text.h"
#include "kernel/attention.h"
#include "op/sequences.h"

namespace tegula::op {

std::vector<Type> infer_ragged_attention(const Infer& i) {
  const Type &q = i[0], &k = i[1], &v = i[2], &starts = i[3];
  if (q.rank() != 3 || k.rank() != 3 || v.rank() != 3 || starts.rank() != 1 || !(q.shape[0] == k.shape[0]) ||
      !(k.shape[0] == v.shape[0]) || !(k.shape[1] == v.shape[1]) || !(q.shape[2] == k.shape[2]))
    i.error("expected q [t, heads, d], k [t, kv_heads, d], v [t, kv_heads, e] and starts [s + 1], found ", text(q),
            ", ", text(k), ", ", text(v), " and ", text(starts));
  for (const Type* t : {&q, &k, &v})
    if (!t->shape[1].is_constant() || !t->shape[2].is_constant())
      i.error("the heads of ", text(*t), " must be of known number and size");
  if (!divides(k.shape[1], q.shape[1])) i.error(text(k), " has heads that do not divide those of ", text(q));
  i.integer("window", 0, INT32_MAX);
  check_all_f64(i);
  if (i.operands.size() > 4 && (i[4].rank() != 2 || !(i[4].shape[0] == q.shape[1]) || !i[4].shape[1].is_constant() ||
                                i[4].shape[1].value() % 2 == 0))
    i.error("bias is ", text(i[4]), ", expected [heads, 2 n - 1] of ", text(q));
  Type out = q;
  out.shape[2] = v.shape[2];
  return {out};
}

KernelCall ragged_attention_kernel(const KernelCode& c) {
  const Type &q = c.node.operand_type(0), &k = c.node.operand_type(1), &v = c.node.operand_type(2);
  const Dim &tokens = q.shape[0], &kv_heads = k.shape[1];
  std::string scale = cpp_text(float(c.node.attrs.number("scale")));
  std::string batch =
      str("SelfBatch{", c.buffer(3), ", ", c.dim(c.node.operand_type(3).shape[0]), " - 1, ", c.dim(tokens), "}");
  auto of_sequence = [&](int operand) {
    return str("[=](i64 s, i64 h, i64 j, i64 d) { return ", c.load(operand), "(batch.first_query(s) + j, h, d); }");
  };
  std::string bias = "None{}";
  if (c.node.operands.size() > 4) {
    int64_t reach = (c.node.operand_type(4).shape[1].value() - 1) / 2;
    bias = str("[=](i64 t, i64 h, i64 j) { i64 away = batch.first_query(batch.sequence_of(t)) + j - t; away = away < -",
               reach, " ? -", reach, " : away > ", reach, " ? ", reach, " : away; return ", c.load(4), "(h, away + ",
               reach, "); }");
  }
  std::string options = str("AttentionOptions{", scale, ", false, ", c.node.attrs.integer("window"), ", 0}");
  return {"kernel/attention.h", kernel::attention_blocks(tokens, kv_heads),
          str("auto batch = ", batch, ";\n  attention<", c.dim(q.shape[1]), ", ", c.dim(kv_heads), ", ",
              c.dim(q.shape[2]), ", ", c.dim(v.shape[2]), ">(blocks, batch, ", c.dim(tokens), ", ", options, ", ",
              c.load(0), ", ", of_sequence(1), ", ", of_sequence(2), ", None{}, ", bias, ", ", c.store(0), ");")};
}

}  // namespace tegula::op
