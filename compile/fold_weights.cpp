#include "compile/fold_weights.h"

#include <algorithm>

#include "compile/cost.h"
#include "compile/passes.h"

namespace tegula {
namespace {

constexpr int64_t kSmallBytes = 1 << 20;  // may grow: a cast of a norm's weight

// What is known of a value that depends on weights and constants alone.
struct Known {
  bool constant = false;
  int64_t weight_bytes = 0;  // of the weights that it is made of, those of several uses several times
  int cost = 0;              // to compute one element where it is read
};

class WeightFolding {
 public:
  explicit WeightFolding(const Graph& graph)
      : graph_(graph), uses_(uses_of(graph)), known_(size_t(graph.num_values())) {
    for (const Parameter& p : graph.parameters())
      if (p.kind == ParameterKind::kWeight && !is_quantized(p.value.dtype()))
        known(p.value) = {true, p.value.type().bytes().value(), 0};
    for (const Node& n : graph.nodes()) learn(n);
  }

  FoldedWeights run() {
    FoldedWeights out;
    Values moved;
    for (const Node& n : graph_.nodes())
      for (Value v : n.results)
        if (moves(v)) moved.push_back(v);
    if (moved.empty()) return {rewrite(graph_, [](const Node&, Rewrite&) -> Values { return {}; }), nullptr, {}};
    out.prelude = prelude(moved);
    Rewrite r(graph_);
    for (Value v : moved) {
      out.parameters.push_back(int(r.out().parameters().size()));
      r.map(v, r.out().parameter(str("folded.", out.parameters.back()), v.type(), ParameterKind::kWeight));
    }
    for (const Node& n : graph_.nodes()) {
      r.out().set_location(n.location);
      if (n.results.size() != 1 || !moves(n.results[0])) r.copy(n);
    }
    out.graph = eliminate_dead_code(*r.finish(graph_));
    return out;
  }

 private:
  Known& known(Value v) { return known_[size_t(v.id)]; }
  const Known& known(Value v) const { return known_[size_t(v.id)]; }

  void learn(const Node& n) {
    const Op& op = *n.op;
    bool pure = op.facts.in_place < 0 && (op.is_elementwise() || op.element || op.kernel || !op.reduce.empty());
    Known k{pure && n.results.size() == 1, 0, cost_of(n)};
    for (Value v : n.operands) {
      k.constant = k.constant && known(v).constant;
      k.weight_bytes += known(v).weight_bytes;
      k.cost += known(v).cost;
    }
    if (op.kernel || !op.reduce.empty()) k.cost = kRepeatable + 1;  // a launch of its own
    if (k.constant && n.results[0].type().has_constant_shape()) known(n.results[0]) = k;
  }

  // Is v better computed once than where it is used?
  bool moves(Value v) const {
    const Known& k = known(v);
    if (!v.node() || !k.constant || k.weight_bytes == 0) return false;
    if (v.type().bytes().value() > std::max(k.weight_bytes, kSmallBytes)) return false;
    return std::any_of(uses_[size_t(v.id)].begin(), uses_[size_t(v.id)].end(), [&](const Use& u) {
      if (!u.node) return false;  // a result of the graph is a buffer of its own
      if (u.node->results.size() == 1 && known(u.node->results[0]).constant)
        return false;  // moves with it, or is cheap
      const Op& op = *u.node->op;
      bool is_stored =
          op.kernel && op.operands[size_t(std::min(u.operand, op.num_operands() - 1))].access != Access::kLoad;
      return is_stored || k.cost > kRepeatable;
    });
  }

  GraphPtr prelude(const Values& moved) const {
    std::vector<bool> needed(size_t(graph_.num_values()));
    std::vector<Value> open = moved;
    while (!open.empty()) {
      Value v = open.back();
      open.pop_back();
      if (needed[size_t(v.id)]) continue;
      needed[size_t(v.id)] = true;
      if (v.node()) open.insert(open.end(), v.node()->operands.begin(), v.node()->operands.end());
    }
    auto out = std::make_shared<Graph>(graph_.name() + ".prelude");
    std::vector<Value> mapped(size_t(graph_.num_values()));
    for (const Parameter& p : graph_.parameters())
      if (needed[size_t(p.value.id)]) mapped[size_t(p.value.id)] = out->parameter(p.name, p.value.type(), p.kind);
    for (const Node& n : graph_.nodes()) {
      if (n.results.size() != 1 || !needed[size_t(n.results[0].id)]) continue;
      Values operands;
      for (Value v : n.operands) operands.push_back(mapped[size_t(v.id)]);
      out->set_location(n.location);
      mapped[size_t(n.results[0].id)] = out->append(*n.op, operands, n.attrs)[0];
    }
    Values results;
    for (Value v : moved) results.push_back(mapped[size_t(v.id)]);
    out->set_results(results);
    return out;
  }

  const Graph& graph_;
  std::vector<std::vector<Use>> uses_;
  std::vector<Known> known_;  // by value id
};

}  // namespace

FoldedWeights fold_weights(const Graph& graph) { return WeightFolding(graph).run(); }

}  // namespace tegula
