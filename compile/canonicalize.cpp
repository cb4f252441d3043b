// canonicalize: rules on single nodes that never change a value, so that later passes meet fewer forms.
#include <algorithm>
#include <cmath>

#include "compile/passes.h"
#include "graph/copy.h"
#include "op/list.h"

namespace tegula {
namespace {

// The 0-d literal that `v` certainly is, everywhere.
const Literal* literal_of(Value v) {
  while (v.node() && v.node()->op == &op::broadcast_to) v = v.node()->operands[0];
  if (!v.node() || v.node()->op != &op::constant) return nullptr;
  const Literal& l = v.node()->attrs.get<Literal>("value");
  return l.type.shape.empty() ? &l : nullptr;
}

bool is_scalar(Value v, double x) {
  const Literal* l = literal_of(v);
  return l && !is_complex(l->type.dtype) && literal_element(*l, 0) == x;
}

// x * 1, x / 1, x - 0: exact for every x. (x + 0 is not: -0 + 0 is +0.)
Values identity(const Node& n, const Values& x) {
  auto same = [&](Value v) { return v.type() == n.result_type(); };
  if (n.op == &op::mul) {
    if (is_scalar(x[1], 1) && same(x[0])) return {x[0]};
    if (is_scalar(x[0], 1) && same(x[1])) return {x[1]};
  }
  if (n.op == &op::div && is_scalar(x[1], 1) && same(x[0])) return {x[0]};
  if (n.op == &op::sub && is_scalar(x[1], 0) && !std::signbit(literal_element(*literal_of(x[1]), 0)) && same(x[0]))
    return {x[0]};
  return {};
}

bool is_view(const Node& n) { return n.op == &op::reshape || n.op == &op::broadcast_to; }

// Transposes join, and vanish where they leave every axis in place.
Values transposed(Value x, std::vector<int64_t> axes) {
  if (x.node() && x.node()->op == &op::transpose) {
    std::vector<int64_t> first = op::permutation(x.node()->attrs, x.rank());
    for (int64_t& a : axes) a = first[size_t(a)];
    x = x.node()->operands[0];
  }
  if (std::is_sorted(axes.begin(), axes.end())) return {x};
  return {op::transpose(x, {{"axes", axes}})};
}

// What a loop carries but never changes becomes one of its constants: it is read where it is, and its result is what
// was given.
Values with_constants(const Node& loop, const Values& x) {
  const Graph &condition = loop.attrs.graph("condition"), &body = loop.attrs.graph("body");
  auto changes = [&](size_t i) {
    return i < body.results().size() && !(body.results()[i] == body.parameters()[i].value);
  };
  std::vector<size_t> order;
  for (size_t i = 0; i < x.size(); ++i)
    if (changes(i)) order.push_back(i);
  const size_t carried = order.size();
  if (carried == body.results().size()) return {};
  for (size_t i = 0; i < x.size(); ++i)
    if (!changes(i)) order.push_back(i);
  auto reordered = [&](const Graph& from, auto keeps) {
    auto g = std::make_shared<Graph>(from.name());
    Values inside(x.size()), results;
    for (size_t i : order) inside[i] = g->parameter(str("x", i), x[i].type());
    Values all = append_graph(*g, from, inside);
    for (size_t i = 0; i < all.size(); ++i)
      if (keeps(i)) results.push_back(all[i]);
    g->set_results(results);
    return GraphRef(g);
  };
  Values operands, out;
  for (size_t i : order) operands.push_back(x[i]);
  const Values& last = op::while_loop.all(operands, {{"condition", reordered(condition, [](size_t) { return true; })},
                                                     {"body", reordered(body, changes)},
                                                     {"constants", int64_t(x.size() - carried)}});
  for (size_t i = 0, next = 0; i < body.results().size(); ++i) out.push_back(changes(i) ? last[next++] : x[i]);
  return out;
}

}  // namespace

GraphPtr canonicalize(const Graph& graph) {
  return rewrite(graph, [](const Node& n, Rewrite& r) -> Values {
    Values x = r[n.operands];
    if (n.op == &op::cast && x[0].type() == n.result_type()) return {x[0]};
    if (is_view(n) && x[0].type() == n.result_type()) return {x[0]};
    if (n.op == &op::while_loop) return with_constants(n, x);
    if (n.op == &op::transpose) return transposed(x[0], op::permutation(n.attrs, x[0].rank()));
    if (is_view(n) && x[0].node() && x[0].node()->op == n.op) return {(*n.op)(x[0].node()->operands[0], n.attrs)};
    return identity(n, x);
  });
}

}  // namespace tegula
