#include "op/matmul.h"

#include "kernel/matmul.h"
#include "op/operators.h"

namespace tegula::op {

extern const Op reshape;

std::vector<Type> infer_matmul(const Infer& i) {
  const Type &a = i[0], &b = i[1];
  if (a.rank() < 2 || b.rank() < 2) i.error("operands need two axes or more: ", text(a), " x ", text(b));
  if (!is_quantized(b.dtype) && a.dtype != b.dtype && !(is_float(a.dtype) && is_float(b.dtype)))
    i.error("operands have different dtypes: ", text(a), " x ", text(b), "; cast one of them");
  bool transposed = i.attrs.boolean("transpose_b");
  if (is_quantized(b.dtype) && !transposed) i.error("a quantised b needs transpose_b = true, found ", text(b));
  size_t last = b.shape.size() - 1;
  const Dim &k = b.shape[transposed ? last : last - 1], &n = b.shape[transposed ? last - 1 : last];
  if (!(a.shape.back() == k))
    i.error("inner dimensions differ: ", text(a), " x ", text(b), " (", a.shape.back().text(), " vs ", k.text(), ")");
  Type lead[2] = {a, b};
  for (Type& t : lead) t.shape.resize(t.shape.size() - 2);
  Type out{a.dtype, broadcast_shapes(i.op.name, lead)};
  out.shape.push_back(a.shape[a.shape.size() - 2]);
  out.shape.push_back(n);
  return {out};
}

std::string_view element_type(const Type& t) { return is_quantized(t.dtype) ? "f32" : info(t.dtype).cpp; }

std::string matrix_operand(const KernelCode& c, int operand, std::string_view lead, bool transpose) {
  const Type& t = c.node.operand_type(size_t(operand));
  return str("matrix<", element_type(t), transpose ? ", true" : "", ">(", c.load(operand), ", ", c.dim(t.shape.back()),
             lead, ")");
}

KernelCall matmul_kernel(const KernelCode& c) {
  const Type &a = c.node.operand_type(0), &b = c.node.operand_type(1), &out = c.node.result_type();
  bool transposed = c.node.attrs.boolean("transpose_b");
  Dim m = out.shape[out.shape.size() - 2], n = out.shape.back(), k = a.shape.back();
  Shape lead(out.shape.begin(), out.shape.end() - 2);
  bool joined = b.rank() == 2;  // b is shared: the leading axes are more rows
  if (joined) {
    lead.push_back(m);
    m = product(lead);
  }
  // indices l0, l1, ... over `lead`, and an operand's own part of them
  std::vector<std::string> index;
  for (size_t i = 0; i < lead.size(); ++i) index.push_back(str("l", i));
  auto at = [&](const Type& t, std::string rows, std::string cols) {
    size_t own = t.shape.size() - (joined ? 1 : 2);
    std::string text;
    for (size_t i = 0; i < own; ++i) text += (t.shape[i].is(1) ? "0" : index[lead.size() - own + i]) + ", ";
    text += (joined ? "" : rows + ", ") + cols;
    return cols.empty() ? text.substr(0, text.size() - 2) : text;
  };
  bool plain = joined && lead.size() == 1;
  std::string split = joined ? c.split("i", lead, index) : "";
  auto matrix = [&](int operand, bool transpose) {
    const Type& t = c.node.operand_type(size_t(operand));
    const size_t own = t.shape.size() - 2;
    std::string leading;
    for (size_t i = 0; i < own; ++i) leading += ", " + (t.shape[i].is(1) ? "i64(0)" : index[lead.size() - own + i]);
    return matrix_operand(c, operand, leading, transpose);
  };
  std::string load_a = !plain && joined && !c.by_rows(0)
                           ? str("joined_rows<", element_type(a), ">(", c.load(0), ", ", c.dim(k),
                                 ", [=](i64 i, i64 k) { ", split, "return ", c.load(0), "(", at(a, "i", "k"), "); })")
                       : !c.by_rows(0) ? matrix(0, false)
                                       : str("by_rows<", element_type(a), ">([=](i64 i) { ", split, "return ",
                                             c.load(0), "(", at(a, "i", ""), "); })");
  if (c.packed(1) && c.node.attrs.boolean("round_a")) load_a = "Rounded{" + load_a + "}";
  std::string load_b = c.packed(1) ? c.buffer(1) : matrix(1, !transposed);
  std::string store =
      plain ? c.store(0) : str("[=](i64 i, i64 j, auto x) { ", split, c.store(0), "(", at(out, "i", "j"), ", x); }");
  std::string text = str("matmul(", joined ? "blocks" : "part", ", ", c.dim(m), ", ", c.dim(n), ", ", c.dim(k), ", ",
                         load_a, ", ", load_b, ", ", store, ");");
  if (!joined)
    text = str("for_batch(blocks, ", c.dim(product(lead)), ", matmul_blocks(", c.dim(m), ", ", c.dim(n),
               "), [=](i64 b, Blocks part) { ", c.split("b", lead, index), text, " });");
  return {"kernel/matmul.h", (joined ? Dim(1) : product(lead)) * kernel::matmul_blocks(m, n, c.simt), text};
}

}  // namespace tegula::op
