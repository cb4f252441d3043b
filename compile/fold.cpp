#include "compile/fold.h"

#include "base/error.h"
#include "op/constant.h"
#include "op/reshape.h"

namespace tegula {

Folded fold(const Graph& graph) {
  Folded out;
  out.graph = rewrite(graph, [&](const Node& n, Rewrite& r) -> Values {
    const Literal* found = literal_of(n);
    if (!found || found->type.shape.empty()) return {};
    const Literal& l = *found;
    if (l.type.elements().is(1)) {  // written into the code, as a 0-d one
      Literal element{{l.type.dtype, {}}, l.bytes};
      return {op::reshape(r.out().append(op::constant, {}, {{"value", element}})[0], {{"shape", l.type.shape}})};
    }
    int index = int(r.out().parameters().size());
    out.literals.push_back({index, l});
    return {r.out().parameter(str("literal.", index), l.type, ParameterKind::kWeight)};
  });
  return out;
}

}  // namespace tegula
