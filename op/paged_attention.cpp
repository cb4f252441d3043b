#include "op/paged_attention.h"

#include <bit>
#include <cmath>

#include "base/number_text.h"
#include "kernel/attention.h"

namespace tegula::op {
namespace {

// Elements of a value: those of the cache, or the first of them.
Dim value_size(const Attrs& attrs, const Type& values) {
  int64_t size = attrs.integer("value_size");
  return size ? Dim(size) : values.shape[3];
}

}  // namespace

std::vector<Type> infer_paged_attention(const Infer& i) {
  const Type &q = i[0], &k = i[1], &v = i[2], &table = i[3], &starts = i[4], &lengths = i[5];
  Type like_keys = v;
  if (v.rank() == 4) like_keys.shape[3] = k.shape.back();
  if (q.rank() != 3 || k.rank() != 4 || k != like_keys || table.rank() != 2 || starts.rank() != 1 ||
      lengths.rank() != 1)
    i.error(
        "expected q [t, heads, d], caches [blocks, block_size, kv_heads, d] and [blocks, block_size, kv_heads, e], "
        "table [s, p], starts [s + 1], lengths [s], found ",
        text(q), ", ", text(k), ", ", text(v), ", ", text(table), ", ", text(starts), ", ", text(lengths));
  if (!(q.shape[2] == k.shape[3])) i.error("heads differ: ", text(q), " and ", text(k));
  if (!q.shape[1].is_constant() || !q.shape[2].is_constant() || !k.shape[2].is_constant() || !v.shape[3].is_constant())
    i.error("the heads of ", text(q), ", ", text(k), " and ", text(v), " must be of known number and size");
  i.integer("window", 0, INT32_MAX);
  Type out = q;
  out.shape[2] = value_size(i.attrs, v);
  if (out.shape[2].value() < 1 || out.shape[2].value() > v.shape[3].value())
    i.error("value_size is ", out.shape[2].text(), ", and the values are ", text(v));
  if (!(table.shape[0] == lengths.shape[0]) || !(starts.shape[0] == lengths.shape[0] + 1))
    i.error("table, starts and lengths are of different numbers of sequences: ", text(table), ", ", text(starts), ", ",
            text(lengths));
  if (!divides(k.shape[2], q.shape[1])) i.error(text(k), " has heads that do not divide those of ", text(q));
  if (i.operands.size() > 6 && i[6].shape != Shape{q.shape[1]})
    i.error("sinks is ", text(i[6]), ", expected one for each head of ", text(q));
  return {out};
}

namespace {

std::string number(double v) { return cpp_text(float(v)); }

// The score that a key's place adds. Slopes are 2^(-8 i / n) for n heads; beyond the largest power of two below n,
// those of twice as many heads that are not there yet.
std::string alibi_bias(const KernelCode& c, int64_t heads) {
  double factor = c.node.attrs.number("alibi");
  if (factor == 0) return "None{}";
  std::string_view type = info(c.node.attrs.get<DType>("alibi_dtype")).cpp;
  int64_t power = int64_t(std::bit_floor(uint64_t(heads)));
  std::string slopes;
  for (int64_t h = 0; h < heads; ++h) {
    double exponent = h < power ? double(h + 1) / double(power) : double(2 * (h - power) + 1) / double(2 * power);
    slopes += number(std::exp2(-8 * exponent)) + ", ";
  }
  return str("[=](i64, i64 h, i64 j) { constexpr f32 slopes[] = {", slopes, "}; return ", number(factor), " * f32(",
             type, "(f32(", type, "(slopes[h])) * f32(j))); }");
}

}  // namespace

KernelCall paged_attention_kernel(const KernelCode& c) {
  const Type &q = c.node.operand_type(0), &k = c.node.operand_type(1), &v = c.node.operand_type(2),
             &table = c.node.operand_type(3);
  const Attrs& a = c.node.attrs;
  const Dim &tokens = q.shape[0], &kv_heads = k.shape[2];
  auto cache = [&](int operand) {
    return str("PagedCache<", info(k.dtype).cpp, ", ", c.dim(kv_heads), ", ", c.dim((operand == 1 ? k : v).shape[3]),
               ">{", c.buffer(operand), ", ", c.buffer(3), ", ", c.dim(table.shape[1]), ", ", c.dim(k.shape[1]), ", ",
               c.dim(k.shape[0]), "}");
  };
  std::string batch = str("RaggedBatch{{", c.buffer(4), ", ", c.dim(table.shape[0]), ", ", c.dim(tokens), "}, ",
                          c.buffer(5), ", ", c.dim(table.shape[1]), " * ", c.dim(k.shape[1]), "}");
  std::string options = str("AttentionOptions{", number(a.number("scale")), ", true, ", a.integer("window"), ", ",
                            number(a.number("soft_cap")), "}");
  std::string text =
      str("attention<", c.dim(q.shape[1]), ", ", c.dim(kv_heads), ", ", c.dim(q.shape[2]), ", ",
          c.dim(value_size(a, v)), ">(blocks, ", batch, ", ", c.dim(tokens), ", ", options, ", ", c.load(0), ", ",
          cache(1), ", ", cache(2), ", ", c.node.operands.size() > 6 ? c.load(6) : "None{}", ", ",
          alibi_bias(c, q.shape[1].value()), ", ", c.store(0), ");");
  return {"kernel/attention.h", kernel::attention_blocks(tokens, kv_heads), text};
}

}  // namespace tegula::op
