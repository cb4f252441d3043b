#include "runtime/canonical_text.h"

#include "graph/op.h"
#include "graph/parse.h"

namespace tegula {
namespace {

void append(std::string& out, const Graph& graph);

void append(std::string& out, Value v) { out += '%', out += std::to_string(v.id), out += ' '; }

void append(std::string& out, const Type& type) {
  out += name(type.dtype), out += '[';
  for (const Dim& d : type.shape) out += d.text(), out += ',';
  out += ']';
}

void append(std::string& out, const Node& node) {
  append(out, node.results[0]);
  out += node.op->name, out += ' ';
  for (Value v : node.operands) append(out, v);
  for (const auto& [name, attr] : node.attrs.items()) {
    out += name, out += '=';
    if (const auto* inner = std::get_if<GraphRef>(&attr)) append(out, **inner);
    else out += attr_text(attr);
    out += ' ';
  }
  out += '\n';
}

void append(std::string& out, const Graph& graph) {
  for (const Parameter& p : graph.parameters()) {
    append(out, p.value);
    out += p.name, out += ' ', out += std::to_string(int(p.kind)), out += ' ';
    append(out, p.value.type());
    out += '\n';
  }
  for (const Node& node : graph.nodes()) append(out, node);
  out += "return ";
  for (Value v : graph.results()) append(out, v);
  out += '\n';
}

}  // namespace

std::string canonical_text(const Graph& graph) {
  std::string out;
  append(out, graph);
  return out;
}

}  // namespace tegula
