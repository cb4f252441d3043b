// Graph -> text; see parse.h for the form.
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "base/json.h"
#include "graph/parse.h"

namespace tegula {
namespace {

// The shortest decimal that reads back as the same double; always with a point or exponent.
std::string text_of_double(double v) {
  if (std::isnan(v)) return "nan";
  if (std::isinf(v)) return v > 0 ? "inf" : "-inf";
  char buffer[32];
  std::string out(buffer, std::to_chars(buffer, buffer + sizeof buffer, v).ptr);
  if (out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

std::string text_of_literal(const Literal& l) {
  const DTypeInfo& i = info(l.type.dtype);
  std::string out = text(l.type) + " ";
  if (is_complex(l.type.dtype) || is_quantized(l.type.dtype)) {  // as bytes: exact, and rare
    static constexpr char kHex[] = "0123456789abcdef";
    out += "hex ";
    for (uint8_t b : l.bytes) out += {kHex[b >> 4], kHex[b & 15]};
    return out;
  }
  int64_t n = int64_t(l.bytes.size()) / i.block_bytes;
  out += "(";
  for (int64_t k = 0; k < n; ++k) {
    if (k) out += ", ";
    if (is_integer(l.type.dtype)) {  // by way of 64 bits: a double would lose the low ones
      int64_t v = 0;
      __builtin_memcpy(&v, l.bytes.data() + k * i.block_bytes, size_t(i.block_bytes));
      int shift = 64 - 8 * i.block_bytes;
      if (i.kind == DTypeKind::kSigned) out += std::to_string(v << shift >> shift);
      else out += std::to_string(uint64_t(v));
    } else if (l.type.dtype == DType::kBool) {
      out += l.bytes[size_t(k)] ? "true" : "false";
    } else {
      out += text_of_double(literal_element(l, k));
    }
  }
  return out + ")";
}

template <class Items, class F>
std::string list(const Items& items, F f) {
  std::string out = "[";
  bool first = true;
  for (const auto& i : items) out += (first ? "" : ", ") + f(i), first = false;
  return out + "]";
}

class Printer {
 public:
  static std::string text_of(const Graph& program) {
    Printer p;
    p.printed_[program.name()];  // the name is the program's, whatever its bodies are called
    std::string text = "graph @" + program.name() + p.definition(program);
    return std::move(p.bodies_) + text;
  }

 private:
  // The name that a body goes by; prints it, behind those that it names, if that was not done. Equal bodies are one.
  const std::string& name_of(const Graph& body) {
    auto [at, fresh] = names_.try_emplace(&body, body.name());
    std::string& name = at->second;
    if (!fresh) return name;
    const std::string text = definition(body);
    for (int i = 2;; ++i) {
      auto [same_name, is_free] = printed_.try_emplace(name, text);
      if (is_free) bodies_ += "graph @" + name + text;
      if (same_name->second == text) return name;
      name = str(body.name(), ".", i);
    }
  }

  // All but "graph @NAME".
  std::string definition(const Graph& g) {
    std::unordered_map<int32_t, std::string> names;
    std::string out = "(";
    for (const Parameter& p : g.parameters()) {
      names[p.value.id] = "%" + p.name;
      if (&p != &g.parameters().front()) out += ", ";
      out += "%" + p.name + ": " + text(p.value.type());
      if (p.kind != ParameterKind::kInput) out += p.kind == ParameterKind::kWeight ? " weight" : " state";
    }
    out += ") -> ";
    out += g.results().size() == 1 ? "" : "(";
    for (size_t i = 0; i < g.results().size(); ++i) out += (i ? ", " : "") + text(g.results()[i].type());
    out += g.results().size() == 1 ? " {\n" : ") {\n";
    int next = 0;
    for (const Node& n : g.nodes()) {
      for (const Value& v : n.results) {
        while (g.find_parameter(std::to_string(next))) ++next;
        names[v.id] = "%" + std::to_string(next++);
      }
      out += line(n, names);
    }
    out += "  return";
    for (size_t i = 0; i < g.results().size(); ++i) out += (i ? ", " : " ") + names.at(g.results()[i].id);
    return out + "\n}\n";
  }

  std::string line(const Node& n, const std::unordered_map<int32_t, std::string>& names) {
    std::string out = "  ";
    for (size_t i = 0; i < n.results.size(); ++i) out += (i ? ", " : "") + names.at(n.results[i].id);
    out += str(" = ", n.op->name);
    for (size_t i = 0; i < n.operands.size(); ++i) out += (i ? ", " : " ") + names.at(n.operands[i].id);
    if (!n.attrs.items().empty()) {
      out += " {";
      for (const auto& [name, attr] : n.attrs.items()) {
        auto* body = std::get_if<GraphRef>(&attr);
        out += (&name == &n.attrs.items().front().first ? "" : ", ") + name + " = ";
        out += body ? "@" + name_of(**body) : attr_text(attr);
      }
      out += "}";
    }
    out += " : ";
    for (size_t i = 0; i < n.results.size(); ++i) out += (i ? ", " : "") + text(n.results[i].type());
    if (!n.location.empty()) out += "  # " + n.location;
    return out + "\n";
  }

  std::string bodies_;
  std::unordered_map<const Graph*, std::string> names_;
  std::unordered_map<std::string, std::string> printed_;  // the definition under each name
};

}  // namespace

std::string print_graph(const Graph& graph) { return Printer::text_of(graph); }

std::string attr_text(const Attr& attr) {
  struct Visitor {
    std::string operator()(bool v) { return v ? "true" : "false"; }
    std::string operator()(int64_t v) { return std::to_string(v); }
    std::string operator()(double v) { return text_of_double(v); }
    std::string operator()(const std::string& v) { return json_quoted(v); }
    std::string operator()(DType v) { return std::string(name(v)); }
    std::string operator()(const std::vector<int64_t>& v) {
      return list(v, [](int64_t i) { return std::to_string(i); });
    }
    std::string operator()(const Shape& v) { return text(std::span<const Dim>(v)); }
    std::string operator()(const Literal& v) { return text_of_literal(v); }
    std::string operator()(const GraphRef& v) { return "@" + v->name(); }
  };
  return std::visit(Visitor(), attr);
}

std::string_view text_of(AttrKind kind) {
  static constexpr std::string_view kNames[] = {"true or false",        "an integer", "a number",
                                                "a quoted string",      "a dtype",    "a list of integers",
                                                "a list of dimensions", "a literal",  "a graph"};
  return kNames[int(kind)];
}

}  // namespace tegula
