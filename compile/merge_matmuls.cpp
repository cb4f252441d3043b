// merge_matmuls: two matmuls of one left operand by weights of one shape and dtype, whose results meet in one
// elementwise chain (a gate and what it scales), become one kernel that reads the left operand once and fuses the chain
// after both.
#include <map>
#include <set>

#include "base/error.h"
#include "compile/passes.h"
#include "kernel/matmul.h"
#include "op/matmul.h"

namespace tegula {
namespace {

// The left operand of matmuls by weights: its leading axes are rows, one after another.
struct LeftOperand {
  Dim rows, depth;
  std::string split, index;  // declarations of l0, l1, ... from the row i; "l0, l1, "
  std::string rows_index() const { return index.substr(0, index.size() - 2); }

  explicit LeftOperand(const KernelCode& c) : depth(c.node.operand_type(0).shape.back()) {
    Shape lead = c.node.operand_type(0).shape;
    lead.pop_back();
    rows = product(lead);
    std::vector<std::string> names;
    for (size_t i = 0; i < lead.size(); ++i) names.push_back(str("l", i)), index += names.back() + ", ";
    split = c.split("i", lead, names);
  }
  std::string load(const KernelCode& c) const {
    std::string_view element = op::element_type(c.node.operand_type(0));
    std::string rows = c.by_rows(0) ? str("by_rows<", element, ">([=](i64 i) { ", split, "return ", c.load(0), "(",
                                          rows_index(), "); })")
                                    : str("joined_rows<", element, ">(", c.load(0), ", ", c.dim(depth),
                                          ", [=](i64 i, i64 k) { ", split, "return ", c.load(0), "(", index, "k); })");
    return c.node.attrs.boolean("round_a") ? "Rounded{" + rows + "}" : rows;
  }
};

std::string weight(const KernelCode& c, int operand) {
  return c.packed(operand) ? c.buffer(operand) : op::matrix_operand(c, operand);
}

std::vector<Type> infer_products(const Infer& i) {
  std::vector<Type> out;
  for (size_t w = 1; w < i.operands.size(); ++w) {
    out.push_back(i[0]);
    out.back().shape.back() = i[w].shape[0];
  }
  return out;
}

constexpr AttrSpec kRoundA{"round_a", AttrKind::kBool, "false"};  // as matmul's

// Two weights of one type, whose results are used together at each place.
constexpr Op kMatmul2{
    .name = "matmul2",
    .doc = "a @ transpose(b0) and a @ transpose(b1), for two weights of one type.",
    .operands = {{{"a", kNumbers},
                  {"b0", kDense | kQuantized, Access::kPacked},
                  {"b1", kDense | kQuantized, Access::kPacked}}},
    .attrs = {{kRoundA}},
    .infer = infer_products,
    .kernel = [](const KernelCode& c) -> KernelCall {
      LeftOperand a(c);
      const Dim& n = c.node.result_type().shape.back();
      return {"kernel/matmul.h", kernel::matmul_blocks(a.rows, n, c.simt),
              str("matmul2(blocks, ", c.dim(a.rows), ", ", c.dim(n), ", ", c.dim(a.depth), ", ", a.load(c), ", ",
                  weight(c, 1), ", ", weight(c, 2), ", [=](i64 i, i64 j, auto x, auto y) { ", a.split, c.store(-1), "(",
                  a.index, "j, x, y); });")};
    },
    .row_operand = 0,
    .repeats_loads = true,
    .joint_store = true,
};

// Any weights: one launch whose blocks are those of the first product, then those of the second, and so on.
constexpr size_t kMostProducts = 4;
constexpr Op kMatmuls{
    .name = "matmuls",
    .doc = "a @ transpose(b) for each weight b.",
    .operands = {{{"a", kNumbers}, {"b", kDense | kQuantized, Access::kPacked}}},
    .variadic = true,
    .attrs = {{kRoundA}},
    .infer = infer_products,
    .kernel = [](const KernelCode& c) -> KernelCall {
      LeftOperand a(c);
      Dim grid = 0;
      // One lambda, so that what brings its rows near is compiled once.
      std::string text = str("auto a = ", a.load(c), ";\n  Blocks rest = blocks;\n  ");
      for (int r = 0; r < int(c.node.results.size()); ++r) {
        const Dim& n = c.node.result_type(size_t(r)).shape.back();
        grid = grid + kernel::matmul_blocks(a.rows, n, c.simt);
        text += str("rest = part(rest, matmul_blocks(", c.dim(a.rows), ", ", c.dim(n),
                    "), [=](Blocks mine) { matmul(mine, ", c.dim(a.rows), ", ", c.dim(n), ", ", c.dim(a.depth), ", ",
                    "a, ", weight(c, r + 1), ", [=](i64 i, i64 j, auto x) { ", a.split, c.store(r), "(", a.index,
                    "j, x); }); });\n  ");
      }
      return {"kernel/matmul.h", std::move(grid), text};
    },
    .row_operand = 0,
    .repeats_loads = true,
};

bool is_weight_matmul(const Node& n) {
  if (n.op != &op::matmul || !n.attrs.boolean("transpose_b")) return false;
  Value b = n.operands[1];
  return !b.node() && b.rank() == 2 && b.graph->parameters()[size_t(b.index())].kind == ParameterKind::kWeight;
}

// The elementwise node in which both values end after elementwise chains of single uses; null where they don't.
const Node* meeting(Value a, Value b, const std::vector<std::vector<Use>>& uses) {
  std::map<const Node*, bool> seen;
  for (Value v = a;;) {
    const auto& u = uses[size_t(v.id)];
    if (u.size() != 1 || !u[0].node || !u[0].node->op->is_elementwise()) break;
    seen[u[0].node] = true;
    v = u[0].node->results[0];
  }
  for (Value v = b;;) {
    const auto& u = uses[size_t(v.id)];
    if (u.size() != 1 || !u[0].node || !u[0].node->op->is_elementwise()) return nullptr;
    if (seen.contains(u[0].node)) return u[0].node;
    v = u[0].node->results[0];
  }
}

// The matmuls of each launch-to-be, by their first: pairs whose results meet, else as many as share their left operand.
struct Merge {
  std::vector<const Node*> members;
  bool meet = false;
};

std::map<const Node*, Merge> merges_of(const Graph& graph) {
  auto uses = uses_of(graph);
  std::map<const Node*, Merge> merges;
  std::set<const Node*> taken;
  auto others = [&](const Node& first, auto fits) {
    std::vector<const Node*> found{&first};
    for (const Use& u : uses[size_t(first.operands[0].id)])
      if (u.node && u.operand == 0 && u.node != &first && !taken.contains(u.node) && is_weight_matmul(*u.node) &&
          u.node->attrs.boolean("round_a") == first.attrs.boolean("round_a") && fits(*u.node))
        found.push_back(u.node);
    return found;
  };
  auto merge = [&](std::vector<const Node*> members, size_t most, bool meet) {
    members.resize(std::min(members.size(), most));
    if (members.size() < 2) return;
    taken.insert(members.begin(), members.end());
    const Node* first = members[0];
    merges[first] = {std::move(members), meet};
  };
  for (const Node& n : graph.nodes())
    if (is_weight_matmul(n) && !taken.contains(&n))
      merge(others(n,
                   [&](const Node& m) {
                     return m.operand_type(1) == n.operand_type(1) && meeting(n.results[0], m.results[0], uses);
                   }),
            2, true);
  for (const Node& n : graph.nodes())
    if (is_weight_matmul(n) && !taken.contains(&n))
      merge(others(n, [](const Node&) { return true; }), kMostProducts, false);
  return merges;
}

}  // namespace

GraphPtr merge_matmuls(const Graph& graph) {
  std::map<const Node*, Merge> merges = merges_of(graph);
  std::map<const Node*, Value> done;  // results made with the first of each merge
  return rewrite(graph, [&](const Node& n, Rewrite& r) -> Values {
    if (auto made = done.find(&n); made != done.end()) return {made->second};
    auto m = merges.find(&n);
    if (m == merges.end()) return {};
    Values operands{r[n.operands[0]]};
    for (const Node* member : m->second.members) operands.push_back(r[member->operands[1]]);
    Attrs attrs;
    if (n.attrs.boolean("round_a")) attrs.set("round_a", true);
    const Values& results = r.out().append(m->second.meet ? kMatmul2 : kMatmuls, operands, attrs);
    for (size_t i = 0; i < results.size(); ++i) done[m->second.members[i]] = results[i];
    return {results[0]};
  });
}

}  // namespace tegula
