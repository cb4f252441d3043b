#include "reference.h"

#include <algorithm>

#include "base/error.h"
#include "graph/copy.h"
#include "op/composite.h"

namespace tegula::reference {
namespace {

Arrays run(const Graph& graph, const Arrays& parameters, const Bindings& symbols, bool expand_first);

// Element i of axis 0, and the elements as an array again.
Array element(const Array& x, int64_t i) {
  Array out(x.dtype, {x.shape.begin() + 1, x.shape.end()});
  std::copy_n(x.data.begin() + i * out.size(), out.size(), out.data.begin());
  return out;
}
Arrays run_scan(const Node& n, const Arrays& in, const Bindings& symbols) {
  size_t carries = size_t(n.attrs.integer("carries")), walked = in.size() - size_t(n.attrs.integer("constants"));
  Call call{n, in, symbols};
  Arrays now(in.begin(), in.begin() + int64_t(carries)), out;
  for (size_t r = 0; r < n.results.size(); ++r) out.push_back(call.result(r));
  int64_t length = call.dim(n.attrs.dims("length")[0]);
  for (int64_t step = 0; step < length; ++step) {
    int64_t at = n.attrs.boolean("reverse") ? length - 1 - step : step;
    Arrays given = now;
    for (size_t k = carries; k < in.size(); ++k) given.push_back(k < walked ? element(in[k], at) : in[k]);
    Arrays got = run(n.attrs.graph("body"), given, symbols, false);
    for (size_t r = 0; r < out.size(); ++r)
      if (r < carries) now[r] = got[r];
      else std::copy(got[r].data.begin(), got[r].data.end(), out[r].data.begin() + at * got[r].size());
  }
  std::copy(now.begin(), now.end(), out.begin());
  return out;
}

// Control flow, and what has no reference of its own: its expansion.
Arrays run_node(const Node& n, const Arrays& in, const Bindings& symbols, bool expand_first) {
  auto graph = [&](const char* attr) -> const Graph& { return n.attrs.graph(attr); };
  if (n.op->name == "call") return run(graph("graph"), in, symbols, false);
  if (n.op->name == "cond") {
    bool holds = in[0].at({}) != Complex(0);
    return run(graph(holds ? "then" : "otherwise"), Arrays(in.begin() + 1, in.end()), symbols, false);
  }
  if (n.op->name == "while_loop") {
    Arrays now = in;
    while (run(graph("condition"), now, symbols, false)[0].at({}) != Complex(0)) {
      Arrays next = run(graph("body"), now, symbols, false);
      std::move(next.begin(), next.end(), now.begin());
    }
    now.resize(n.results.size());
    return now;
  }
  if (n.op->name == "scan") return run_scan(n, in, symbols);
  auto own = table().find(n.op->name);
  if (own != table().end() && !(expand_first && n.op->expand)) return own->second({n, in, symbols});
  check(n.op->expand, n.op->name, " has neither a reference nor an expansion");
  Graph inner;
  Values parameters;
  for (Value v : n.operands) parameters.push_back(inner.parameter(str("x", parameters.size()), v.type()));
  inner.set_results(n.op->kernel ? op::expanded(n, parameters) : n.op->expand(n, parameters));
  return run(inner, in, symbols, false);
}

Arrays run(const Graph& graph, const Arrays& parameters, const Bindings& symbols, bool expand_first) {
  std::map<int32_t, Array> values;
  for (size_t i = 0; i < parameters.size(); ++i) values[graph.parameters()[i].value.id] = parameters[i];
  for (const Node& n : graph.nodes()) {
    Arrays in;
    for (Value v : n.operands) in.push_back(values.at(v.id));
    Arrays out = run_node(n, in, symbols, expand_first);
    check(out.size() == n.results.size(), n.op->name, ": the reference gives ", out.size(), " arrays");
    for (size_t i = 0; i < out.size(); ++i) {
      Index shape = Call{n, in, symbols}.dims(n.result_type(i).shape);
      check(out[i].shape == shape && out[i].dtype == n.result_type(i).dtype, n.op->name, ": the reference gives ",
            text(out[i]), " for ", text(n.result_type(i)));
      values[n.results[i].id] = std::move(out[i]);
    }
  }
  Arrays results;
  for (Value v : graph.results()) results.push_back(values.at(v.id));
  return results;
}

}  // namespace

size_t Call::axis() const {
  int64_t a = node.attrs.integer("axis");
  return size_t(a < 0 ? a + in[0].rank() : a);
}

std::vector<size_t> Call::axes() const {
  std::vector<size_t> out;
  for (int64_t a : node.attrs.ints("axes")) out.push_back(size_t(a < 0 ? a + in[0].rank() : a));
  if (out.empty())
    for (size_t a = 0; a < in[0].shape.size(); ++a) out.push_back(a);
  return out;
}

const Table& table() {
  static const Table all = [] {
    Table t;
    add_elementwise(t), add_shape_ops(t), add_reductions(t), add_indexing(t), add_linear(t), add_random(t),
        add_attention(t);
    return t;
  }();
  return all;
}

Bindings bind(const Graph& graph, const Arrays& parameters) {
  Bindings symbols;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Shape& shape = graph.parameters()[i].value.shape();
    check(shape.size() == parameters[i].shape.size(), "parameter ", i, " is ", text(parameters[i]));
    for (size_t a = 0; a < shape.size(); ++a)
      if (!shape[a].is_constant()) symbols.emplace(shape[a].text(), parameters[i].shape[a]);
  }
  return symbols;
}

Arrays evaluate(const Graph& graph, const Arrays& parameters, bool expand_first) {
  return run(graph, parameters, bind(graph, parameters), expand_first);
}

}  // namespace tegula::reference
