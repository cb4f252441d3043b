// fuse_rows: a norm becomes part of the matmul that reads it.
// One idea: a launch of reductions along rows whose only result is read once, by a kernel that brings rows near one at
// a time, is computed there: once for each row and tile, which costs less than a launch and a wait. Only where a block
// is one thread: many threads would have to meet in the middle of loading.
#include <set>

#include "compile/launch.h"
#include "compile/passes.h"
#include "op/reduction.h"

namespace tegula {
namespace {

const Node* kernel_of(const Graph& body) {
  for (const Node& n : body.nodes())
    if (n.op->kernel) return &n;
  return nullptr;
}

// Does the launch compute one value over rows, by reductions along the last axis?
bool is_of_rows(const Node& launch) {
  if (launch.op != &kLaunch || launch.results.size() != 1) return false;
  const Graph& body = launch.attrs.graph("body");
  const Shape& space = launch.result_type().shape;
  bool reduces = false;
  for (const Node& n : body.nodes()) {
    if (n.op->kernel) return false;
    if (n.op->reduce.empty()) continue;
    const Type& from = n.operand_type(0);
    if (!(from.shape == space) || op::reduced_axes(n.attrs, from.rank()) != std::vector<int64_t>{from.rank() - 1})
      return false;
    reduces = true;
  }
  return reduces;
}

class RowFusion {
 public:
  explicit RowFusion(const Graph& graph) : graph_(graph), uses_(uses_of(graph)) {}

  GraphPtr run() {
    Rewrite r(graph_);
    for (const Node& n : graph_.nodes())
      if (int operand = row_operand(n); operand >= 0) joined_.insert(n.operands[size_t(operand)].node());
    for (const Node& n : graph_.nodes()) {
      if (joined_.contains(&n)) continue;
      int operand = row_operand(n);
      r.out().set_location(n.location);
      if (operand < 0) r.copy(n);
      else join(*n.operands[size_t(operand)].node(), n, operand, r);
    }
    return r.finish(graph_);
  }

 private:
  // The operand of launch n that its kernel reads by rows and that nothing else reads; -1 where there is none.
  int row_operand(const Node& n) const {
    if (n.op != &kLaunch) return -1;
    const Graph& body = n.attrs.graph("body");
    const Node* kernel = kernel_of(body);
    if (!kernel || kernel->op->facts.row_operand < 0) return -1;
    // Rounding rows is much code already: with a norm inside, each such kernel compiles twice as long, and runs no
    // faster.
    const Attr* rounds = kernel->attrs.find("round_a");
    if (rounds && std::get<bool>(*rounds)) return -1;
    Value read = kernel->operands[size_t(kernel->op->facts.row_operand)];
    if (read.node() || uses_of(body)[size_t(read.id)].size() != 1) return -1;
    Value given = n.operands[size_t(read.index())];
    if (!given.node() || uses_[size_t(given.id)].size() != 1 || !is_of_rows(*given.node())) return -1;
    return read.index();
  }

  static void join(const Node& rows, const Node& reader, int operand, Rewrite& r) {
    auto body = std::make_shared<Graph>(reader.attrs.graph("body").name());
    Values given;
    auto parameter = [&](Value old) {
      for (size_t i = 0; i < given.size(); ++i)
        if (given[i] == r[old]) return body->parameters()[i].value;
      given.push_back(r[old]);
      return body->parameter(str("x", given.size() - 1), old.type());
    };
    auto copy = [&](const Node& launch, Value known) {
      const Graph& from = launch.attrs.graph("body");
      std::vector<Value> mapped(size_t(from.num_values()));
      for (size_t i = 0; i < launch.operands.size(); ++i)
        mapped[size_t(from.parameters()[i].value.id)] =
            known && int(i) == operand ? known : parameter(launch.operands[i]);
      for (const Node& n : from.nodes()) {
        Values operands;
        for (Value v : n.operands) operands.push_back(mapped[size_t(v.id)]);
        body->set_location(n.location);
        const Values& results = body->append(*n.op, operands, n.attrs);
        for (size_t i = 0; i < results.size(); ++i) mapped[size_t(n.results[i].id)] = results[i];
      }
      Values results;
      for (Value v : from.results()) results.push_back(mapped[size_t(v.id)]);
      return results;
    };
    body->set_results(copy(reader, copy(rows, {})[0]));
    const Values& launched = r.out().append(kLaunch, given, {{"body", GraphRef(body)}});
    for (size_t i = 0; i < launched.size(); ++i) r.map(reader.results[i], launched[i]);
  }

  const Graph& graph_;
  std::vector<std::vector<Use>> uses_;
  std::set<const Node*> joined_;
};

}  // namespace

GraphPtr fuse_rows(const Graph& graph) { return RowFusion(graph).run(); }

}  // namespace tegula
