#include "op/scan.h"

#include "graph/copy.h"
#include "op/axis.h"
#include "op/less.h"
#include "op/operators.h"
#include "op/scatter.h"
#include "op/take.h"
#include "op/while_loop.h"

namespace tegula::op {
namespace {

Type element_of(const Type& t) { return {t.dtype, {t.shape.begin() + 1, t.shape.end()}}; }

Type stack_of(Type t, const Dim& length) {
  t.shape.insert(t.shape.begin(), length);
  return t;
}

Values subrange(std::span<const Value> x, size_t first, size_t count) {
  return {x.begin() + int64_t(first), x.begin() + int64_t(first + count)};
}

void append(Values& to, const Values& more) { to.insert(to.end(), more.begin(), more.end()); }

}  // namespace

std::vector<Type> infer_scan(const Infer& i) {
  int64_t n = int64_t(i.operands.size()), carries = i.attrs.integer("carries"),
          constants = i.attrs.integer("constants");
  if (n == 0) i.error("no operands given, expected one or more");
  if (i.attrs.dims("length").size() != 1)
    i.error("length holds ", i.attrs.dims("length").size(), " dimensions, expected one");
  const Dim& length = i.attrs.dims("length")[0];
  i.require(length, "length ", length.text(), " is negative");
  if (carries < 0 || constants < 0 || carries > n || constants > n - carries)
    i.error(carries, " carries and ", constants, " constants of ", n, " operands");
  std::vector<Type> given(i.operands.begin(), i.operands.end());
  for (int64_t k = carries; k < n - constants; ++k) {
    Type& t = given[size_t(k)];
    if (t.rank() < 1) i.error("operand ", k, " is ", text(t), ", expected an axis of length ", length.text());
    i.require_equal(t.shape[0], length, "operand ", k, " is ", text(t), ", expected an axis 0 of length ",
                    length.text());
    t = element_of(t);
  }
  const Graph& body = i.attrs.graph("body");
  check_parameters(i, body, given);
  std::vector<Type> out = result_types(body), kept(given.begin(), given.begin() + carries);
  if (int64_t(out.size()) < carries || !std::equal(kept.begin(), kept.end(), out.begin()))
    i.error("@", body.name(), " gives ", text_of_types(out), ", expected the carries ", text_of_types(kept), " first");
  for (size_t k = size_t(carries); k < out.size(); ++k) out[k] = stack_of(out[k], length);
  return out;
}

// while_loop over (step, carries, stacks), whose constants are the walked operands and the constants.
Values expand_scan(const Node& n, std::span<const Value> x) {
  const ScanParts p(n.attrs);
  Graph& graph = *x[0].graph;
  const size_t stacks = p.body.results().size() - p.carries;
  Values state{scalar(graph, DType::kI64, 0)};
  append(state, subrange(x, 0, p.carries));
  for (size_t k = 0; k < stacks; ++k) state.push_back(zeros(graph, n.results[p.carries + k].type()));
  append(state, subrange(x, p.carries, x.size() - p.carries));

  auto condition = std::make_shared<Graph>(p.body.name() + "_goes_on"),
       step = std::make_shared<Graph>(p.body.name() + "_step");
  Values now;
  for (Value v : state) {
    condition->parameter(str("x", now.size()), v.type());
    now.push_back(step->parameter(str("x", now.size()), v.type()));
  }
  condition->set_results({less(condition->parameters()[0].value, dim_value(*condition, p.length, DType::kI64))});
  const size_t fixed = 1 + p.carries + stacks;  // where the constants begin
  Value at = p.reverse ? dim_value(*step, p.length - 1, DType::kI64) - now[0] : now[0];
  Values given = subrange(now, 1, p.carries);
  for (size_t k = 0; k < p.walked(); ++k) given.push_back(take(now[fixed + k], at, {{"axis", int64_t{0}}}));
  append(given, subrange(now, fixed + p.walked(), p.constants));
  Values got = append_graph(*step, p.body, given), next{now[0] + 1};
  append(next, subrange(got, 0, p.carries));
  for (size_t k = 0; k < stacks; ++k) next.push_back(scatter(now[1 + p.carries + k], at, got[p.carries + k]));
  step->set_results(next);
  const Values& last = while_loop.all(
      state,
      {{"condition", GraphRef(condition)}, {"body", GraphRef(step)}, {"constants", int64_t(x.size() - p.carries)}});
  return subrange(last, 1, n.results.size());
}

Values scan_over(GraphRef body, const Dim& length, bool reverse, const Values& carries, const Values& walked,
                 const Values& constants) {
  Values x = carries;
  append(x, walked), append(x, constants);
  return scan.all(x, {{"body", std::move(body)},
                      {"length", Shape{length}},
                      {"carries", int64_t(carries.size())},
                      {"constants", int64_t(constants.size())},
                      {"reverse", reverse}});
}

}  // namespace tegula::op
