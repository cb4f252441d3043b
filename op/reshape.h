// Reshape as an index map. One idea: walking both shapes from the left, axes fall into groups of equal product, and
// only inside a group are indices joined and split; so [t, 32 * 64] <-> [t, 32, 64] costs no division where it splits
// nothing.
#pragma once

#include "op/view.h"

namespace tegula::op {

// C++ indices into `from` of the element at `index` of `to`.
std::vector<std::string> reshape_index(const Shape& from, const Shape& to, std::span<const std::string> index,
                                       const std::function<std::string(const Dim&)>& dim);

inline constexpr Op reshape{
    .name = "reshape",
    .doc = "x with another shape of as many elements, in row-major order.",
    .operands = {{{"x"}}},
    .attrs = {{{"shape", AttrKind::kDims}}},
    .infer =
        [](const Infer& i) {
          Type out{i[0].dtype, i.attrs.dims("shape")};
          i.require_equal(out.elements(), i[0].elements(), text(i[0]), " has ", i[0].elements().text(), " elements, ",
                          text(out.shape), " has ", out.elements().text());
          return std::vector<Type>{out};
        },
    .element =
        [](const ElementCode& c) {
          return c.element(0, reshape_index(c.node.operand_type(0).shape, c.node.result_type().shape, c.index, c.dim));
        },
    .facts = {.cost = Cost::kFree, .moves = true},
    .simplify = simplify_view,
    .vjp = [](const Vjp& v) -> Values { return {(*v.node.op)(v.dy(), {{"shape", v.x().shape()}})}; },
    .batch = [](const Batch& b) -> Values {
      Shape shape = b.node.attrs.dims("shape");
      shape.insert(shape.begin(), b.size);
      return {(*b.node.op)(b.operands[0], {{"shape", shape}})};
    },
};
inline Value as_shape(Value x, Shape shape) { return reshape(x, {{"shape", std::move(shape)}}); }

}  // namespace tegula::op
