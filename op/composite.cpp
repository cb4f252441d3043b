#include "op/composite.h"

#include <algorithm>

#include "op/cast.h"

namespace tegula::op {
namespace {

bool is_16_bit(DType d) { return d == DType::kF16 || d == DType::kBF16; }

// How often elements are rounded to 16 bits in what the node expands to. Ops that only re-read an operand do not round.
int count_roundings(const Node& node) {
  Graph inner(std::string(node.op->name));
  Values x;
  for (Value v : node.operands) x.push_back(inner.parameter(str("x", x.size()), v.type()));
  node.op->expand(node, x);
  int count = 0;
  for (const Node& n : inner.nodes())
    if (n.op->expand) count += count_roundings(n);
    else if (!n.op->element)
      count += std::any_of(n.results.begin(), n.results.end(), [](Value v) { return is_16_bit(v.dtype()); });
  return count;
}

}  // namespace

bool is_widened(const Node& node) {
  bool has_16_bit =
      std::any_of(node.operands.begin(), node.operands.end(), [](Value v) { return is_16_bit(v.dtype()); });
  return node.op->expand && has_16_bit && count_roundings(node) > 1;
}

Values widened(const Node& node, std::span<const Value> operands) {
  Values x;
  for (Value v : operands) x.push_back(is_16_bit(v.dtype()) ? cast(v, {{"to", DType::kF32}}) : v);
  Values results = node.op->all(x, node.attrs);
  for (size_t i = 0; i < results.size(); ++i)
    if (results[i].dtype() != node.results[i].dtype()) results[i] = cast(results[i], {{"to", node.results[i].dtype()}});
  return results;
}

Values expanded(const Node& node, std::span<const Value> operands) {
  return is_widened(node) ? widened(node, operands) : node.op->expand(node, operands);
}

}  // namespace tegula::op
