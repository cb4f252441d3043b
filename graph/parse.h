// Graph text, the form that the passes print and the tests feed back:
//   graph @mlp(%x: f32[b, 4096], %w: bf16[4096, 11008] weight) -> f32[b, 11008] {
//     %0 = cast %x {to = bf16} : bf16[b, 4096]   # location
//     %1, %2 = top_k %0 {k = 8} : f32[b, 8], i32[b, 8]
//     return %1
//   }
// One invariant: parse(print(g)) is g. A file may hold several graphs; a graph attribute names one before it (@name),
// and the last is the program. Only its parameters may be weights and states: a body has inputs. The shape of a weight
// has no symbols. Of different bodies with one name all but the first are printed under names of their own.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "graph/op.h"

namespace tegula {

// Throws Error "ORIGIN:LINE: ..." with what was found and what was expected.
std::shared_ptr<Graph> parse_graph(std::string_view text, OpList ops, std::string_view origin);
std::string print_graph(const Graph& graph);

// One attribute as graph text.
Attr parse_attr(AttrKind kind, std::string_view text);
std::string attr_text(const Attr& attr);
// The kind's name for people: "integer".
std::string_view text_of(AttrKind kind);

}  // namespace tegula
