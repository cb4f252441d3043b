// merge_matmuls: products of one left operand by several weights become one kernel (Facts::paired, Facts::merged).
// One idea: two of one type whose results meet in one elementwise chain (a gate and what it scales) are a pair, and the
// chain is fused after both; of what is left as many as one kernel takes run side by side.
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "compile/layout.h"
#include "compile/passes.h"
#include "graph/op.h"
#include "graph/parse.h"

namespace tegula {
namespace {

constexpr int kLongestChain = 64;  // as far as two products are from where they meet, at most

// The nodes that become one, the first of them where it will stand.
struct Merge {
  std::vector<const Node*> members;
  const Op* op = nullptr;
};

bool is_product_by_weight(const Node& n) {
  if (!n.op->facts.merged || !walks_rows(n, 1)) return false;
  const Value b = n.operands[1];
  return !b.node() && b.rank() == 2 && b.graph->parameters()[size_t(b.index())].kind == ParameterKind::kWeight;
}

class Merging {
 public:
  explicit Merging(const Graph& graph) : uses_(uses_of(graph)) {
    // By what must be equal, in the order of the nodes.
    std::map<std::string, std::vector<const Node*>> pairable, mergeable;
    for (const Node& n : graph.nodes()) {
      if (!is_product_by_weight(n)) continue;
      std::string key = str(n.op->name, " %", n.operands[0].id);
      for (const auto& [name, attr] : n.attrs.items()) key += str(" ", name, "=", attr_text(attr));
      mergeable[key].push_back(&n);
      pairable[key + text(n.operand_type(1))].push_back(&n);
    }
    for (const auto& [key, products] : pairable) pair(products);
    for (const auto& [key, products] : mergeable) merge(products);
  }

  // The merge that n is the first of; null: none.
  const Merge* led_by(const Node& n) const {
    auto found = merges_.find(&n);
    return found == merges_.end() ? nullptr : &found->second;
  }

 private:
  // Pairs those whose elementwise chains of single uses come to one node.
  void pair(const std::vector<const Node*>& products) {
    std::unordered_map<const Node*, const Node*> reached;  // by whom first
    for (const Node* product : products) {
      Value v = product->results[0];
      for (int i = 0; products.size() > 1 && i < kLongestChain; ++i) {
        const std::vector<Use>& uses = uses_[size_t(v.id)];
        if (uses.size() != 1 || !uses[0].node || !uses[0].node->op->is_elementwise()) break;
        auto [at, is_first] = reached.try_emplace(uses[0].node, product);
        if (!is_first) {
          if (!taken_.contains(at->second)) add({at->second, product}, product->op->facts.paired);
          break;
        }
        v = uses[0].node->results[0];
      }
    }
  }

  void merge(const std::vector<const Node*>& products) {
    std::vector<const Node*> members;
    for (const Node* product : products) {
      if (!taken_.contains(product)) members.push_back(product);
      if (members.size() == kMostMerged || product == products.back()) {
        if (members.size() > 1) add(members, product->op->facts.merged);
        members.clear();
      }
    }
  }

  void add(std::vector<const Node*> members, const Op* op) {
    taken_.insert(members.begin(), members.end());
    const Node* first = members[0];
    merges_[first] = {std::move(members), op};
  }

  std::vector<std::vector<Use>> uses_;
  std::unordered_map<const Node*, Merge> merges_;  // by the first of each
  std::unordered_set<const Node*> taken_;
};

}  // namespace

GraphPtr merge_matmuls(const Graph& graph) {
  const Merging merging(graph);
  std::unordered_map<const Node*, Value> done;  // results made with the first of each merge
  return rewrite(graph, [&](const Node& n, Rewrite& r) -> Values {
    if (auto made = done.find(&n); made != done.end()) return {made->second};
    const Merge* merge = merging.led_by(n);
    if (!merge) return {};
    Values operands{r[n.operands[0]]};
    for (const Node* member : merge->members) operands.push_back(r[member->operands[1]]);
    Attrs attrs;
    for (const auto& [name, attr] : n.attrs.items())
      if (merge->op->find_attr(name)) attrs.set(name, attr);
    const Values& results = r.out().append(*merge->op, operands, attrs);
    for (size_t i = 0; i < results.size(); ++i) done[merge->members[i]] = results[i];
    return {results[0]};
  });
}

}  // namespace tegula
