#include "op/flash_attention.h"

#include <cmath>

#include "base/number_text.h"
#include "kernel/attention.h"

namespace tegula::op {

std::vector<Type> infer_flash_attention(const Infer& i) {
  std::vector<Type> out = infer_attention(i);
  for (size_t k = 0; k < 3; ++k) {
    const Shape& s = i[k].shape;
    const Dim& head = s.back();
    if (!std::equal(s.begin(), s.end() - 2, out[0].shape.begin(), out[0].shape.end() - 2))
      i.error("leading axes differ: ", text(i[0]), ", ", text(i[1]), " and ", text(i[2]), "; use attention");
    if (!head.is_constant() || head.value() < 1 || head.value() > kWidestHead)
      i.error(text(i[k]), " has heads of ", head.text(), " elements, expected a constant up to ", kWidestHead);
  }
  return out;
}

// The sequences of the kernel's batch are the leading axes as one.
KernelCall flash_attention_kernel(const KernelCode& c) {
  const Type &q = c.node.operand_type(0), &k = c.node.operand_type(1), &v = c.node.operand_type(2);
  const Shape lead(q.shape.begin(), q.shape.end() - 2);
  const Dim &queries = q.shape[lead.size()], &keys = k.shape[lead.size()], tokens = product(lead) * queries;
  std::vector<std::string> names;
  std::string at;
  for (size_t a = 0; a < lead.size(); ++a) names.push_back(str("l", a)), at += names.back() + ", ";
  std::string split = lead.empty() ? "" : c.split("sequence", lead, names);
  auto of_sequence = [&](int operand) {
    return str("[=](i64 sequence, i64, i64 j, i64 d) { ", split, "return ", c.load(operand), "(", at, "j, d); }");
  };
  auto of_token = [&](std::string_view arguments, std::string_view body) {
    return str("[=](i64 t, i64", arguments, ") { i64 sequence = t / ", c.dim(queries), ", i = t % ", c.dim(queries),
               "; ", split, body, " }");
  };
  std::string bias = "None{}";
  if (c.node.operands.size() > 3) {  // an operand that broadcasts to [lead.., t, s]
    const Shape& mask = c.node.operand_type(3).shape;
    std::vector<std::string> all = names;
    all.insert(all.end(), {"i", "j"});
    std::string index;
    for (size_t a = 0; a < mask.size(); ++a)
      index += (a ? ", " : "") + (mask[a].is(1) ? std::string("0") : all[all.size() - mask.size() + a]);
    bias = of_token(", i64 j", str("return ", c.load(3), "(", index, ") ? 0.0f : -kInfinity<f32>;"));
  }
  double scale = c.node.attrs.number("scale");
  if (scale == 0) scale = 1 / std::sqrt(double(q.shape.back().value()));
  return {
      "kernel/attention.h", kernel::attention_blocks(tokens, Dim(1)),
      str("attention<1, 1, ", c.dim(q.shape.back()), ", ", c.dim(v.shape.back()), ">(blocks, DenseBatch{",
          c.dim(product(lead)), ", ", c.dim(queries), ", ", c.dim(keys), "}, ", c.dim(tokens), ", AttentionOptions{",
          cpp_text(float(scale)), ", ", c.node.attrs.boolean("causal") ? "true" : "false", "}, ",
          of_token(", i64 d", str("return ", c.load(0), "(", at, "i, d);")), ", ", of_sequence(1), ", ", of_sequence(2),
          ", None{}, ", bias, ", ", of_token(", i64 d, f32 x", str(c.store(0), "(", at, "i, d, x);")), ");")};
}

Values batch_flash_attention(const Batch& b) {
  Values x;
  for (size_t i = 0; i < 3; ++i) x.push_back(with_batch(b, i));
  if (b.operands.size() > 3) x.push_back(align_batch(b, 3, b.node.result_type().rank()));
  return {flash_attention(x, b.node.attrs)};
}

}  // namespace tegula::op
