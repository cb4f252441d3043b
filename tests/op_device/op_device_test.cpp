// The op matrix on devices: every op for every dtype, its gradient and its batch, compiled and run, against the
// reference. One idea: all of an op's cases are results of one graph, so that a device compiles once for each op. The
// devices are cpu and opencl; one that this machine lacks is skipped, saying so.
#include <gtest/gtest.h>

#include <cmath>

#include "graph/copy.h"
#include "op/ops.h"
#include "runtime/compile_graph.h"
#include "tensor/vjp.h"
#include "tensor/vmap.h"
#include "tests/op/cases.h"

namespace tegula::reference {
namespace {

bool takes_gradient(DType d) { return is_float(d) || is_complex(d); }

// What one element may differ by, relative to 1 + its size: what a device rounds on the way.
Real tolerance(DType d) {
  switch (d) {
    case DType::kF16: return 0x1p-8L;
    case DType::kBF16: return 0x1p-5L;
    case DType::kF32:
    case DType::kC64: return 2e-5L;
    default: return takes_gradient(d) ? 1e-11L : 0;
  }
}

bool near(Real x, Real y, Real within) {
  if (std::isnan(y) || std::isinf(y)) return std::isnan(y) ? std::isnan(x) : x == y;
  return std::fabs(x - y) <= within * (1 + std::fabs(y));
}

// The graphs of an op as one, with the parameters and results that each has in it.
class Collection {
 public:
  void add(const std::string& name, const Graph& graph, const Arrays& x) {
    Values arguments;
    for (const Parameter& p : graph.parameters()) {
      std::string parameter = str("p", graph_.parameters().size());
      arguments.push_back(graph_.parameter(parameter, p.value.type()));
      const Array& a = x[arguments.size() - 1];
      inputs_[parameter] = {a.dtype, a.shape, to_bytes(a)};
    }
    Values results = append_graph(graph_, graph, arguments);
    all_.insert(all_.end(), results.begin(), results.end());
    expected_.push_back({name, evaluate(graph, x)});
  }

  void run(const DeviceRef& device) {
    if (all_.empty()) return;
    graph_.set_results(all_);
    std::vector<HostArray> got = run_graph(graph_, device, inputs_);
    size_t next = 0;
    for (const auto& [name, arrays] : expected_)
      for (const Array& want : arrays) {
        const HostArray& h = got[next++];
        ASSERT_EQ(h.shape, want.shape) << name;
        expect_near(name, from_bytes(h.dtype, h.shape, h.bytes), want);
      }
  }

 private:
  static void expect_near(const std::string& name, const Array& got, const Array& want) {
    Real within = tolerance(want.dtype);
    for (size_t i = 0; i < want.data.size(); ++i) {
      Complex x = got.data[i], y = want.data[i];
      if (near(x.real(), y.real(), within) && near(x.imag(), y.imag(), within)) continue;
      ADD_FAILURE() << name << " at " << i << ": " << text(got) << "\nexpected " << text(want);
      return;
    }
  }

  Graph graph_;
  Values all_;
  std::map<std::string, HostArray> inputs_;
  std::vector<std::pair<std::string, Arrays>> expected_;
};

void add_gradient(Collection& all, const Case& c, DType dtype) {
  Graph backward;
  auto graph = build(c, dtype);
  Arrays x = inputs(c, *graph, dtype), y = evaluate(*graph, x);
  Values arguments, wrt, cotangents;
  for (const Parameter& p : graph->parameters()) {
    arguments.push_back(backward.parameter(p.name, p.value.type()));
    if (takes_gradient(p.value.dtype())) wrt.push_back(arguments.back());
  }
  Values results = append_graph(backward, *graph, arguments);
  for (size_t i = 0; i < results.size(); ++i) {
    bool takes = takes_gradient(y[i].dtype);
    cotangents.push_back(takes ? backward.parameter(str("ct", i), results[i].type()) : Value());
    if (takes) x.push_back(y[i]);
  }
  backward.set_results(vjp(results, cotangents, wrt));
  all.add(name_of(c, dtype) + " vjp", backward, x);
}

void add_batch(Collection& all, const Case& c, DType dtype) {
  auto graph = build(c, dtype);
  auto flags = std::make_unique<bool[]>(graph->parameters().size());
  for (size_t i = 0; i < graph->parameters().size(); ++i) flags[i] = true;
  auto batched = vmap(*graph, {flags.get(), graph->parameters().size()}, 2);
  Arrays x = inputs(c, *graph, dtype, 1), more = inputs(c, *graph, dtype, 2);
  for (size_t i = 0; i < x.size(); ++i) {
    x[i].shape.insert(x[i].shape.begin(), 2);
    x[i].data.insert(x[i].data.end(), more[i].data.begin(), more[i].data.end());
  }
  all.add(name_of(c, dtype) + " vmap", *batched, x);
}

bool has_gradient(const Case& c) { return find_op(all_ops(), c.op)->differentiable && c.op != "while_loop"; }
bool has_batch(const Case& c) { return c.op != "paged_attention" && c.op != "cache_write"; }

class OnDevice : public testing::TestWithParam<std::tuple<const char*, std::string>> {
 protected:
  static DeviceRef open(const std::string& name) {
    static std::map<std::string, DeviceRef> opened;
    static std::map<std::string, std::string> missing;
    if (!opened.contains(name) && !missing.contains(name)) {
      try {
        opened[name] = open_device(name, 2);
      } catch (const Error& e) {
        missing[name] = e.what();
      }
    }
    return opened.contains(name) ? opened[name] : nullptr;
  }
};

TEST_P(OnDevice, AgreesWithTheReference) {
  auto [name, op] = GetParam();
  DeviceRef device = open(name);
  if (!device) GTEST_SKIP() << "there is no device " << name;
  // Every dtype with the op's first case, of composites (whose parts are ops of the list) five; then the typical ones.
  // Compiling for opencl takes several times as long, so there two cases have their gradients and batches.
  bool is_composite = find_op(all_ops(), op)->expand != nullptr, thorough = std::string_view(name) == "cpu";
  constexpr DTypeSet kFew =
      set_of(DType::kF32) | set_of(DType::kF64) | set_of(DType::kBF16) | set_of(DType::kI32) | set_of(DType::kC64);
  Collection all;
  int number = 0;
  for (const Case& c : cases()) {
    if (c.op != op) continue;
    std::vector<DType> dtypes = dtypes_of(c);
    for (DType d : dtypes) {
      bool typical = d == dtypes[0] || d == DType::kF32 || d == DType::kC64;
      if (!typical && (number > 0 || (is_composite && !(set_of(d) & kFew)))) continue;
      auto graph = build(c, d);
      all.add(name_of(c, d), *graph, inputs(c, *graph, d));
      if (!typical || (number > 1 && !thorough)) continue;
      if (takes_gradient(d) && has_dtype(c) && has_gradient(c)) add_gradient(all, c, d);
      if (d != DType::kC64 && has_batch(c) && !graph->parameters().empty()) add_batch(all, c, d);
    }
    ++number;
  }
  all.run(device);
}

std::vector<std::string> op_names() {
  std::vector<std::string> out;
  for (const Op* op : all_ops()) out.push_back(std::string(op->name));
  return out;
}
INSTANTIATE_TEST_SUITE_P(Ops, OnDevice,
                         testing::Combine(testing::Values("cpu", "opencl"), testing::ValuesIn(op_names())),
                         [](const auto& i) { return str(std::get<0>(i.param), "_", std::get<1>(i.param)); });

}  // namespace
}  // namespace tegula::reference
