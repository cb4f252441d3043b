// Text -> Graph; see parse.h for the form. Recursive descent over the words that a Cursor reads; bounded by the text's
// own length, and by how deep bodies may nest.
#include "graph/parse.h"

#include <algorithm>
#include <map>

#include "graph/cursor.h"

namespace tegula {
namespace {

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
