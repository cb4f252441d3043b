#include "tensor/vjp.h"

#include <map>

#include "graph/copy.h"
#include "graph/op.h"
#include "op/axis.h"
#include "op/call.h"
#include "op/composite.h"
#include "op/operators.h"
#include "tensor/vjp_control.h"

namespace tegula {
namespace {

// Cotangents of values, by value; accumulated where a value is used more than once.
using Cotangents = std::map<int32_t, Value>;

Cotangents backward(Graph& graph, size_t first, Cotangents given, std::span<const Value> wrt);

void accumulate(Cotangents& into, Value v, Value ct) {
  check(ct.dtype() == v.dtype(), "a cotangent of ", text(v.type()), " is ", text(ct.type()));
  ct = op::sum_to(ct, v.shape());
  Value& have = into[v.id];
  have = have ? have + ct : ct;
}

// The node's operands' cotangents by its rule, or by what it expands to: of a widened node, which goes by its rule
// then.
void propagate(Graph& graph, const Node& node, const Cotangents& given, Cotangents& into) {
  Values cotangents;
  for (Value r : node.results) {
    auto at = given.find(r.id);
    cotangents.push_back(at != given.end() ? at->second : op::zeros(graph, r.type()));
  }
  Vjp v{node, node.operands, node.results, cotangents};
  const auto control = vjp_of_control(*node.op);
  const bool is_widened = !control && op::is_widened(node);
  if (control || (node.op->vjp && !is_widened)) {
    Values found = control ? control(v) : op::cotangents_by_rule(v);
    check(found.size() <= node.operands.size(), node.op->name, ": its rule gave ", found.size(), " cotangents");
    for (size_t i = 0; i < found.size(); ++i)
      if (found[i] && takes_cotangent(node.operands[i])) accumulate(into, node.operands[i], found[i]);
  } else if (is_widened || node.op->expand || node.op == &op::call) {
    size_t first = graph.nodes().size();
    Values again = node.op == &op::call ? append_graph(graph, node.attrs.graph("graph"), node.operands)
                                        : op::expanded(node, node.operands);
    Cotangents seeds;
    for (size_t i = 0; i < again.size(); ++i)
      if (takes_cotangent(again[i])) accumulate(seeds, again[i], cotangents[i]);
    for (auto& [id, ct] : backward(graph, first, std::move(seeds), node.operands))
      if (id >= 0) accumulate(into, graph.value(id), ct);
  } else if (node.op->name == "while_loop") {
    fail("while_loop: has no gradient, because how often it runs is not known beforehand");
  } else {
    fail(node.op->name, ": has no gradient");
  }
}

// Walks the nodes from number `first` back; gives the cotangents of the values in wrt that have one.
Cotangents backward(Graph& graph, size_t first, Cotangents given, std::span<const Value> wrt) {
  size_t end = graph.nodes().size();
  std::map<int32_t, bool> active;  // depends on wrt
  for (Value v : wrt) active[v.id] = takes_cotangent(v);
  auto is_active = [&](Value v) {
    auto at = active.find(v.id);
    return at != active.end() && at->second;
  };
  for (size_t n = first; n < end; ++n) {
    const Node& node = graph.nodes()[n];
    bool depends = false;
    for (Value v : node.operands) depends = depends || is_active(v);
    for (Value r : node.results)
      if (depends && node.op->differentiable && takes_cotangent(r)) active[r.id] = true;
  }
  std::string location = graph.location();
  for (size_t n = end; n-- > first;) {
    const Node& node = graph.nodes()[n];
    bool reached = false;
    for (Value r : node.results) reached = reached || (is_active(r) && given.contains(r.id));
    bool depends = false;
    for (Value v : node.operands) depends = depends || is_active(v);
    if (!reached || !depends || !node.op->differentiable) continue;
    graph.set_location(node.location.empty() ? "vjp" : node.location + " vjp");
    Cotangents more;
    propagate(graph, node, given, more);
    for (auto& [id, ct] : more)
      if (is_active(graph.value(id))) accumulate(given, graph.value(id), ct);
  }
  graph.set_location(location);
  Cotangents out;
  for (Value v : wrt)
    if (auto at = given.find(v.id); at != given.end()) out[v.id] = at->second;
  return out;
}

}  // namespace

bool takes_cotangent(Value v) { return is_float(v.dtype()) || is_complex(v.dtype()); }

Values vjp(std::span<const Value> results, std::span<const Value> cotangents, std::span<const Value> wrt) {
  check(results.size() == cotangents.size(), "vjp: ", results.size(), " results, ", cotangents.size(), " cotangents");
  if (wrt.empty()) return {};
  Graph& graph = *wrt[0].graph;
  for (Value v : wrt)
    if (!takes_cotangent(v)) fail("vjp: ", text(v.type()), " has no gradient; only floats and complex numbers have");
  Cotangents given;
  for (size_t i = 0; i < results.size(); ++i) {
    if (!takes_cotangent(results[i])) continue;
    if (cotangents[i].type() != results[i].type())
      fail("vjp: the cotangent of ", text(results[i].type()), " is ", text(cotangents[i].type()));
    accumulate(given, results[i], cotangents[i]);
  }
  Cotangents found = backward(graph, 0, std::move(given), wrt);
  Values out;
  for (Value v : wrt) {
    auto at = found.find(v.id);
    out.push_back(at != found.end() ? at->second : op::zeros(graph, v.type()));
  }
  return out;
}

Values grad(Value loss, std::span<const Value> wrt) {
  if (loss.rank() != 0 || !is_float(loss.dtype()))
    fail("grad: the loss is ", text(loss.type()), ", expected a 0-d float");
  Value one = scalar_like(loss, 1);
  return vjp({&loss, 1}, {&one, 1}, wrt);
}

}  // namespace tegula
