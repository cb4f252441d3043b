#pragma once

#include "op/cast.h"
#include "op/iota.h"
#include "op/maximum.h"
#include "op/minimum.h"
#include "op/operators.h"
#include "op/take.h"

namespace tegula::op {

// start, start + 1, ... of `size` places in an axis of `length`, moved so that all are inside.
inline Value window_indices(Value start, const Dim& size, const Dim& length) {
  Graph& graph = *start.graph;
  start = cast(start, {{"to", DType::kI64}});  // an axis may be longer than a smaller type can say
  Value first = maximum(minimum(start, dim_value(graph, length - size, DType::kI64)), scalar_like(start, 0));
  return first + graph.append(iota, {}, {{"shape", Shape{size}}, {"dtype", DType::kI64}})[0];
}

inline constexpr Op dynamic_slice{
    .name = "dynamic_slice",
    .doc = "`size` elements of x along `axis` from `start`, a 0-d integer; moved back inside where it would leave x.",
    .operands = {{{"x"}, {"start", kIndices}}},
    .attrs = {{{"axis", AttrKind::kInt, "0"}, {"size", AttrKind::kDims, {}, "one dimension"}}},
    .infer =
        [](const Infer& i) {
          size_t axis = size_t(i.axis(i.attrs.integer("axis"), i[0].rank()));
          if (i[1].rank() != 0) i.error("start is ", text(i[1]), ", expected a 0-d integer");
          if (i.attrs.dims("size").size() != 1) i.error("size holds one dimension");
          Type out = i[0];
          out.shape[axis] = i.attrs.dims("size")[0];
          i.require(i[0].shape[axis] - out.shape[axis], "size ", out.shape[axis].text(), " is more than axis ", axis,
                    " of ", text(i[0]), " has");
          return std::vector<Type>{out};
        },
    .expand = [](const Node& n, std::span<const Value> x) -> Values {
      int axis = axis_of(n);
      return {take(x[0], window_indices(x[1], n.attrs.dims("size")[0], x[0].dim(axis)), {{"axis", int64_t(axis)}})};
    },
};

}  // namespace tegula::op
