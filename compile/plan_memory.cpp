#include "compile/plan_memory.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "compile/launch.h"
#include "compile/rewrite.h"

namespace tegula {
namespace {

class Planner {
 public:
  explicit Planner(const Graph& graph) : graph_(graph), last_use_(size_t(graph.num_values()), -1) {
    int number = 0;
    for (const Node& n : graph.nodes()) {
      for (Value v : n.operands) last_use_[size_t(v.id)] = number;
      nodes_.push_back(&n);
      ++number;
    }
    for (Value v : graph.results()) last_use_[size_t(v.id)] = number;
    plan_.place.resize(size_t(graph.num_values()));
  }

  MemoryPlan run() {
    for (const Parameter& p : graph_.parameters())
      plan_.place[size_t(p.value.id)] = {Home::kParameter, p.value.index()};
    place_results();
    for (int n = 0; n < int(nodes_.size()); ++n) place(n);
    return std::move(plan_);
  }

 private:
  using Storage = std::pair<Home, int>;
  Storage storage(Value v) const { return {plan_.place[size_t(v.id)].home, plan_.place[size_t(v.id)].index}; }

  void place_results() {
    std::set<int> placed;
    for (size_t i = 0; i < graph_.results().size(); ++i) {
      Value v = graph_.results()[i];
      if (v.node() && placed.insert(v.id).second) result_of_[v.id] = int(i);
      else plan_.final_copies.push_back({int(i), v});
    }
  }

  void place(int n) {
    const Node& node = *nodes_[size_t(n)];
    int reused = in_place_operand(node);
    for (size_t i = 0; i < node.results.size(); ++i) {
      Value v = node.results[i];
      Placement& p = plan_.place[size_t(v.id)];
      if (i == 0 && reused >= 0) {
        Value operand = node.operands[size_t(reused)];
        bool is_read = std::count(node.operands.begin(), node.operands.end(), operand) > 1;
        if (!is_read && may_change(operand, n)) {
          p = plan_.place[size_t(operand.id)];
          if (auto r = result_of_.find(v.id); r != result_of_.end() && !is_state_of(operand, r->second))
            plan_.final_copies.push_back({r->second, v});
          continue;
        }
        plan_.copies.push_back({n, operand});
      }
      auto r = result_of_.find(v.id);
      p = r != result_of_.end() ? Placement{Home::kResult, r->second}
                                : Placement{Home::kArena, slot_for(v.type().bytes())};
    }
    plan_.barrier.push_back(must_wait(node));
    for (Value v : node.operands) release(v, n);
    for (Value v : node.results)
      if (last_use_[size_t(v.id)] < 0) release(v, n);
  }

  // May node n overwrite the operand: state, or a value of the arena, that nobody needs after it?
  bool may_change(Value operand, int n) const {
    if (last_use_[size_t(operand.id)] > n) return false;
    if (operand.node()) return true;
    return graph_.parameters()[size_t(operand.index())].kind == ParameterKind::kState;
  }
  // A state parameter that was changed in place is the result that continues it.
  bool is_state_of(Value operand, int) const { return plan_.place[size_t(operand.id)].home == Home::kParameter; }

  int slot_for(const Dim& bytes) {
    size_t best = free_.size();
    for (size_t i = 0; i < free_.size(); ++i) {
      const Dim& size = plan_.slot_bytes[size_t(free_[i])];
      if (size == bytes) {
        best = i;
        break;
      }
      if (best == free_.size() && max(size, bytes) == size) best = i;
    }
    if (best == free_.size() && !free_.empty()) best = free_.size() - 1;
    if (best == free_.size()) {
      plan_.slot_bytes.push_back(bytes);
      return int(plan_.slot_bytes.size()) - 1;
    }
    int slot = free_[best];
    free_.erase(free_.begin() + int64_t(best));
    plan_.slot_bytes[size_t(slot)] = max(plan_.slot_bytes[size_t(slot)], bytes);
    return slot;
  }

  void release(Value v, int n) {
    const Placement& p = plan_.place[size_t(v.id)];
    if (p.home != Home::kArena || last_use_[size_t(v.id)] > n) return;
    // an in-place chain keeps the slot: free it with the last value that lives there
    for (Value r : nodes_[size_t(n)]->results)
      if (!(r == v) && storage(r) == storage(v)) return;
    if (std::find(free_.begin(), free_.end(), p.index) == free_.end()) free_.push_back(p.index);
  }

  // Does it touch what a launch since the last barrier wrote, or write what one read?
  bool must_wait(const Node& node) {
    bool wait = node.op != &kLaunch;  // control flow waits for everything
    for (Value v : node.operands) wait = wait || written_.contains(storage(v));
    for (Value v : node.results) wait = wait || written_.contains(storage(v)) || read_.contains(storage(v));
    if (wait) written_.clear(), read_.clear();
    for (Value v : node.operands) read_.insert(storage(v));
    for (Value v : node.results) written_.insert(storage(v));
    return wait;
  }

  const Graph& graph_;
  std::vector<const Node*> nodes_;
  std::vector<int> last_use_;
  std::map<int, int> result_of_;  // value id -> result index
  std::vector<int> free_;
  std::set<Storage> written_, read_;
  MemoryPlan plan_;
};

}  // namespace

int in_place_operand(const Node& node) {
  if (node.op != &kLaunch) return -1;
  const Graph& body = node.attrs.graph("body");
  for (const Node& n : body.nodes())
    if (n.op->facts.in_place >= 0 && body.results()[0] == n.results[0])
      return n.operands[size_t(n.op->facts.in_place)].index();
  return -1;
}

MemoryPlan plan_memory(const Graph& fused) { return Planner(fused).run(); }

}  // namespace tegula
