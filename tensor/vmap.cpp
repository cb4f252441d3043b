#include "tensor/vmap.h"

#include "graph/copy.h"
#include "graph/op.h"
#include "op/any.h"
#include "op/axis.h"
#include "op/call.h"
#include "op/composite.h"
#include "op/cond.h"
#include "op/operators.h"
#include "op/scan.h"
#include "op/while_loop.h"

namespace tegula {
namespace {

struct Mapped {
  Value value;
  bool batched = false;
};
using Mappeds = std::vector<Mapped>;

class Batcher {
 public:
  Batcher(Graph& out, const Dim& size) : out_(out), size_(size) {}

  // What the results of `g` become when its parameters are `arguments`.
  Mappeds run(const Graph& g, const Mappeds& arguments) {
    Mappeds now(size_t(g.num_values()));
    for (size_t i = 0; i < arguments.size(); ++i) now[size_t(g.parameters()[i].value.id)] = arguments[i];
    for (const Node& n : g.nodes()) {
      Mappeds operands;
      for (Value v : n.operands) operands.push_back(now[size_t(v.id)]);
      Scope scope(out_, n.location);
      Mappeds results = node(n, operands);
      for (size_t i = 0; i < results.size(); ++i) now[size_t(n.results[i].id)] = results[i];
    }
    Mappeds results;
    for (Value v : g.results()) results.push_back(now[size_t(v.id)]);
    return results;
  }

  // With the batch axis, repeated where there is none.
  Value full(const Mapped& m) { return m.batched ? m.value : op::with_batch_axis(m.value, size_); }

 private:
  static Values values_of(const Mappeds& operands) {
    Values out;
    for (const Mapped& m : operands) out.push_back(m.value);
    return out;
  }
  static Mappeds all_batched(const Values& values) {
    Mappeds out;
    for (Value v : values) out.push_back({v, true});
    return out;
  }

  Mappeds node(const Node& n, const Mappeds& operands) {
    bool any = false;
    for (const Mapped& m : operands) any = any || m.batched;
    if (!any) {
      Mappeds out;
      for (Value v : out_.append(*n.op, values_of(operands), n.attrs)) out.push_back({v, false});
      return out;
    }
    if (n.op == &op::call) return run(n.attrs.graph("graph"), operands);
    if (n.op == &op::cond) return cond(n, operands);
    if (n.op == &op::while_loop) return while_loop(n, operands);
    if (n.op == &op::scan) return scan(n, operands);
    if (n.op->batch || n.op->is_elementwise())
      if (Mappeds found = by_rule(n, operands); !found.empty()) return found;
    if (n.op->expand) return by_expansion(n, operands);
    fail(n.op->name, ": has no batching rule");
  }

  Mappeds by_rule(const Node& n, const Mappeds& operands) {
    Values values = values_of(operands);
    auto flags = std::make_unique<bool[]>(operands.size());
    for (size_t i = 0; i < operands.size(); ++i) flags[i] = operands[i].batched;
    Batch b{n, values, {flags.get(), operands.size()}, size_};
    if (n.op->batch) return all_batched(n.op->batch(b));
    Values aligned;
    for (size_t i = 0; i < values.size(); ++i) aligned.push_back(op::align_batch(b, i, n.result_type().rank()));
    return all_batched(n.op->all(aligned, n.attrs));
  }

  Mappeds by_expansion(const Node& n, const Mappeds& operands) {
    Graph inner(std::string(n.op->name));
    Values parameters;
    for (Value v : n.operands) parameters.push_back(inner.parameter(str("x", parameters.size()), v.type()));
    inner.set_results(op::expanded(n, parameters));
    return run(inner, operands);
  }

  // A body as a graph over the batch, all of its results batched.
  GraphRef batched_body(const Graph& body, const Mappeds& operands) {
    auto flags = std::make_unique<bool[]>(operands.size());
    for (size_t i = 0; i < operands.size(); ++i) flags[i] = operands[i].batched;
    return vmap(body, {flags.get(), operands.size()}, size_);
  }

  // `then` where the flags [batch] hold, `otherwise` elsewhere.
  Value select(Value flags, Value then, Value otherwise) {
    Shape shape(size_t(then.rank()), 1);
    shape[0] = size_;
    return op::where(op::reshape(flags, {{"shape", shape}}), then, otherwise);
  }

  Mappeds cond(const Node& n, const Mappeds& operands) {
    const Graph &then = n.attrs.graph("then"), &otherwise = n.attrs.graph("otherwise");
    Mappeds x(operands.begin() + 1, operands.end());
    if (!operands[0].batched)
      return all_batched(op::cond.all(values_of(operands),
                                      {{"then", batched_body(then, x)}, {"otherwise", batched_body(otherwise, x)}}));
    Mappeds a = run(then, x), b = run(otherwise, x);  // some elements take one branch, some the other
    for (size_t i = 0; i < a.size(); ++i) a[i] = {select(operands[0].value, full(a[i]), full(b[i])), true};
    return a;
  }

  // Runs while the condition holds for any element; those for which it does not keep what they have.
  Mappeds while_loop(const Node& n, const Mappeds& operands) {
    Mappeds x = operands;
    for (size_t i = 0; i < n.results.size(); ++i) x[i] = {full(x[i]), true};
    const Graph &condition = n.attrs.graph("condition"), &body = n.attrs.graph("body");
    auto build = [&](const Graph& from, auto results) {
      auto g = std::make_shared<Graph>(from.name() + "_vmap");
      Mappeds inside;
      for (const Mapped& m : x) inside.push_back({g->parameter(str("x", inside.size()), m.value.type()), m.batched});
      Batcher b(*g, size_);
      g->set_results(results(b, inside));
      return GraphRef(g);
    };
    GraphRef any_holds = build(
        condition, [&](Batcher& b, const Mappeds& in) -> Values { return {op::any(b.full(b.run(condition, in)[0]))}; });
    GraphRef step = build(body, [&](Batcher& b, const Mappeds& in) -> Values {
      Value holds = b.full(b.run(condition, in)[0]);
      Values out;
      Mappeds next = b.run(body, in);
      for (size_t i = 0; i < next.size(); ++i) out.push_back(b.select(holds, b.full(next[i]), in[i].value));
      return out;
    });
    Attrs attrs = n.attrs;
    attrs.set("condition", any_holds), attrs.set("body", step);
    return all_batched(op::while_loop.all(values_of(x), attrs));
  }

  // The batch is axis 0 of an element, and so axis 1 of what is walked and stacked.
  Mappeds scan(const Node& n, const Mappeds& operands) {
    const op::ScanParts p(n.attrs);
    Mappeds x = operands;
    for (size_t k = 0; k < x.size(); ++k)
      if (k < p.carries) x[k] = {full(x[k]), true};
      else if (p.is_walked(k) && x[k].batched) x[k].value = op::move_axis(x[k].value, 0, 1);
    Attrs attrs = n.attrs;
    attrs.set("body", batched_body(p.body, x));
    Values results = op::scan.all(values_of(x), attrs);
    for (size_t k = p.carries; k < results.size(); ++k) results[k] = op::move_axis(results[k], 1, 0);
    return all_batched(results);
  }

  Graph& out_;
  Dim size_;
};

}  // namespace

std::shared_ptr<Graph> vmap(const Graph& graph, std::span<const bool> batched, const Dim& size) {
  check(batched.size() == graph.parameters().size(), "vmap: ", batched.size(), " flags for @", graph.name());
  auto out = std::make_shared<Graph>(graph.name() + "_vmap");
  Mappeds arguments;
  for (size_t i = 0; i < batched.size(); ++i) {
    const Parameter& p = graph.parameters()[i];
    Type type = p.value.type();
    if (batched[i]) type.shape.insert(type.shape.begin(), size);
    arguments.push_back({out->parameter(p.name, type, p.kind), batched[i]});
  }
  Batcher batcher(*out, size);
  Values results;
  for (const Mapped& m : batcher.run(graph, arguments)) results.push_back(batcher.full(m));
  out->set_results(results);
  return out;
}

}  // namespace tegula
