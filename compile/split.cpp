// split: ops that few cores could share out, such as the sum of a whole array, into parts side by side and what joins
// them. What an op's parts are is the op's own rule (Op::split).
#include "compile/passes.h"
#include "graph/op.h"

namespace tegula {

GraphPtr split(const Graph& graph) {
  return rewrite(graph, [](const Node& node, Rewrite& r) -> Values {
    if (!node.op->split) return {};
    Scope scope(r.out(), node.op->name);
    return node.op->split(node, r[node.operands]);
  });
}

}  // namespace tegula
