// graph.h: append(), which types and checks a node as it is added, and the lookups.
#include "graph/graph.h"

#include "base/error.h"
#include "graph/op.h"

namespace tegula {

const Type& Value::type() const { return graph->values_[size_t(id)].type; }
const Node* Value::node() const { return graph->values_[size_t(id)].node; }
int Value::index() const { return graph->values_[size_t(id)].index; }

Value Graph::add_value(Type type, const Node* node, int index) {
  values_.push_back({std::move(type), node, index});
  return {this, int32_t(values_.size()) - 1};
}

Value Graph::parameter(std::string_view name, Type type, ParameterKind kind) {
  if (find_parameter(name)) fail("graph @", name_, ": two parameters are named %", name);
  if (kind == ParameterKind::kWeight && !type.has_constant_shape())
    fail("graph @", name_, ": the weight %", name, " is ", text(type),
         "; a weight's shape has no symbols, for it is placed before a run binds them: give numbers, or make it an "
         "input");
  Value v = add_value(std::move(type), nullptr, int(parameters_.size()));
  parameters_.push_back({v, std::string(name), kind});
  return v;
}

const Values& Graph::append(const Op& op, Values operands, Attrs attrs) {
  std::vector<Type> types;
  for (const Value& v : operands) {
    check(v.graph == this && v, op.name, ": an operand is not a value of graph @", name_);
    types.push_back(v.type());
  }
  std::vector<Type> results = infer_types(op, types, attrs);
  nodes_.push_back({&op, std::move(operands), std::move(attrs), {}, location_});
  Node& node = nodes_.back();
  for (Type& t : results) node.results.push_back(add_value(std::move(t), &node, int(node.results.size())));
  return node.results;
}

void Graph::set_results(Values results) {
  for (const Value& v : results) check(v.graph == this && v, "a result is not a value of graph @", name_);
  results_ = std::move(results);
}

const Parameter* Graph::find_parameter(std::string_view name) const {
  for (const Parameter& p : parameters_)
    if (p.name == name) return &p;
  return nullptr;
}

std::vector<std::string> Graph::symbols() const {
  std::vector<std::string> names;
  for (const Parameter& p : parameters_)
    for (const Dim& d : p.value.shape()) d.collect_symbols(names);
  return names;
}

Scope::Scope(Graph& graph, std::string_view name) : graph_(graph), outer_(graph.location()) {
  graph.set_location(outer_.empty() ? std::string(name) : str(outer_, ".", name));
}

}  // namespace tegula
