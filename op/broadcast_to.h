#pragma once

#include "op/axis.h"
#include "op/view.h"

namespace tegula::op {

inline constexpr Op broadcast_to{
    .name = "broadcast_to",
    .doc = "x repeated to `shape`, as NumPy broadcasts: axes of length 1, and axes before the first.",
    .operands = {{{"x"}}},
    .attrs = {{{"shape", AttrKind::kDims}}},
    .infer =
        [](const Infer& i) {
          Type to{i[0].dtype, i.attrs.dims("shape")};
          const Type both[] = {i[0], to};
          if (broadcast_shapes(i.op.name, both) != to.shape)
            i.error(text(i[0]), " does not broadcast to ", text(to.shape));
          return std::vector<Type>{to};
        },
    .element =
        [](const ElementCode& c) {
          const Shape& from = c.node.operand_type(0).shape;
          std::vector<std::string> index(c.index.end() - int64_t(from.size()), c.index.end());
          for (size_t a = 0; a < from.size(); ++a)
            if (from[a].is(1)) index[a] = "0";
          return c.element(0, index);
        },
    .facts = {.cost = Cost::kFree, .moves = true},
    .simplify = simplify_view,
    .vjp = [](const Vjp& v) -> Values { return {v.dy()}; },  // summed back by the caller
    .batch = [](const Batch& b) -> Values {
      Shape shape = b.node.attrs.dims("shape");
      Value x = align_batch(b, 0, int(shape.size()));
      shape.insert(shape.begin(), b.size);
      return {broadcast_to(x, {{"shape", shape}})};
    },
};

}  // namespace tegula::op
