// A loop of known length over a graph: what recurrent layers, and work by chunks, are made of.
// One idea: it is control flow only to the transforms, which turn its body into theirs; to the compiler it is a
// while_loop that reads each step's elements where they stand and writes what is stacked in place.
#pragma once

#include "op/control.h"

namespace tegula::op {

std::vector<Type> infer_scan(const Infer& i);
Values expand_scan(const Node& n, std::span<const Value> x);

inline constexpr Op scan{
    .name = "scan",
    .doc =
        "`body` once for each of `length` steps. The first `carries` operands go from step to step: body gives new "
        "ones "
        "of the same types. Of those that follow, with axis 0 of `length`, step i gets element i; the last `constants` "
        "are given to each step whole. What body gives beside the carries is stacked along a new axis 0. The results "
        "are the last carries, then the stacks. reverse: the last step comes first.",
    .operands = {{{"x"}}},
    .variadic = true,
    .attrs = {{{"body", AttrKind::kGraph},
               {"length", AttrKind::kDims, {}, "one dimension"},
               {"carries", AttrKind::kInt, "0"},
               {"constants", AttrKind::kInt, "0"},
               {"reverse", AttrKind::kBool, "false"}}},
    .infer = infer_scan,
    .expand = expand_scan,
};

// A scan's operands by what they are, and its results.
struct ScanParts {
  const Graph& body;
  Dim length;
  bool reverse;
  size_t carries, constants;

  explicit ScanParts(const Attrs& attrs)
      : body(attrs.graph("body")),
        length(attrs.dims("length")[0]),
        reverse(attrs.boolean("reverse")),
        carries(size_t(attrs.integer("carries"))),
        constants(size_t(attrs.integer("constants"))) {}

  size_t walked() const { return body.parameters().size() - carries - constants; }
  bool is_walked(size_t operand) const { return operand >= carries && operand < carries + walked(); }
};

// scan over these parts, in this order of operands; `body` takes as many carries, elements and constants.
Values scan_over(GraphRef body, const Dim& length, bool reverse, const Values& carries, const Values& walked,
                 const Values& constants);

}  // namespace tegula::op
