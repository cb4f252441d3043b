#include "compile/far_axis.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include "compile/cpp.h"
#include "graph/op.h"

namespace tegula {
namespace {

// How an element of a value is found from the result's index: for each axis of the value the axis of the result that
// it follows, -1 where it follows none or several.
struct Reading {
  Value value;
  std::vector<int> axes;
  bool operator<(const Reading& r) const { return std::tie(value.id, axes) < std::tie(r.value.id, r.axes); }
};

Reading broadcast_reading(Value operand, const std::vector<int>& axes) {
  Reading out{operand, {axes.end() - operand.rank(), axes.end()}};
  for (int a = 0; a < operand.rank(); ++a)
    if (operand.dim(a).is(1)) out.axes[size_t(a)] = -1;
  return out;
}

// What an element rule reads at each place, found by asking it with indices that can be told apart.
void element_readings(const Node& n, const std::vector<int>& axes, std::vector<Reading>& out) {
  std::vector<std::string> marks;
  for (size_t a = 0; a < axes.size(); ++a) marks.push_back(str("@", a, "@"));
  auto axis_of = [&](const std::string& index) {
    int found = -1;
    for (size_t a = 0; a < marks.size(); ++a)
      if (index.find(marks[a]) != std::string::npos) {
        if (found >= 0) return -1;
        found = int(a);
      }
    return found < 0 ? -1 : axes[size_t(found)];
  };
  ElementCode code{n, marks,
                   [&](int operand, const std::vector<std::string>& at) {
                     Reading r{n.operands[size_t(operand)], {}};
                     for (const std::string& index : at) r.axes.push_back(axis_of(index));
                     out.push_back(std::move(r));
                     return std::string();
                   },
                   [](const Dim&) { return std::string("1"); }, cpp_literal};
  n.op->element(code);
}

// The readings of parameters that computing the result comes down to.
std::set<Reading> readings(Value result) {
  std::vector<int> own(size_t(result.rank()));
  std::iota(own.begin(), own.end(), 0);
  std::set<Reading> seen, out;
  std::vector<Reading> stack{{result, own}};
  while (!stack.empty()) {
    const Reading r = stack.back();
    stack.pop_back();
    if (!seen.insert(r).second) continue;
    const Node* n = r.value.node();
    if (!n) out.insert(r);
    else if (n->op->is_elementwise())
      for (Value v : n->operands) stack.push_back(broadcast_reading(v, r.axes));
    else element_readings(*n, r.axes, stack);
  }
  return out;
}

bool at_least(const Dim& d, int64_t n) { return !d.is_constant() || d.value() >= n; }

}  // namespace

int far_axis(const Graph& body) {
  if (body.results().size() != 1) return -1;
  const Value result = body.results()[0];
  const int last = result.rank() - 1;
  for (const Reading& r : readings(result)) {
    if (r.axes.size() < 2 || r.axes.back() < 0 || r.axes.back() == last) continue;
    const Dim &along = result.dim(last), &across = result.dim(r.axes.back());
    const bool far = std::find(r.axes.begin(), r.axes.end() - 1, last) != r.axes.end() - 1;
    if (far && at_least(along, 8) && at_least(across, 8)) return r.axes.back();
  }
  return -1;
}

}  // namespace tegula
