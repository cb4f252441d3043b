#include "op/while_loop.h"

#include "graph/copy.h"

namespace tegula::op {

Values simplify_while_loop(const Node& loop, std::span<const Value> x) {
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
  const Values& last = while_loop.all(operands, {{"condition", reordered(condition, [](size_t) { return true; })},
                                                 {"body", reordered(body, changes)},
                                                 {"constants", int64_t(x.size() - carried)}});
  for (size_t i = 0, next = 0; i < body.results().size(); ++i) out.push_back(changes(i) ? last[next++] : x[i]);
  return out;
}

}  // namespace tegula::op
