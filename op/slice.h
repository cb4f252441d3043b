// Slices with steps of either sign, over symbolic dims: what cannot be decided is required of the run.
#pragma once

#include "op/axis.h"

namespace tegula::op {

struct SliceAxis {
  int axis;
  Dim start, stop;
  int64_t step;
  Dim length() const { return step > 0 ? ceildiv(stop - start, step) : ceildiv(start - stop, -step); }
};
// The attributes by axis; `rank` is x's.
std::vector<SliceAxis> slice_axes(const Attrs& attrs, int rank);
std::vector<Type> infer_slice(const Infer& i);
Values vjp_slice(const Vjp& v);
// x[start:stop] along one axis.
Value slice_axis(Value x, int axis, Dim start, Dim stop);

inline constexpr Op slice{
    .name = "slice",
    .doc =
        "Along each of `axes`, the elements at start, start + step, ... before stop. Nothing counts from the end: with "
        "a "
        "negative step stop is -1 to reach element 0. What is outside x is an error.",
    .operands = {{{"x"}}},
    .attrs = {{{"axes", AttrKind::kInts},
               {"starts", AttrKind::kDims},
               {"stops", AttrKind::kDims},
               {"steps", AttrKind::kInts, "[]", "empty: 1"}}},
    .infer = infer_slice,
    .element =
        [](const ElementCode& c) {
          std::vector<std::string> index(c.index.begin(), c.index.end());
          for (const SliceAxis& s : slice_axes(c.node.attrs, int(index.size()))) {
            std::string& i = index[size_t(s.axis)];
            if (s.step != 1) i = str(s.step, " * ", i);
            if (!s.start.is(0)) i = str("(", c.dim(s.start), " + ", i, ")");
          }
          return c.element(0, index);
        },
    .facts = {.cost = Cost::kFree, .moves = true},
    .vjp = vjp_slice,
    .batch = batch_along_axis,
};

}  // namespace tegula::op
