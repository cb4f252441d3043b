// canonicalize: rules on single nodes that never change a value, so that later passes meet fewer forms.
// What an op's own forms are is its rule (Op::simplify); what is true of arithmetic is among its facts.
#include <cmath>

#include "compile/passes.h"
#include "graph/op.h"

namespace tegula {
namespace {

// Is every element of v certainly this number, with its sign?
bool is_everywhere(Value v, double x) {
  while (v.node() && v.node()->op->facts.moves) v = v.node()->operands[0];
  const Literal* l = v.node() ? literal_of(*v.node()) : nullptr;
  if (!l || !l->type.shape.empty() || is_complex(l->type.dtype)) return false;
  const double found = literal_element(*l, 0);
  return found == x && std::signbit(found) == std::signbit(x);
}

// x * 1, x / 1, x - 0: exact for every x. (x + 0 is not: -0 + 0 is +0.)
Values without_neutral(const Node& n, const Values& x) {
  const Facts& facts = n.op->facts;
  if (!facts.neutral) return {};
  auto is_alone = [&](size_t kept, size_t left_out) {
    return x[kept].type() == n.result_type() && is_everywhere(x[left_out], *facts.neutral);
  };
  if (is_alone(0, 1)) return {x[0]};
  if (facts.commutes && is_alone(1, 0)) return {x[1]};
  return {};
}

}  // namespace

GraphPtr canonicalize(const Graph& graph) {
  return rewrite(graph, [](const Node& n, Rewrite& r) -> Values {
    const Values x = r[n.operands];
    if (n.op->simplify)
      if (Values simpler = n.op->simplify(n, x); !simpler.empty()) return simpler;
    return without_neutral(n, x);
  });
}

}  // namespace tegula
