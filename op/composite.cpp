#include "op/composite.h"

#include <algorithm>

#include "op/axis.h"
#include "op/cast.h"

namespace tegula::op {
namespace {

bool is_16_bit(Value v) { return v.dtype() == DType::kF16 || v.dtype() == DType::kBF16; }
bool any_16_bit(const Values& values) { return std::any_of(values.begin(), values.end(), is_16_bit); }

// How often elements are rounded to 16 bits in what the node expands to. Ops that only re-read an operand do not round.
int count_roundings(const Node& node) {
  Graph inner(std::string(node.op->name));
  Values x;
  for (Value v : node.operands) x.push_back(inner.parameter(str("x", x.size()), v.type()));
  node.op->expand(node, x);
  int count = 0;
  for (const Node& n : inner.nodes())
    if (is_composite(n)) count += count_roundings(n);
    else if (!n.op->element) count += any_16_bit(n.results);
  return count;
}

Value in_f32(Value v) { return is_16_bit(v) ? cast(v, {{"to", DType::kF32}}) : v; }
Values in_f32(std::span<const Value> values) {
  Values out;
  for (Value v : values) out.push_back(v ? in_f32(v) : v);
  return out;
}
Value in_dtype(Value v, DType dtype) { return v.dtype() == dtype ? v : cast(v, {{"to", dtype}}); }

// Does the gradient rule round to 16 bits what it has rounded before? Constants and zeros are not counted.
bool rounds_on_the_way(const Vjp& v) {
  Graph inner(std::string(v.node.op->name));
  auto parameters = [&](std::span<const Value> like) {
    Values out;
    for (Value x : like) out.push_back(inner.parameter(str("x", inner.parameters().size()), x.type()));
    return out;
  };
  const Node node{v.node.op, parameters(v.operands), v.node.attrs, parameters(v.results), {}};
  const Values cotangents = parameters(v.cotangents);
  v.node.op->vjp({node, node.operands, node.results, cotangents});
  std::vector<bool> rounded(size_t(inner.num_values()));
  for (const Node& n : inner.nodes()) {
    bool again = std::any_of(n.operands.begin(), n.operands.end(),
                             [&](Value x) { return is_16_bit(x) && rounded[size_t(x.id)]; });
    bool rounds =
        !n.operands.empty() && any_16_bit(n.results) && (is_composite(n) ? count_roundings(n) > 0 : !n.op->element);
    if (rounds && again) return true;
    for (Value r : n.results) rounded[size_t(r.id)] = rounds || again;
  }
  return false;
}

}  // namespace

bool is_composite(const Node& node) {
  if (!node.op->expand) return false;
  auto is_f64 = [](Value v) { return v.dtype() == DType::kF64; };
  return !node.op->kernel || std::any_of(node.operands.begin(), node.operands.end(), is_f64);
}

bool is_widened(const Node& node) {
  if (!any_16_bit(node.operands)) return false;
  if (node.op->kernel) return node.op->rounds_often && node.op->rounds_often(node.attrs);
  return node.op->expand && count_roundings(node) > 1;
}

Values widened(const Node& node, std::span<const Value> operands) {
  Values results = node.op->all(in_f32(operands), node.attrs);
  for (size_t i = 0; i < results.size(); ++i) results[i] = in_dtype(results[i], node.results[i].dtype());
  return results;
}

Values cotangents_by_rule(const Vjp& v) {
  const Op& op = *v.node.op;
  const bool has_16_bit = any_16_bit(v.node.operands) || any_16_bit(v.node.results);
  const bool in_place_of_kernel = op.kernel && op.expand;
  if (!has_16_bit || (!in_place_of_kernel && !rounds_on_the_way(v))) return op.vjp(v);
  const Node wide{&op, in_f32(v.operands), v.node.attrs, in_f32(v.results), v.node.location};
  const Values cotangents = in_f32(v.cotangents);
  Values found = op.vjp({wide, wide.operands, wide.results, cotangents});
  for (size_t i = 0; i < found.size(); ++i)
    if (found[i]) found[i] = in_dtype(sum_to(found[i], v.operands[i].shape()), v.operands[i].dtype());
  return found;
}

Values expanded(const Node& node, std::span<const Value> operands) {
  const bool in_place_of_kernel = node.op->kernel && any_16_bit(node.operands);
  return in_place_of_kernel || is_widened(node) ? widened(node, operands) : node.op->expand(node, operands);
}

}  // namespace tegula::op
