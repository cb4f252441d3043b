// Graph: a typed SSA program. Values are pure; state (a KV cache, a random key) is a parameter that comes back as a
// result. One idea: a Graph only grows. append() checks and types a node as it is added, so a graph that exists is well
// typed, and a pass is a function that walks one graph and appends to another.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/attr.h"
#include "graph/type.h"

namespace tegula {

class Graph;
struct Node;
struct Op;

// A handle of one value of one graph; cheap to copy. A default one is "no value".
struct Value {
  Graph* graph = nullptr;
  int32_t id = -1;

  explicit operator bool() const { return id >= 0; }
  const Type& type() const;
  DType dtype() const { return type().dtype; }
  const Shape& shape() const { return type().shape; }
  int rank() const { return type().rank(); }
  const Dim& dim(int axis) const { return shape()[size_t(axis < 0 ? axis + rank() : axis)]; }
  // The node it results from; null for a parameter.
  const Node* node() const;
  // Which of its node's results, or which parameter, it is.
  int index() const;
  bool operator==(const Value&) const = default;
};

using Values = std::vector<Value>;

struct Node {
  const Op* op = nullptr;
  Values operands;
  Attrs attrs;
  Values results;
  std::string location;  // where a person would look: "llama.cpp:88 layers.3.mlp"

  const Type& operand_type(size_t i) const { return operands[i].type(); }
  const Type& result_type(size_t i = 0) const { return results[i].type(); }
};

// A body, a graph that is another's attribute, has inputs only: weights and states are the program's.
enum class ParameterKind : uint8_t {
  kInput,   // given anew for each run
  kWeight,  // given once, when the program is loaded; may be packed and folded. Its shape has no symbols: a run binds
            // them
  kState,   // given and returned: its buffer is reused for the result that continues it
};

struct Parameter {
  Value value;
  std::string name;
  ParameterKind kind = ParameterKind::kInput;
};

class Graph {
 public:
  explicit Graph(std::string name = "main") : name_(std::move(name)) {}
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  const std::string& name() const { return name_; }

  // Names are unique in a graph, weights have constant shapes; throws Error where a name is taken or a weight's shape
  // has a symbol.
  Value parameter(std::string_view name, Type type, ParameterKind kind = ParameterKind::kInput);
  // Fills in attribute defaults, infers the result types and adds the node. Throws Error naming the op and both shapes,
  // and where an attribute is a graph that has weights or states.
  const Values& append(const Op& op, Values operands, Attrs attrs = {});
  void set_results(Values results);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::deque<Node>& nodes() const { return nodes_; }
  const Values& results() const { return results_; }
  int32_t num_values() const { return int32_t(values_.size()); }
  Value value(int32_t id) { return {this, id}; }
  const Parameter* find_parameter(std::string_view name) const;
  // The symbols in the parameters' shapes, in order of appearance: what a run binds.
  std::vector<std::string> symbols() const;

  // Nodes appended from here on carry this location.
  void set_location(std::string location) { location_ = std::move(location); }
  const std::string& location() const { return location_; }

 private:
  friend struct Value;
  struct ValueInfo {
    Type type;
    const Node* node;
    int32_t index;
  };
  Value add_value(Type type, const Node* node, int index);

  std::string name_;
  std::string location_;
  std::vector<Parameter> parameters_;
  std::deque<Node> nodes_;  // in an order in which operands come first; never moved
  std::deque<ValueInfo> values_;
  Values results_;
};

// Sets the location of nodes appended in a C++ scope: "OUTER.NAME", back to OUTER at its end.
class Scope {
 public:
  Scope(Graph& graph, std::string_view name);
  ~Scope() { graph_.set_location(std::move(outer_)); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Graph& graph_;
  std::string outer_;
};

}  // namespace tegula
