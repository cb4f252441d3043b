#include "graph/copy.h"

#include <algorithm>

#include "base/error.h"
#include "graph/op.h"

namespace tegula {

Values append_graph(Graph& into, const Graph& from, std::span<const Value> arguments) {
  check(arguments.size() == from.parameters().size(), "@", from.name(), ": ", arguments.size(), " arguments");
  std::vector<Value> now(size_t(from.num_values()));
  auto mapped = [&](const Values& old) {
    Values out;
    for (Value v : old) out.push_back(now[size_t(v.id)]);
    return out;
  };
  for (size_t i = 0; i < arguments.size(); ++i) now[size_t(from.parameters()[i].value.id)] = arguments[i];
  std::vector<bool> needed = needed_values(from, from.results());
  for (const Node& n : from.nodes()) {
    if (std::none_of(n.results.begin(), n.results.end(), [&](Value v) { return needed[size_t(v.id)]; })) continue;
    Scope scope(into, n.location);
    const Values& results = into.append(*n.op, mapped(n.operands), n.attrs);
    for (size_t i = 0; i < results.size(); ++i) now[size_t(n.results[i].id)] = results[i];
  }
  return mapped(from.results());
}

std::vector<bool> needed_values(const Graph& graph, std::span<const Value> results) {
  std::vector<bool> needed(size_t(graph.num_values()));
  auto mark = [&](std::span<const Value> values) {
    for (Value v : values) needed[size_t(v.id)] = true;
  };
  mark(results);
  for (auto n = graph.nodes().rbegin(); n != graph.nodes().rend(); ++n)
    if (std::any_of(n->results.begin(), n->results.end(), [&](Value v) { return needed[size_t(v.id)]; }))
      mark(n->operands);
  return needed;
}

}  // namespace tegula
