#include "tensor/vjp_control.h"

#include "graph/copy.h"
#include "op/axis.h"
#include "op/cond.h"
#include "op/operators.h"
#include "op/scan.h"
#include "tensor/vjp.h"

namespace tegula {
namespace {

// The gradient of a body as a graph: (x.., ct..) -> cotangents of those x that take one; ct.. of those results that do.
std::shared_ptr<Graph> body_vjp(const Graph& body) {
  auto g = std::make_shared<Graph>(body.name() + "_vjp");
  Values x, ct, wrt;
  for (const Parameter& p : body.parameters()) {
    x.push_back(g->parameter(str("x", x.size()), p.value.type()));
    if (takes_cotangent(x.back())) wrt.push_back(x.back());
  }
  for (Value r : body.results())
    ct.push_back(takes_cotangent(r) ? g->parameter(str("ct", ct.size()), r.type()) : Value());
  g->set_results(vjp(append_graph(*g, body, x), ct, wrt));
  return g;
}

// Only the branch that was taken is differentiated: its forward values are computed again.
Values vjp_cond(const Vjp& v) {
  Values operands(v.operands.begin(), v.operands.end());
  for (size_t i = 0; i < v.results.size(); ++i)
    if (takes_cotangent(v.results[i])) operands.push_back(v.cotangents[i]);
  Attrs attrs{{"then", GraphRef(body_vjp(v.node.attrs.graph("then")))},
              {"otherwise", GraphRef(body_vjp(v.node.attrs.graph("otherwise")))}};
  const Values& found = op::cond.all(operands, attrs);
  Values out{Value()};
  size_t next = 0;
  for (Value x : v.operands.subspan(1)) out.push_back(takes_cotangent(x) ? found[next++] : Value());
  return out;
}

// What each step began with, stacked, for the carries that `wanted` marks: the scan once more.
Values stacked_carries(const Vjp& v, const op::ScanParts& p, const std::vector<bool>& wanted) {
  auto body = std::make_shared<Graph>(p.body.name() + "_carries");
  Values x;
  for (const Parameter& q : p.body.parameters()) x.push_back(body->parameter(q.name, q.value.type()));
  Values results = append_graph(*body, p.body, x);
  results.resize(p.carries);
  for (size_t k = 0; k < p.carries; ++k)
    if (wanted[k]) results.push_back(x[k]);
  if (results.size() == p.carries) return {};
  body->set_results(results);
  Attrs attrs = v.node.attrs;
  attrs.set("body", GraphRef(body));
  Values out = op::scan.all({v.operands.begin(), v.operands.end()}, attrs);
  out.erase(out.begin(), out.begin() + int64_t(p.carries));
  return out;
}

// The scan that runs the other way: its carries are the cotangents of the carries and, summed up over the steps, of the
// constants; it walks what the body's gradient reads and stacks the cotangents of what was walked. A step's own values
// are computed again from what it began with, and only what that needs is kept.
Values vjp_scan(const Vjp& v) {
  const op::ScanParts p(v.node.attrs);
  auto step = body_vjp(p.body);
  const std::vector<bool> needed = needed_values(*step, step->results());
  std::vector<bool> wanted;
  for (const Parameter& q : step->parameters()) wanted.push_back(needed[size_t(q.value.id)]);
  const Values kept = stacked_carries(v, p, wanted);

  auto body = std::make_shared<Graph>(step->name() + "_scan");
  auto parameter = [&](Type t) { return body->parameter(str("x", body->parameters().size()), std::move(t)); };
  auto element = [&](Value x) { return parameter({x.dtype(), {x.shape().begin() + 1, x.shape().end()}}); };
  Values carries, walked, constants, totals, arguments(step->parameters().size());
  size_t ct = v.operands.size();  // the first cotangent among the step's parameters
  for (size_t k = 0; k < p.carries; ++k)
    if (takes_cotangent(v.results[k]))
      carries.push_back(v.cotangents[k]), arguments[ct++] = parameter(v.results[k].type());
  for (size_t k = p.carries + p.walked(); k < v.operands.size(); ++k)
    if (Value x = v.operands[k]; takes_cotangent(x))
      carries.push_back(op::zeros(*x.graph, x.type())), totals.push_back(parameter(x.type()));
  for (size_t k = 0, next = 0; k < p.carries + p.walked(); ++k) {
    if (!wanted[k]) continue;
    walked.push_back(k < p.carries ? kept[next++] : v.operands[k]);
    arguments[k] = element(walked.back());
  }
  for (size_t k = p.carries; k < v.results.size(); ++k)
    if (takes_cotangent(v.results[k])) walked.push_back(v.cotangents[k]), arguments[ct++] = element(walked.back());
  for (size_t k = p.carries + p.walked(); k < v.operands.size(); ++k)
    if (wanted[k]) constants.push_back(v.operands[k]), arguments[k] = parameter(v.operands[k].type());

  // The step gives cotangents in the order of the operands; the scan's carries come first.
  const Values found = append_graph(*body, *step, arguments);
  Values of_carries, of_walked, of_constants;
  for (size_t k = 0, next = 0; k < v.operands.size(); ++k)
    if (takes_cotangent(v.operands[k]))
      (k < p.carries ? of_carries : p.is_walked(k) ? of_walked : of_constants).push_back(found[next++]);
  for (size_t k = 0; k < totals.size(); ++k) of_carries.push_back(totals[k] + of_constants[k]);
  of_carries.insert(of_carries.end(), of_walked.begin(), of_walked.end());
  body->set_results(of_carries);
  const Values got = op::scan_over(body, p.length, !p.reverse, carries, walked, constants);

  Values out;
  size_t of_carry = 0, of_element = carries.size();
  size_t of_constant = carries.size() - totals.size();
  for (size_t k = 0; k < v.operands.size(); ++k) {
    size_t& next = k < p.carries ? of_carry : p.is_walked(k) ? of_element : of_constant;
    out.push_back(takes_cotangent(v.operands[k]) ? got[next++] : Value());
  }
  return out;
}

}  // namespace

Values (*vjp_of_control(const Op& op))(const Vjp&) {
  return &op == &op::cond ? vjp_cond : &op == &op::scan ? vjp_scan : nullptr;
}

}  // namespace tegula
