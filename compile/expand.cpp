// expand: composites into primitives. A composite's own expansion may hold composites: rules call ops, not passes.
#include "base/error.h"
#include "compile/passes.h"
#include "op/composite.h"

namespace tegula {
namespace {

// A kernel's expansion is for the transforms.
bool is_expanded(const Node& n) { return op::is_composite(n) || op::is_widened(n); }

// The values of a graph's results where it stands in another, with these as its parameters.
Values inlined(const Graph& inner, const Values& given, Rewrite& r) {
  std::vector<Value> mapped(size_t(inner.num_values()));
  for (size_t i = 0; i < given.size(); ++i) mapped[size_t(inner.parameters()[i].value.id)] = given[i];
  auto of = [&](const Values& old) {
    Values out;
    for (Value v : old) out.push_back(mapped[size_t(v.id)]);
    return out;
  };
  for (const Node& n : inner.nodes()) {
    Scope scope(r.out(), n.location.empty() ? inner.name() : n.location);
    const Values& results = r.out().append(*n.op, of(n.operands), n.attrs);
    for (size_t i = 0; i < results.size(); ++i) mapped[size_t(n.results[i].id)] = results[i];
  }
  return of(inner.results());
}

}  // namespace

GraphPtr expand(const Graph& graph) {
  GraphPtr out = rewrite(graph, [](const Node& node, Rewrite& r) -> Values {
    if (node.op->facts.inlines) return inlined(node.attrs.graph("graph"), r[node.operands], r);
    if (!is_expanded(node)) return {};
    Scope scope(r.out(), node.op->name);
    return op::expanded(node, r[node.operands]);
  });
  for (const Node& n : out->nodes())
    if (is_expanded(n) || n.op->facts.inlines) return expand(*out);
  return out;
}

}  // namespace tegula
