// fuse: groups nodes into launches, one kernel each.
// One idea: a group has an anchor (a kernel op, a row of reductions, or nothing: a map over a shape) and grows by what
// is pointwise to it. Ops that only compute one element from others (elementwise, views) need no launch of their own:
// they are copied into every group that reads them, unless that repeats real work. Invariant: the groups form a DAG;
// members see values of their own group only at the index being computed.
#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/error.h"
#include "compile/cost.h"
#include "compile/group_order.h"
#include "compile/launch.h"
#include "compile/passes.h"
#include "op/reduction.h"

namespace tegula {
namespace {

constexpr int kInline = -1;
// Bounds of what one kernel computes, so that the length of a chain is not the depth of the C++ made from it.
constexpr int kMostInlined = 128;  // nodes copied in before one node
constexpr size_t kMostMembers = 64;

bool is_pull(const Op& op) { return op.is_elementwise() || op.element; }

struct Group {
  std::vector<int> members;  // node numbers, ascending; the anchor is the first
  Shape space;               // the shape that members are computed over
  Shape row, kept;           // for a row of reductions: `space` with the reduced axes of length 1, and without them
  bool is_row = false;
  bool open = true;  // takes consumers in
};

class Fusion {
 public:
  explicit Fusion(const Graph& graph) : graph_(graph), uses_(uses_of(graph)) {
    for (const Node& n : graph.nodes()) number_[&n] = int(nodes_.size()), nodes_.push_back(&n);
    unit_of_.assign(nodes_.size(), -1);
    cost_.assign(size_t(graph.num_values()), 0);
    inlined_.assign(size_t(graph.num_values()), 0);
  }

  GraphPtr run() {
    for (int n = 0; n < int(nodes_.size()); ++n) place(n);
    return build();
  }

 private:
  int producer(Value v) const { return v.node() ? number_.at(v.node()) : -1; }
  int group_of(const Node* n) const {
    const int unit = n ? unit_of_[size_t(number_.at(n))] : -1;
    return unit < 0 ? kInline : group_of_unit_[size_t(unit)];
  }
  int group_of(Value v) const { return group_of(v.node()); }
  int unit_of_group(int g) const { return unit_of_[size_t(groups_[size_t(g)].members[0])]; }
  // The units whose values the node reads, but `own`.
  std::vector<int> units_read(const Node& node, int own = -1) const {
    std::vector<int> out;
    for (Value v : node.operands)
      if (v.node() && unit_of_[size_t(producer(v))] != own) out.push_back(unit_of_[size_t(producer(v))]);
    return out;
  }

  // --- growing groups, in the order of the nodes ---

  void place(int n) {
    const Node& node = *nodes_[size_t(n)];
    if (is_pull(*node.op)) return place_pull(n);
    if (!node.op->reduce.empty()) {
      int g = group_of(node.operands[0]);
      if (g != kInline && groups_[size_t(g)].is_row && row_shape(node) == groups_[size_t(g)].row &&
          node.operands[0].shape() == groups_[size_t(g)].space && absorbs(g, node))
        return join(g, n);
      return start(n, node.operands[0].shape(), row_shape(node), true);
    }
    bool joint =
        node.op->kernel && node.op->facts.in_place < 0 && !node.op->facts.reads_back &&
        std::all_of(
            node.results.begin(), node.results.end(), [&](Value v) { return v.shape() == node.results[0].shape(); });
    start(n, node.results[0].shape(), {}, false, joint && (node.results.size() == 1 || node.op->facts.joint_store));
  }

  void place_pull(int n) {
    const Node& node = *nodes_[size_t(n)];
    Value result = node.results[0];
    int work = cost_of(node), inlined = 1;
    for (Value v : node.operands)
      if (group_of(v) == kInline) work += cost_[size_t(v.id)], inlined += inlined_[size_t(v.id)];
    bool must = inlined > kMostInlined || must_be_stored(result, work);
    if (node.op->is_elementwise())
      for (auto v = node.operands.rbegin(); v != node.operands.rend(); ++v) {
        int g = group_of(*v);
        if (g != kInline && groups_[size_t(g)].open && (must || only_used_by(*v, g, node)) && absorbs(g, node))
          return join(g, n);
      }
    if (must) return start(n, result.shape(), {}, false);
    cost_[size_t(result.id)] = work, inlined_[size_t(result.id)] = inlined;
    add_unit(n, kInline);
  }

  void start(int n, Shape space, Shape row, bool is_row, bool open = true) {
    Shape kept;
    if (is_row)
      for (size_t a = 0; a < space.size(); ++a)
        if (!is_reduced(*nodes_[size_t(n)], int(a))) kept.push_back(space[a]);
    groups_.push_back({{n}, std::move(space), std::move(row), std::move(kept), is_row, open});
    add_unit(n, int(groups_.size()) - 1);
  }
  void join(int g, int n) {
    unit_of_[size_t(n)] = unit_of_group(g);
    groups_[size_t(g)].members.push_back(n);
  }
  void add_unit(int n, int group) {
    unit_of_[size_t(n)] = order_.add(units_read(*nodes_[size_t(n)]));
    group_of_unit_.push_back(group);
  }

  static bool is_reduced(const Node& reduction, int axis) {
    std::vector<int64_t> axes = op::reduced_axes(reduction.attrs, reduction.operands[0].rank());
    return std::binary_search(axes.begin(), axes.end(), axis);
  }
  static Shape row_shape(const Node& reduction) {
    Shape s = reduction.operands[0].shape();
    for (int64_t a : op::reduced_axes(reduction.attrs, int(s.size()))) s[size_t(a)] = 1;
    return s;
  }

  // May `node` be computed inside group g: pointwise in what it reads of g, and independent of g in all else?
  bool absorbs(int g, const Node& node) {
    const Group& group = groups_[size_t(g)];
    if (group.members.size() >= kMostMembers) return false;
    Shape shape = node.op->is_elementwise() ? node.results[0].shape() : group.space;
    if (!(shape == group.space) && !(group.is_row && (shape == group.row || shape == group.kept))) return false;
    for (Value v : node.operands) {
      if (group_of(v) != g) continue;
      bool at_same_index = v.shape() == shape || (group.is_row && shape == group.space && v.shape() == group.row);
      if (!at_same_index) return false;
    }
    return order_.let_read(unit_of_group(g), units_read(node, unit_of_group(g)));
  }

  // Would taking `node` in spare storing v, a value of group g?
  bool only_used_by(Value v, int g, const Node& node) const {
    for (const Use& u : uses_[size_t(v.id)])
      if (!u.node || (u.node != &node && group_of(u.node) != g)) return false;
    return true;
  }

  // Must it be a buffer: because someone outside reads it as one, or because pulling it again and again repeats `work`?
  bool must_be_stored(Value v, int work) const {
    const auto& uses = uses_[size_t(v.id)];
    bool repeated = uses.size() > 1;
    for (const Use& u : uses) {
      if (!u.node) return true;
      const Op& op = *u.node->op;
      if (!is_pull(op) && op.reduce.empty() && !op.kernel) return true;  // control flow
      if (op.kernel) {
        Access access = op.operands[size_t(std::min(u.operand, op.num_operands() - 1))].access;
        if (access == Access::kBuffer) return true;
        repeated = repeated || op.facts.repeats_loads;
      } else if (op.is_elementwise() && !(u.node->results[0].shape() == v.shape()) && !v.type().elements().is(1)) {
        repeated = true;  // broadcast there
      }
    }
    return repeated && work > kRepeatable;
  }

  // --- the new graph ---

  // The stored values that computing v needs, found through what is inlined.
  void sources(Value of, std::vector<Value>& out, std::set<int>& seen) const {
    std::vector<Value> stack{of};
    while (!stack.empty()) {
      Value v = stack.back();
      stack.pop_back();
      if (!seen.insert(v.id).second) continue;
      if (!v.node() || group_of(v) != kInline) out.push_back(v);
      else stack.insert(stack.end(), v.node()->operands.rbegin(), v.node()->operands.rend());
    }
  }
  std::vector<Value> inputs(int g) const {
    std::vector<Value> out, found;
    std::set<int> seen;
    for (int m : groups_[size_t(g)].members) {
      const Node& node = *nodes_[size_t(m)];
      for (size_t i = 0; i < node.operands.size(); ++i)
        if (group_of(node.operands[i]) != g && int(i) != node.op->facts.in_place)
          sources(node.operands[i], found, seen);
    }
    for (Value v : found)
      if (group_of(v) != g) out.push_back(v);
    return out;
  }

  // What the group's anchor changes in place. It is an operand of its own, apart from the same value where it is read.
  Value overwritten(int g) const {
    const Node& anchor = *nodes_[size_t(groups_[size_t(g)].members[0])];
    return anchor.op->facts.in_place < 0 ? Value() : anchor.operands[size_t(anchor.op->facts.in_place)];
  }

  GraphPtr build() {
    Rewrite r(graph_);
    std::set<int> stored;  // values that some other group or the caller reads
    std::vector<std::vector<Value>> in;
    for (int g = 0; g < int(groups_.size()); ++g) {
      in.push_back(inputs(g));
      for (Value v : in.back()) stored.insert(v.id);
      if (Value v = overwritten(g)) stored.insert(v.id);
    }
    for (Value v : graph_.results()) stored.insert(v.id);
    for (int unit : order_.order())
      if (int g = group_of_unit_[size_t(unit)]; g != kInline) emit(g, in[size_t(g)], stored, r);
    return r.finish(graph_);
  }

  void emit(int g, const std::vector<Value>& in, const std::set<int>& stored, Rewrite& r) {
    const Group& group = groups_[size_t(g)];
    const Node& anchor = *nodes_[size_t(group.members[0])];
    r.out().set_location(anchor.location);
    if (!is_pull(*anchor.op) && anchor.op->reduce.empty() && !anchor.op->kernel) return r.copy(anchor);  // control flow

    auto body = std::make_shared<Graph>(str("k", r.out().nodes().size()));
    std::map<int, Value> inside;
    Values operands;
    for (Value v : in) {
      inside[v.id] = body->parameter(str("x", operands.size()), v.type());
      operands.push_back(r[v]);
    }
    Value own;
    if (Value v = overwritten(g)) own = body->parameter("own", v.type()), operands.push_back(r[v]);
    Values results, outside;
    for (int m : group.members) {
      copy_into(*body, m, inside, own);
      for (Value v : nodes_[size_t(m)]->results)
        if (stored.contains(v.id)) results.push_back(inside.at(v.id)), outside.push_back(v);
    }
    body->set_results(results);
    const Values& launched = r.out().append(kLaunch, operands, {{"body", GraphRef(body)}});
    for (size_t i = 0; i < outside.size(); ++i) r.map(outside[i], launched[i]);
  }

  // Copies node n and, first, what is inlined before it.
  void copy_into(Graph& body, int n, std::map<int, Value>& inside, Value own) {
    std::set<int> wanted;
    for (std::vector<int> stack{n}; !stack.empty();) {
      const int m = stack.back();
      const Node& node = *nodes_[size_t(m)];
      stack.pop_back();
      if (!wanted.insert(m).second) continue;
      for (size_t i = 0; i < node.operands.size(); ++i)
        if (int(i) != node.op->facts.in_place && !inside.contains(node.operands[i].id))
          stack.push_back(producer(node.operands[i]));
    }
    for (int m : wanted) {  // ascending: operands first
      const Node& node = *nodes_[size_t(m)];
      Values operands;
      for (size_t i = 0; i < node.operands.size(); ++i)
        operands.push_back(int(i) == node.op->facts.in_place ? own : inside.at(node.operands[i].id));
      body.set_location(node.location);
      const Values& results = body.append(*node.op, operands, node.attrs);
      for (size_t i = 0; i < results.size(); ++i) inside[node.results[i].id] = results[i];
    }
  }

  const Graph& graph_;
  std::vector<std::vector<Use>> uses_;
  std::vector<const Node*> nodes_;
  std::unordered_map<const Node*, int> number_;
  // Units are what runs at once: a group, or a node alone that is inlined (copied into its readers).
  GroupOrder order_;
  std::vector<int> unit_of_;        // by node; -1 until it is placed
  std::vector<int> group_of_unit_;  // kInline: no group
  std::vector<int> cost_;           // by value: what pulling it through inlined nodes costs
  std::vector<int> inlined_;        // by value: how many those are, at most
  std::vector<Group> groups_;
};

}  // namespace

GraphPtr fuse(const Graph& graph) { return Fusion(graph).run(); }

}  // namespace tegula
