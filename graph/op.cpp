// op.h: attributes completed, operands checked, results typed.
#include "graph/op.h"

#include <algorithm>

#include "graph/parse.h"

namespace tegula {
namespace {

// Only the program owns states and weights; what a body is run on is handed to it.
void check_body(const GraphRef& body) {
  check(body != nullptr, "an attribute holds no graph");
  for (const Parameter& p : body->parameters())
    if (p.kind != ParameterKind::kInput)
      fail("@", body->name(), ": %", p.name, " is a ", p.kind == ParameterKind::kState ? "state" : "weight",
           ", expected only inputs in a body: only the program owns states and weights, and hands them to its bodies");
}

// Brings `attrs` to exactly the declared ones, defaults filled in.
void complete_attrs(const Op& op, Attrs& attrs) {
  for (const auto& [name, value] : attrs.items())
    if (!op.find_attr(name)) fail(op.name, ": there is no attribute \"", name, "\"");
  for (const AttrSpec& spec : op.attrs) {
    if (spec.name.empty()) break;
    const Attr* given = attrs.find(spec.name);
    if (!given) {
      if (spec.fallback.empty()) fail(op.name, ": attribute \"", spec.name, "\" must be given");
      attrs.set(spec.name, parse_attr(spec.kind, spec.fallback));
    } else if (given->index() != size_t(spec.kind)) {
      if (spec.kind == AttrKind::kFloat && std::holds_alternative<int64_t>(*given))
        attrs.set(spec.name, double(std::get<int64_t>(*given)));
      else if (spec.kind == AttrKind::kDims && std::holds_alternative<std::vector<int64_t>>(*given)) {
        auto ints = std::get<std::vector<int64_t>>(*given);
        attrs.set(spec.name, Shape(ints.begin(), ints.end()));
      } else {
        fail(op.name, ": attribute \"", spec.name, "\" is not of its kind, ", text_of(spec.kind));
      }
    }
    if (spec.kind == AttrKind::kGraph) check_body(std::get<GraphRef>(*attrs.find(spec.name)));
  }
}

void check_operands(const Op& op, std::span<const Type> operands) {
  int n = int(operands.size()), most = op.num_operands();
  if (n < op.min_operands() || (n > most && !op.variadic))
    fail(op.name, ": ", n, " operands given, expected ", op.min_operands(),
         op.variadic   ? " or more"
         : op.optional ? str(" to ", most)
                       : "");
  for (int i = 0; i < n; ++i) {
    const Operand& spec = op.operands[size_t(std::min(i, most - 1))];
    if (!(spec.dtypes & set_of(operands[size_t(i)].dtype)))
      fail(op.name, ": operand ", spec.name, " is ", text(operands[size_t(i)]), "; its dtype must be one of ",
           text_of(spec.dtypes));
  }
}

std::vector<Type> infer_elementwise(const Op& op, std::span<const Type> operands) {
  for (const Type& t : operands)
    if (t.dtype != operands[0].dtype)
      fail(op.name, ": operands have different dtypes: ", text(operands[0]), " and ", text(t), "; cast one of them");
  DType dtype = op.result_dtype ? op.result_dtype(operands[0].dtype) : operands[0].dtype;
  return {{dtype, broadcast_shapes(op.name, operands)}};
}

}  // namespace

std::string text_of(DTypeSet set) {
  std::string out;
  for (const DTypeInfo& i : all_dtypes())
    if (set & set_of(i.dtype)) out += str(out.empty() ? "" : ", ", i.name);
  return out;
}

int64_t Infer::integer(std::string_view name, int64_t low, int64_t high) const {
  int64_t v = attrs.integer(name);
  if (v < low || v > high) error(name, " is ", v, ", expected ", low, " to ", high);
  return v;
}

int Infer::axis(int64_t axis, int rank) const {
  if (axis < -rank || axis >= rank) error("axis ", axis, " is outside a value of rank ", rank);
  return int(axis < 0 ? axis + rank : axis);
}

int Op::num_operands() const {
  int n = 0;
  while (n < kMaxOperands && !operands[size_t(n)].name.empty()) ++n;
  return n;
}

const AttrSpec* Op::find_attr(std::string_view attr) const {
  for (const AttrSpec& a : attrs)
    if (!a.name.empty() && a.name == attr) return &a;
  return nullptr;
}

Value Op::operator()(std::span<const Value> values, Attrs given) const {
  return all(Values(values.begin(), values.end()), std::move(given))[0];
}

const Values& Op::all(Values values, Attrs given) const {
  check(!values.empty(), name, " has no operands: append it to a graph");
  while (!values.empty() && !values.back()) values.pop_back();  // optional operands left out
  return values[0].graph->append(*this, std::move(values), std::move(given));
}

Shape broadcast_shapes(std::string_view op, std::span<const Type> operands) {
  size_t rank = 0;
  for (const Type& t : operands) rank = std::max(rank, t.shape.size());
  Shape out(rank, 1);
  for (const Type& t : operands)
    for (size_t i = 0; i < t.shape.size(); ++i) {
      Dim& have = out[rank - t.shape.size() + i];
      const Dim& more = t.shape[i];
      if (have.is(1)) have = more;
      else if (!more.is(1) && !(have == more)) {
        std::string types;
        for (const Type& u : operands) types += (types.empty() ? "" : " and ") + text(u);
        fail(op, ": shapes do not broadcast: ", types, " (", have.text(), " vs ", more.text(), ")");
      }
    }
  return out;
}

std::vector<Type> infer_types(const Op& op, std::span<const Type> operands, Attrs& attrs,
                              std::vector<Requirement>* requirements) {
  check_operands(op, operands);
  complete_attrs(op, attrs);
  check(op.infer || op.is_elementwise(), op.name, " has no infer rule");
  std::vector<Type> results =
      op.infer ? op.infer({op, operands, attrs, requirements}) : infer_elementwise(op, operands);
  for (const Type& t : results)
    for (const Dim& d : t.shape)
      if (d.is_constant() && d.value() < 0) fail(op.name, ": a dimension of its result ", text(t), " is negative");
      else if (requirements && !d.is_certainly_nonnegative())
        requirements->push_back({d, str(op.name, ": a dimension of its result ", text(t), " is negative")});
  return results;
}

std::vector<Requirement> requirements_of(const Graph& graph) {
  std::vector<Requirement> out;
  for (const Node& n : graph.nodes()) {
    std::vector<Type> operands;
    for (const Value& v : n.operands) operands.push_back(v.type());
    Attrs attrs = n.attrs;
    infer_types(*n.op, operands, attrs, &out);
    for (const auto& [name, attr] : n.attrs.items())
      if (auto* body = std::get_if<GraphRef>(&attr)) {
        std::vector<Requirement> inner = requirements_of(**body);
        out.insert(out.end(), inner.begin(), inner.end());
      }
  }
  return out;
}

const Literal* literal_of(const Node& node) {
  if (!node.operands.empty()) return nullptr;
  for (const auto& [name, attr] : node.attrs.items())
    if (auto* literal = std::get_if<Literal>(&attr)) return literal;
  return nullptr;
}

const Op* find_op(OpList ops, std::string_view name) {
  for (const Op* op : ops)
    if (op->name == name) return op;
  return nullptr;
}

}  // namespace tegula
