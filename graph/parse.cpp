// Text -> Graph; see parse.h for the form. Recursive descent over the whole text; bounded by the text's own length.
#include "graph/parse.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>

#include "base/json.h"

namespace tegula {
namespace {

bool word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' || c == '/';
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() { return skip(), at_ >= text_.size(); }
  // What is not taken leaves the cursor before white space and comments: comment() may want them.
  bool take(std::string_view token) {
    size_t before = at_;
    skip();
    if (text_.substr(at_, token.size()) != token) return at_ = before, false;
    at_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!take(token)) fail("expected \"", token, "\", found ", here());
  }
  std::string word(std::string_view what) {
    skip();
    size_t start = at_;
    while (at_ < text_.size() && word_char(text_[at_])) ++at_;
    if (at_ == start) fail("expected ", what, ", found ", here());
    return std::string(text_.substr(start, at_ - start));
  }
  char peek() {
    size_t before = at_;
    skip();
    char c = at_ < text_.size() ? text_[at_] : '\0';
    at_ = before;
    return c;
  }
  std::string here() {
    skip();
    if (at_ >= text_.size()) return "the end of the text";
    auto line = text_.substr(at_, text_.find('\n', at_) - at_);
    return str('"', line.substr(0, 40), '"');
  }
  int line() const { return 1 + int(std::count(text_.begin(), text_.begin() + std::min(at_, text_.size()), '\n')); }
  // The comment that follows on this line, without "# ".
  std::string comment() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    if (at_ >= text_.size() || text_[at_] != '#') return "";
    size_t end = std::min(text_.find('\n', at_), text_.size());
    std::string_view found = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end;
    while (!found.empty() && found.front() == ' ') found.remove_prefix(1);
    while (!found.empty() && (found.back() == ' ' || found.back() == '\r')) found.remove_suffix(1);
    return std::string(found);
  }

  Dim dim() { return skip(), parse_dim(text_, at_); }
  Shape shape() {
    Shape out;
    expect("[");
    if (take("]")) return out;
    do out.push_back(dim());
    while (take(","));
    expect("]");
    return out;
  }
  DType dtype() {
    std::string w = word("a dtype");
    if (auto d = dtype_named(w)) return *d;
    fail("\"", w, "\" is not a dtype");
  }
  Type type() {
    Type t{dtype(), shape()};
    for (const Dim& d : t.shape)
      if (d.is_constant() && d.value() < 0) fail("a dimension of ", text(t), " is negative");
    if (is_quantized(t.dtype) && (t.shape.empty() || !divides(info(t.dtype).block_elements, t.shape.back())))
      fail(text(t), ": the last dimension must be a multiple of ", info(t.dtype).block_elements);
    return t;
  }
  // An integer in the range of `dtype`; those of u64 as their bits.
  int64_t integer(DType dtype = DType::kI64) {
    std::string w = word("an integer");
    bool is_signed = kind(dtype) == DTypeKind::kSigned, negative = w.starts_with('-');
    int spare_bits = 64 - 8 * info(dtype).block_bytes;
    int64_t low = is_signed ? INT64_MIN >> spare_bits : 0;
    uint64_t high = (is_signed ? uint64_t{INT64_MAX} : UINT64_MAX) >> spare_bits, magnitude = 0;
    auto [end, error] = std::from_chars(w.data() + negative, w.data() + w.size(), magnitude);
    if (error == std::errc::invalid_argument || end != w.data() + w.size()) fail("\"", w, "\" is not an integer");
    if (error != std::errc() || magnitude > (negative ? -uint64_t(low) : high))
      fail(w, " is out of the range of ", name(dtype), ", ", low, " to ", high);
    return int64_t(negative ? -magnitude : magnitude);
  }
  // A finite text is a finite value, so that a number too large does not become infinity unseen.
  double number(DType dtype = DType::kF64) {
    skip();
    size_t start = at_;
    while (at_ < text_.size() && (word_char(text_[at_]) || text_[at_] == '+')) ++at_;
    std::string_view w = text_.substr(start, at_ - start);
    if (w == "nan") return std::nan("");
    if (w == "inf") return INFINITY;
    if (w == "-inf") return -INFINITY;
    double v = 0;
    auto [end, error] = std::from_chars(w.data(), w.data() + w.size(), v);
    if (error == std::errc::invalid_argument || end != w.data() + w.size()) fail("\"", w, "\" is not a number");
    if (error != std::errc() || !std::isfinite(literal_element(scalar_literal(dtype, v), 0)))
      fail(w, " is out of the range of ", name(dtype), "; write inf or -inf for an infinity");
    return v;
  }
  std::string quoted() {
    skip();
    size_t start = at_;
    expect("\"");
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_, text_.size());
    expect("\"");
    return Json::parse(text_.substr(start, at_ - start), "string").as_string();
  }
  Literal literal() {
    Literal l{type(), {}};
    for (const Dim& d : l.type.shape)
      if (!d.is_constant()) fail("a literal's shape must be constant, found ", text(l.type));
    int64_t bytes = l.type.bytes().value(), one = info(l.type.dtype).block_bytes;
    if (take("hex")) {
      std::string digits = word("hexadecimal digits");
      if (digits.size() % 2) fail("a literal has ", digits.size(), " hexadecimal digits, expected two for each byte");
      for (size_t i = 0; i + 1 < digits.size(); i += 2) {
        uint8_t b = 0;
        if (std::from_chars(digits.data() + i, digits.data() + i + 2, b, 16).ptr != digits.data() + i + 2)
          fail("\"", digits, "\" is not hexadecimal");
        l.bytes.push_back(b);
      }
    } else {
      if (is_complex(l.type.dtype) || is_quantized(l.type.dtype))
        fail("a literal of ", name(l.type.dtype), " is written as hex");
      expect("(");
      if (!take(")")) {
        do element(l);
        while (take(","));
        expect(")");
      }
    }
    if (int64_t(l.bytes.size()) != bytes)
      fail("a literal of ", text(l.type), " has ", bytes / one, " elements, found ", int64_t(l.bytes.size()) / one);
    return l;
  }

 private:
  void element(Literal& l) {
    std::vector<uint8_t> bytes;
    const DTypeInfo& i = info(l.type.dtype);
    if (i.dtype == DType::kBool) {
      bool v = take("true");
      if (!v) expect("false");
      bytes = {uint8_t(v)};
    } else if (is_integer(i.dtype)) {
      int64_t v = integer(i.dtype);
      bytes.resize(size_t(i.block_bytes));
      std::memcpy(bytes.data(), &v, bytes.size());
    } else {
      bytes = scalar_literal(i.dtype, number(i.dtype)).bytes;
    }
    l.bytes.insert(l.bytes.end(), bytes.begin(), bytes.end());
  }
  // White space and comments.
  void skip() {
    for (;;) {
      while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
      if (at_ >= text_.size() || text_[at_] != '#') return;
      at_ = std::min(text_.find('\n', at_), text_.size());
    }
  }

  std::string_view text_;
  size_t at_ = 0;
};

class Parser {
 public:
  Parser(std::string_view text, OpList ops) : cursor_(text), ops_(ops) {}

  std::shared_ptr<Graph> parse() {
    std::shared_ptr<Graph> last;
    while (!cursor_.at_end()) last = graph();
    if (!last) fail("there is no graph in it");
    return last;
  }
  int line() const { return cursor_.line(); }

 private:
  std::shared_ptr<Graph> graph() {
    cursor_.expect("graph");
    cursor_.expect("@");
    auto g = std::make_shared<Graph>(cursor_.word("the graph's name"));
    values_.clear();
    own_ = {g};
    cursor_.expect("(");
    if (!cursor_.take(")")) {
      do parameter(*g);
      while (cursor_.take(","));
      cursor_.expect(")");
    }
    cursor_.expect("->");
    std::vector<Type> types = result_types();
    cursor_.expect("{");
    while (!cursor_.take("return")) node(*g);
    Values results;
    if (cursor_.peek() == '%') do
        results.push_back(use());
      while (cursor_.take(","));
    cursor_.expect("}");
    check_types(types, results, "return");
    g->set_results(results);
    own_.nodes += int64_t(g->nodes().size());
    if (!graphs_.emplace(g->name(), own_).second) fail("two graphs are named @", g->name());
    return g;
  }
  void parameter(Graph& g) {
    cursor_.expect("%");
    std::string name = cursor_.word("the parameter's name");
    cursor_.expect(":");
    Type t = cursor_.type();
    auto kind = cursor_.take("weight")  ? ParameterKind::kWeight
                : cursor_.take("state") ? ParameterKind::kState
                                        : ParameterKind::kInput;
    values_[name] = g.parameter(name, std::move(t), kind);
  }
  std::vector<Type> result_types() {
    std::vector<Type> out;
    if (!cursor_.take("(")) return {cursor_.type()};
    if (cursor_.take(")")) return out;
    do out.push_back(cursor_.type());
    while (cursor_.take(","));
    cursor_.expect(")");
    return out;
  }
  Value use() {
    cursor_.expect("%");
    std::string name = cursor_.word("a value's name");
    auto at = values_.find(name);
    if (at == values_.end()) fail("there is no value %", name, " before this");
    return at->second;
  }
  void node(Graph& g) {
    std::vector<std::string> names;
    do {
      cursor_.expect("%");
      names.push_back(cursor_.word("a value's name"));
    } while (cursor_.take(","));
    cursor_.expect("=");
    std::string op_name = cursor_.word("an op");
    const Op* op = find_op(ops_, op_name);
    if (!op) fail("there is no op \"", op_name, "\"; `tegula list ops` names them");
    Values operands;
    if (cursor_.peek() == '%') do
        operands.push_back(use());
      while (cursor_.take(","));
    Attrs attrs;
    if (cursor_.take("{") && !cursor_.take("}")) {
      do attribute(*op, attrs);
      while (cursor_.take(","));
      cursor_.expect("}");
    }
    std::vector<Type> types;
    if (cursor_.take(":")) do
        types.push_back(cursor_.type());
      while (cursor_.take(","));
    g.set_location(cursor_.comment());
    const Values& results = g.append(*op, std::move(operands), std::move(attrs));
    g.set_location("");
    if (!types.empty()) check_types(types, results, op->name);
    if (names.size() != results.size())
      fail(op->name, ": gives ", results.size(), " values, found ", names.size(), " names");
    for (size_t i = 0; i < names.size(); ++i)
      if (!values_.emplace(names[i], results[i]).second) fail("%", names[i], " is defined twice");
  }
  void attribute(const Op& op, Attrs& attrs) {
    std::string name = cursor_.word("an attribute");
    const AttrSpec* spec = op.find_attr(name);
    if (!spec) fail(op.name, ": there is no attribute \"", name, "\"");
    cursor_.expect("=");
    attrs.set(name, value(spec->kind));
  }

 public:
  Attr value(AttrKind kind) {
    switch (kind) {
      case AttrKind::kBool:
        if (cursor_.take("true")) return true;
        cursor_.expect("false");
        return false;
      case AttrKind::kInt: return cursor_.integer();
      case AttrKind::kFloat: return cursor_.number();
      case AttrKind::kString: return cursor_.quoted();
      case AttrKind::kDType: return cursor_.dtype();
      case AttrKind::kDims: return cursor_.shape();
      case AttrKind::kLiteral: return cursor_.literal();
      case AttrKind::kInts: {
        std::vector<int64_t> out;
        cursor_.expect("[");
        if (cursor_.take("]")) return out;
        do out.push_back(cursor_.integer());
        while (cursor_.take(","));
        cursor_.expect("]");
        return out;
      }
      case AttrKind::kGraph: return body();
    }
    check(false, "an attribute of no kind");
    return {};
  }

 private:
  // A graph as it stands in the text, and what it comes to with all the bodies in it.
  struct Named {
    std::shared_ptr<Graph> graph;
    int depth = 1;
    int64_t nodes = 0;
  };
  // Passes recurse into bodies and copy them: a short text may mean no stack's depth and no machine's worth of nodes.
  static constexpr int kMaxDepth = 64;
  static constexpr int64_t kMaxNodes = 1'000'000;

  GraphRef body() {
    cursor_.expect("@");
    std::string name = cursor_.word("a graph's name");
    auto at = graphs_.find(name);
    if (at == graphs_.end()) fail("there is no graph @", name, " before this");
    const Named& found = at->second;
    for (const Parameter& p : found.graph->parameters())
      if (p.kind != ParameterKind::kInput)
        fail(
            "@", name, ": %", p.name, " is a ", p.kind == ParameterKind::kState ? "state" : "weight",
            ", expected only inputs in a body: only the program owns states and weights, and hands them to its bodies");
    own_.depth = std::max(own_.depth, found.depth + 1);
    own_.nodes += found.nodes;
    if (own_.depth > kMaxDepth) fail("@", name, ": graphs are nested more than ", kMaxDepth, " deep");
    if (own_.nodes > kMaxNodes) fail("@", name, ": with its bodies the graph has more than ", kMaxNodes, " nodes");
    return found.graph;
  }
  static void check_types(const std::vector<Type>& stated, const Values& found, std::string_view what) {
    bool same = stated.size() == found.size();
    for (size_t i = 0; same && i < stated.size(); ++i) same = stated[i] == found[i].type();
    if (same) return;
    auto list = [](const auto& items, auto type_of) {
      std::string out;
      for (const auto& i : items) out += (out.empty() ? "" : ", ") + text(type_of(i));
      return out;
    };
    fail(what, ": stated as ", list(stated, [](const Type& t) { return t; }), " but it is ",
         list(found, [](const Value& v) { return v.type(); }));
  }

  Cursor cursor_;
  OpList ops_;
  std::map<std::string, Value> values_;
  Named own_;  // the graph that is being read
  std::map<std::string, Named> graphs_;
};

}  // namespace

std::shared_ptr<Graph> parse_graph(std::string_view text, OpList ops, std::string_view origin) {
  Parser parser(text, ops);
  try {
    return parser.parse();
  } catch (const Error& e) {
    fail(origin, ":", parser.line(), ": ", e.what());
  }
}

Attr parse_attr(AttrKind kind, std::string_view text) { return Parser(text, {}).value(kind); }

}  // namespace tegula
