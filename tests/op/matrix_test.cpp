// The op matrix without a device: for every case, the expansion against the op's own reference, gradients against
// finite differences, batches against a loop, and print -> parse -> print. Nothing is compiled: graphs are evaluated by
// reference.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "cases.h"
#include "graph/parse.h"
#include "op/ops.h"
#include "tensor/jvp.h"
#include "tensor/vjp.h"
#include "tensor/vmap.h"

namespace tegula::reference {
namespace {

struct One {
  const Case* c;
  DType dtype;
};
std::vector<One> all(bool wide_floats_only = false) {
  std::vector<One> out;
  for (const Case& c : cases())
    for (DType d : dtypes_of(c))
      if (!wide_floats_only || d == DType::kF64 || d == DType::kC128) out.push_back({&c, d});
  return out;
}
void PrintTo(const One& one, std::ostream* out) { *out << one.c->parameters << " -> " << one.c->body; }
std::string name(const testing::TestParamInfo<One>& i) { return name_of(*i.param.c, i.param.dtype); }

bool takes_gradient(DType d) { return is_float(d) || is_complex(d); }

// How far apart two arrays are: the largest distance of elements, relative to 1 + their size. NaN equals NaN.
Real distance(const Array& a, const Array& b) {
  if (a.shape != b.shape || a.dtype != b.dtype) return INFINITY;
  Real worst = 0;
  for (size_t i = 0; i < a.data.size(); ++i)
    for (auto part : {+[](Complex z) { return z.real(); }, +[](Complex z) { return z.imag(); }}) {
      Real x = part(a.data[i]), y = part(b.data[i]);
      if (x == y || (std::isnan(x) && std::isnan(y))) continue;
      Real d = std::fabs(x - y) / (1 + std::fabs(y));
      worst = std::isnan(d) ? INFINITY : std::max(worst, d);
    }
  return worst;
}

// Steps of a dtype's last place near 1.
Real tolerance(DType d) {
  switch (d) {
    case DType::kF16: return 0x1p-9L;
    case DType::kBF16: return 0x1p-6L;
    case DType::kF32:
    case DType::kC64: return 0x1p-20L;
    default: return is_float(d) || is_complex(d) ? 1e-12L : 0;
  }
}

Array random_like(const Array& x, unsigned seed) {
  Array out = x;
  std::srand(seed);
  auto number = [] { return Real(double(std::rand()) / RAND_MAX * 2 - 1); };
  for (Complex& z : out.data) z = is_complex(x.dtype) ? Complex(number(), number()) : Complex(number());
  return out;
}

TEST(Matrix, EveryOpHasACaseAndAReference) {
  std::set<std::string, std::less<>> with_case;
  for (const Case& c : cases()) with_case.insert(c.op);
  for (const Op* op : all_ops()) {
    EXPECT_TRUE(with_case.contains(op->name)) << op->name << ": add a case to tests/op/cases_*.cpp";
    bool control = op->name == "call" || op->name == "cond" || op->name == "scan" || op->name == "while_loop";
    EXPECT_TRUE(control || table().contains(op->name)) << op->name << ": add it to tests/op/reference_*.cpp";
  }
  for (const Case& c : cases()) EXPECT_TRUE(find_op(all_ops(), c.op)) << c.op << " is no op";
}

class Expansion : public testing::TestWithParam<One> {};
TEST_P(Expansion, EqualsTheReference) {
  auto [c, dtype] = GetParam();
  auto graph = build(*c, dtype);
  if (!graph->nodes().back().op->expand) return;
  Arrays x = inputs(*c, *graph, dtype), want = evaluate(*graph, x), got = evaluate(*graph, x, true);
  for (size_t i = 0; i < want.size(); ++i)
    EXPECT_LE(distance(got[i], want[i]), 4 * tolerance(want[i].dtype))
        << text(got[i]) << "\nexpected " << text(want[i]);
}
INSTANTIATE_TEST_SUITE_P(Ops, Expansion, testing::ValuesIn(all()), name);

// The case's graph with a parameter ct_i for each result that takes a cotangent; its results are the parameters'.
std::shared_ptr<Graph> vjp_of(const Graph& forward, OpList ops) {
  auto g = parse_graph(print_graph(forward), ops, "forward");
  Values wrt, cotangents;
  for (const Parameter& p : g->parameters())
    if (takes_gradient(p.value.dtype())) wrt.push_back(p.value);
  Values results = g->results();
  for (Value r : results)
    cotangents.push_back(takes_gradient(r.dtype()) ? g->parameter(str("ct", g->parameters().size()), r.type())
                                                   : Value());
  g->set_results(vjp(results, cotangents, wrt));
  return g;
}
// The arrays for vjp_of's parameters: those of the graph, then a cotangent for each result.
Arrays with_cotangents(const Graph& graph, Arrays x) {
  Arrays y = evaluate(graph, x);
  for (size_t i = 0; i < y.size(); ++i)
    if (takes_gradient(y[i].dtype)) x.push_back(random_like(y[i], unsigned(i + 7)));
  return x;
}

// What vjp promises: that the results paired with their cotangents change by the parameters' cotangents.
void expect_gradient(const Graph& graph, const Arrays& x, Real within) {
  auto backward = vjp_of(graph, all_ops());
  Arrays all = with_cotangents(graph, x), got = evaluate(*backward, all);
  auto loss = [&](const Arrays& at) {
    Arrays y = evaluate(graph, at);
    Real sum = 0;
    size_t next = x.size();
    for (const Array& r : y)
      if (takes_gradient(r.dtype)) {
        for (size_t i = 0; i < r.data.size(); ++i) sum += (all[next].data[i] * r.data[i]).real();
        ++next;
      }
    return sum;
  };
  const Real h = 1e-5L;
  size_t result = 0;
  for (size_t p = 0; p < x.size(); ++p) {
    if (!takes_gradient(x[p].dtype)) continue;
    Array want = x[p];
    for (size_t i = 0; i < want.data.size(); ++i) {
      auto slope = [&](Complex step) {
        Arrays up = x, down = x;
        up[p].data[i] += step, down[p].data[i] -= step;
        return (loss(up) - loss(down)) / (2 * h);
      };
      want.data[i] = is_complex(x[p].dtype) ? Complex(slope(h), -slope(Complex(0, h))) : Complex(slope(h));
    }
    EXPECT_LE(distance(got[result], want), within)
        << "parameter " << p << ": " << text(got[result]) << "\nexpected " << text(want) << "\n"
        << print_graph(*backward);
    ++result;
  }
}

// Not the ops whose gradient is another than that of their value on purpose, or that have none.
bool has_true_gradient(const Case& c) {
  static const std::set<std::string_view> kWithout = {"stop_gradient", "while_loop", "paged_attention", "cache_write"};
  return !kWithout.contains(c.op);
}
// Those that serve: their batch is the ragged one that they have themselves.
bool can_be_batched(const Case& c) { return c.op != "paged_attention" && c.op != "cache_write"; }
// Whether values are rounded coarsely on the way: then finite differences see steps.
bool rounds(const Graph& g) {
  for (const Node& n : g.nodes())
    for (Value r : n.results)
      if (takes_gradient(r.dtype()) && r.dtype() != DType::kF64 && r.dtype() != DType::kC128) return true;
  return false;
}

class Gradient : public testing::TestWithParam<One> {};
TEST_P(Gradient, EqualsFiniteDifferences) {
  auto [c, dtype] = GetParam();
  if (!has_true_gradient(*c)) return;
  auto graph = build(*c, dtype);
  if (rounds(*graph)) return;
  expect_gradient(*graph, inputs(*c, *graph, dtype), 1e-6L);
}
TEST_P(Gradient, HasAGradient) {
  auto [c, dtype] = GetParam();
  if (!has_true_gradient(*c)) return;
  auto graph = build(*c, dtype);
  if (rounds(*graph)) return;
  auto backward = vjp_of(*graph, all_ops());
  expect_gradient(*backward, with_cotangents(*graph, inputs(*c, *graph, dtype)), 1e-5L);
}
TEST_P(Gradient, ForwardModeEqualsFiniteDifferences) {
  auto [c, dtype] = GetParam();
  if (!has_true_gradient(*c) && c->op != "while_loop") return;
  auto graph = build(*c, dtype), forward = build(*c, dtype);
  if (rounds(*graph)) return;
  Values wrt, tangents;
  Arrays x = inputs(*c, *graph, dtype), all = x, directions;
  size_t given = forward->parameters().size();
  for (size_t p = 0; p < given; ++p) {
    Value v = forward->parameters()[p].value;
    if (!takes_gradient(v.dtype())) continue;
    wrt.push_back(v), tangents.push_back(forward->parameter(str("t", p), v.type()));
    all.push_back(random_like(x[p], unsigned(p + 3)));
  }
  if (wrt.empty()) return;
  Values found = jvp(forward->results(), wrt, tangents), kept;
  std::vector<size_t> which;
  for (size_t i = 0; i < found.size(); ++i)
    if (found[i]) kept.push_back(found[i]), which.push_back(i);
  forward->set_results(kept);
  Arrays got = evaluate(*forward, all);
  const Real h = 1e-5L;
  Arrays up = x, down = x;
  size_t next = x.size();
  for (size_t p = 0; p < x.size(); ++p)
    if (takes_gradient(x[p].dtype)) {
      for (size_t i = 0; i < x[p].data.size(); ++i)
        up[p].data[i] += h * all[next].data[i], down[p].data[i] -= h * all[next].data[i];
      ++next;
    }
  Arrays high = evaluate(*graph, up), low = evaluate(*graph, down);
  for (size_t k = 0; k < kept.size(); ++k) {
    Array want = high[which[k]];
    for (size_t i = 0; i < want.data.size(); ++i) want.data[i] = (want.data[i] - low[which[k]].data[i]) / (2 * h);
    EXPECT_LE(distance(got[k], want), 1e-6L) << text(got[k]) << "\nexpected " << text(want);
  }
}
INSTANTIATE_TEST_SUITE_P(Ops, Gradient, testing::ValuesIn(all(true)), name);

// `graph` batched on the parameters that `flags` marks, against running it once for each element.
void expect_batches(const Graph& graph, const std::vector<Arrays>& each, const std::vector<bool>& flags) {
  auto marks = std::make_unique<bool[]>(flags.size());
  for (size_t i = 0; i < flags.size(); ++i) marks[i] = flags[i];
  int64_t size = int64_t(each.size());
  auto batched = vmap(graph, {marks.get(), flags.size()}, size);
  auto stacked = [&](const std::vector<const Array*>& parts) {
    Array out = *parts[0];
    out.shape.insert(out.shape.begin(), size);
    out.data.clear();
    for (const Array* p : parts) out.data.insert(out.data.end(), p->data.begin(), p->data.end());
    return out;
  };
  Arrays x;
  std::vector<Arrays> y;
  for (size_t p = 0; p < flags.size(); ++p) {
    std::vector<const Array*> parts;
    for (const Arrays& e : each) parts.push_back(&e[p]);
    x.push_back(flags[p] ? stacked(parts) : each[0][p]);
  }
  for (Arrays one : each) {
    for (size_t p = 0; p < flags.size(); ++p)
      if (!flags[p]) one[p] = each[0][p];
    y.push_back(evaluate(graph, one));
  }
  Arrays got = evaluate(*batched, x);
  for (size_t r = 0; r < got.size(); ++r) {
    std::vector<const Array*> parts;
    for (const Arrays& e : y) parts.push_back(&e[r]);
    Array want = stacked(parts);
    EXPECT_LE(distance(got[r], want), 4 * tolerance(want.dtype)) << text(got[r]) << "\nexpected " << text(want) << "\n"
                                                                 << print_graph(*batched);
  }
  EXPECT_EQ(print_graph(*parse_graph(print_graph(*batched), all_ops(), "batched")), print_graph(*batched));
}

// All parameters batched, then each alone.
void expect_all_batches(const Graph& graph, const std::vector<Arrays>& each) {
  size_t n = graph.parameters().size();
  if (n == 0) return;
  expect_batches(graph, each, std::vector<bool>(n, true));
  for (size_t p = 0; n > 1 && p < n; ++p) {
    std::vector<bool> flags(n);
    flags[p] = true;
    expect_batches(graph, each, flags);
  }
}

class Batching : public testing::TestWithParam<One> {};
TEST_P(Batching, EqualsALoop) {
  auto [c, dtype] = GetParam();
  if (!can_be_batched(*c)) return;
  auto graph = build(*c, dtype);
  std::vector<Arrays> each;
  for (unsigned seed : {1, 2, 3}) each.push_back(inputs(*c, *graph, dtype, seed));
  expect_all_batches(*graph, each);
  if (!has_true_gradient(*c) || !takes_gradient(dtype)) return;
  auto backward = vjp_of(*graph, all_ops());
  for (Arrays& x : each) x = with_cotangents(*graph, x);
  expect_all_batches(*backward, each);
}
std::vector<One> one_dtype_each() {  // batching does not look at dtypes
  std::vector<One> out;
  for (const Case& c : cases()) {
    auto dtypes = dtypes_of(c);
    bool wide = std::find(dtypes.begin(), dtypes.end(), DType::kF64) != dtypes.end();
    out.push_back({&c, wide ? DType::kF64 : dtypes[0]});
  }
  return out;
}
INSTANTIATE_TEST_SUITE_P(Ops, Batching, testing::ValuesIn(one_dtype_each()), name);

class Text : public testing::TestWithParam<One> {};
TEST_P(Text, ReadsBack) {
  auto [c, dtype] = GetParam();
  auto graph = build(*c, dtype);
  std::string once = print_graph(*graph);
  auto again = parse_graph(once, all_ops(), "printed");
  EXPECT_EQ(print_graph(*again), once);
  if (!has_true_gradient(*c)) return;
  std::string backward = print_graph(*vjp_of(*graph, all_ops()));
  EXPECT_EQ(print_graph(*parse_graph(backward, all_ops(), "printed")), backward);
}
INSTANTIATE_TEST_SUITE_P(Ops, Text, testing::ValuesIn(all()), name);

}  // namespace
}  // namespace tegula::reference
