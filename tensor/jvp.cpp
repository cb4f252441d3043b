#include "tensor/jvp.h"

#include <map>

#include "graph/copy.h"
#include "op/axis.h"
#include "op/call.h"
#include "op/composite.h"
#include "op/cond.h"
#include "op/operators.h"
#include "op/scan.h"
#include "op/while_loop.h"
#include "tensor/vjp.h"

namespace tegula {
namespace {

void append(Values& to, std::span<const Value> more) { to.insert(to.end(), more.begin(), more.end()); }

// Tangents of a node's results from those of its operands; "no value" is zero, in both.
class Forward {
 public:
  explicit Forward(Graph& graph) : graph_(graph) {}

  Values node(const Node& n, const Values& tangents) {
    if (n.op == &op::call) return call(n, tangents);
    if (n.op == &op::cond) return cond(n, tangents);
    if (n.op == &op::while_loop) return while_loop(n, tangents);
    if (n.op == &op::scan) return scan(n, tangents);
    if (n.op->expand && !n.op->vjp) return by_expansion(n, tangents);
    return by_gradient(n, tangents);
  }

 private:
  static Values present(std::span<const Value> values) {
    Values out;
    for (Value v : values)
      if (v) out.push_back(v);
    return out;
  }
  Value full(Value tangent, Value of) { return tangent ? tangent : op::zeros(graph_, of.type()); }
  // For each of `like` the next value where it has a tangent.
  static Values spread(std::span<const Value> values, const Values& like) {
    Values out;
    size_t next = 0;
    for (Value v : like) out.push_back(takes_cotangent(v) ? values[next++] : Value());
    return out;
  }

  // The tangents of a body's results: a graph of x.. and then t.. of those x that have one.
  static GraphRef tangents_of(const Graph& body, const Values& tangents) {
    auto g = std::make_shared<Graph>(body.name() + "_jvp");
    Values x, wrt, t;
    for (const Parameter& p : body.parameters()) x.push_back(g->parameter(str("x", x.size()), p.value.type()));
    for (size_t i = 0; i < x.size(); ++i)
      if (tangents[i]) wrt.push_back(x[i]), t.push_back(g->parameter(str("t", i), x[i].type()));
    g->set_results(present(jvp(append_graph(*g, body, x), wrt, t)));
    return g;
  }

  Values call(const Node& n, const Values& tangents) {
    Values x = n.operands;
    append(x, present(tangents));
    return spread(append_graph(graph_, *tangents_of(n.attrs.graph("graph"), tangents), x), n.results);
  }

  Values cond(const Node& n, const Values& tangents) {
    Values x = n.operands, inner(tangents.begin() + 1, tangents.end());
    append(x, present(inner));
    Attrs attrs = n.attrs;
    for (const char* branch : {"then", "otherwise"}) attrs.set(branch, tangents_of(n.attrs.graph(branch), inner));
    return spread(op::cond.all(x, attrs), n.results);
  }

  // A loop's operands come in parts (what is carried, what is walked, constants): each part of `ends` becomes its
  // values and then their tangents, and so do the body's results: what is carried, then what is stacked.
  struct Loop {
    Values operands;
    std::vector<size_t> sizes;  // of the parts
    std::shared_ptr<Graph> body;
    Values tangents;  // of the results, in the body's results' order
  };
  Loop loop(const Node& n, const Graph& body, const Values& tangents, const std::vector<size_t>& ends) {
    Loop out{{}, {}, std::make_shared<Graph>(body.name() + "_jvp"), {}};
    Values x, t, wrt;
    size_t first = 0;
    for (size_t end : ends) {
      const size_t before = out.operands.size();
      auto declare = [&](char kind, size_t i, Value of) {
        out.operands.push_back(of);
        return out.body->parameter(str(kind, i), body.parameters()[i].value.type());
      };
      for (size_t i = first; i < end; ++i) x.push_back(declare('x', i, n.operands[i]));
      for (size_t i = first; i < end; ++i) {
        bool carried = first == 0 && takes_cotangent(n.operands[i]);
        if (tangents[i] || carried) wrt.push_back(x[i]), t.push_back(declare('t', i, full(tangents[i], n.operands[i])));
      }
      out.sizes.push_back(out.operands.size() - before), first = end;
    }
    const Values y = append_graph(*out.body, body, x), of_y = jvp(y, wrt, t);
    Values results;
    for (auto [from, to] : {std::pair(size_t(0), ends[0]), {ends[0], y.size()}}) {
      append(results, std::span(y).subspan(from, to - from));
      append(results, present(std::span(of_y).subspan(from, to - from)));
    }
    out.body->set_results(results);
    return out;
  }
  // Of a loop's results those that are tangents, for each result of the node that has one.
  static Values tangents_among(std::span<const Value> all, const Values& results, size_t carries) {
    Values out;
    size_t at = 0;
    for (auto [from, to] : {std::pair(size_t(0), carries), {carries, results.size()}}) {
      at += to - from;
      for (size_t i = from; i < to; ++i) out.push_back(takes_cotangent(results[i]) ? all[at++] : Value());
    }
    return out;
  }

  // The tangents are more of what the loop carries; its condition does not look at them.
  Values while_loop(const Node& n, const Values& tangents) {
    const size_t carries = n.results.size();
    const Graph& condition = n.attrs.graph("condition");
    Loop l = loop(n, n.attrs.graph("body"), tangents, {carries, n.operands.size()});
    auto goes_on = std::make_shared<Graph>(condition.name() + "_jvp");
    Values inside, x;
    for (Value v : l.operands) inside.push_back(goes_on->parameter(str("x", inside.size()), v.type()));
    append(x, std::span(inside).first(carries));
    append(x, std::span(inside).subspan(l.sizes[0], n.operands.size() - carries));
    goes_on->set_results(append_graph(*goes_on, condition, x));
    return tangents_among(op::while_loop.all(l.operands, {{"condition", GraphRef(goes_on)},
                                                          {"body", GraphRef(l.body)},
                                                          {"constants", int64_t(l.sizes[1])}}),
                          n.results, carries);
  }

  Values scan(const Node& n, const Values& tangents) {
    const op::ScanParts p(n.attrs);
    Loop l = loop(n, p.body, tangents, {p.carries, p.carries + p.walked(), n.operands.size()});
    Attrs attrs = n.attrs;
    attrs.set("body", GraphRef(l.body));
    attrs.set("carries", int64_t(l.sizes[0])), attrs.set("constants", int64_t(l.sizes[2]));
    return tangents_among(op::scan.all(l.operands, attrs), n.results, p.carries);
  }

  // The tangents of what it expands to.
  Values by_expansion(const Node& n, const Values& tangents) {
    Graph inner(std::string(n.op->name));
    Values x;
    for (Value v : n.operands) x.push_back(inner.parameter(str("x", x.size()), v.type()));
    inner.set_results(op::expanded(n, x));
    Values arguments = n.operands;
    append(arguments, present(tangents));
    return spread(append_graph(graph_, *tangents_of(inner, tangents), arguments), n.results);
  }

  // The vjp of the node's vjp with respect to the cotangents, in a graph of its own: what only led there is left out.
  // Any cotangents do, for what comes out does not depend on them.
  Values by_gradient(const Node& n, const Values& tangents) {
    Graph g(std::string(n.op->name));
    Values x, t, wrt;
    for (Value v : n.operands) x.push_back(g.parameter(str("x", x.size()), v.type()));
    for (size_t i = 0; i < x.size(); ++i)
      if (tangents[i]) wrt.push_back(x[i]), t.push_back(g.parameter(str("t", i), x[i].type()));
    const Values y = g.append(*n.op, x, n.attrs);
    Values cotangents, of_floats;
    for (Value r : y) {
      cotangents.push_back(takes_cotangent(r) ? op::zeros(g, r.type()) : Value());
      if (takes_cotangent(r)) of_floats.push_back(cotangents.back());
    }
    g.set_results(vjp(vjp(y, cotangents, wrt), t, of_floats));
    Values arguments = n.operands;
    append(arguments, present(tangents));
    return spread(append_graph(graph_, g, arguments), n.results);
  }

  Graph& graph_;
};

}  // namespace

Values jvp(std::span<const Value> results, std::span<const Value> wrt, std::span<const Value> tangents) {
  check(wrt.size() == tangents.size(), "jvp: ", wrt.size(), " values, ", tangents.size(), " tangents");
  if (results.empty()) return {};
  Graph& graph = *results[0].graph;
  std::map<int32_t, Value> known;
  for (size_t k = 0; k < wrt.size(); ++k) {
    if (!takes_cotangent(wrt[k]))
      fail("jvp: ", text(wrt[k].type()), " has no tangent; only floats and complex numbers have");
    if (tangents[k].type() != wrt[k].type())
      fail("jvp: the tangent of ", text(wrt[k].type()), " is ", text(tangents[k].type()));
    Value& have = known[wrt[k].id];
    have = have ? have + tangents[k] : tangents[k];
  }
  const std::vector<bool> needed = needed_values(graph, results);
  std::string location = graph.location();
  const size_t end = graph.nodes().size();
  for (size_t i = 0; i < end; ++i) {
    const Node& n = graph.nodes()[i];
    if (!n.op->differentiable) continue;
    Values given;
    bool depends = false, wanted = false;
    for (Value v : n.operands) {
      auto at = known.find(v.id);
      given.push_back(at != known.end() && takes_cotangent(v) ? at->second : Value());
      depends = depends || given.back();
    }
    for (Value r : n.results) wanted = wanted || (needed[size_t(r.id)] && takes_cotangent(r) && !known.contains(r.id));
    if (!depends || !wanted) continue;
    graph.set_location(n.location.empty() ? "jvp" : n.location + " jvp");
    Values found = Forward(graph).node(n, given);
    for (size_t r = 0; r < found.size(); ++r)
      if (found[r]) known.try_emplace(n.results[r].id, found[r]);
  }
  graph.set_location(location);
  Values out;
  for (Value r : results) {
    auto at = known.find(r.id);
    out.push_back(!takes_cotangent(r) ? Value() : at != known.end() ? at->second : op::zeros(graph, r.type()));
  }
  return out;
}

}  // namespace tegula
