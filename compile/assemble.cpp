#include "compile/assemble.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/error.h"
#include "compile/launch.h"
#include "compile/pipeline.h"
#include "graph/copy.h"
#include "op/cond.h"
#include "op/while_loop.h"

namespace tegula {
namespace {

// A graph in its surroundings: where its parameters and results live.
struct Frame {
  const Graph& graph;
  std::vector<Place> parameters, results;
  std::vector<bool> packed;  // by parameter
  MemoryPlan plan;
  std::vector<uint32_t> slot_offset;  // scalar of each slot's offset
};

class Assembler {
 public:
  explicit Assembler(bool simt) : simt_(simt) {}

  Assembled run(const Graph& fused, const std::vector<bool>& packed) {
    num_buffers_ = 1 + fused.parameters().size() + fused.results().size();
    Frame frame{fused, {}, {}, packed, plan_memory(fused), {}};
    uint32_t start = scalar(Dim(0)), buffer = 1;
    for (size_t i = 0; i < fused.parameters().size(); ++i) frame.parameters.push_back({buffer++, start});
    for (size_t i = 0; i < fused.results().size(); ++i) frame.results.push_back({buffer++, start});
    out_.plan = frame.plan;
    add(frame, out_.steps);
    out_.arena_bytes = scalar(arena_end_);
    return std::move(out_);
  }

 private:
  uint32_t scalar(const Dim& d) {
    auto at = std::find(out_.scalars.begin(), out_.scalars.end(), d);
    if (at == out_.scalars.end()) at = out_.scalars.insert(at, d);
    return uint32_t(at - out_.scalars.begin());
  }

  // A new slot of the arena, which nothing else shares.
  uint32_t slot(const Dim& bytes) {
    Dim unit = int64_t(kBufferAlignment);
    uint32_t offset = scalar(arena_end_);
    arena_end_ = arena_end_ + ceildiv(bytes, unit) * unit;
    return offset;
  }

  static Place place(const Frame& f, Value v) {
    const Placement& p = f.plan.place[size_t(v.id)];
    if (p.home == Home::kParameter) return f.parameters[size_t(p.index)];
    if (p.home == Home::kResult) return f.results[size_t(p.index)];
    return {0, f.slot_offset[size_t(p.index)]};
  }

  void copy(Place from, Place to, const Type& type, std::vector<Step>& steps) {
    if (from.buffer == to.buffer && from.offset == to.offset) return;
    steps.push_back(Copy{from, to, scalar(type.bytes())});
  }

  void add(Frame& f, std::vector<Step>& steps) {
    for (const Dim& bytes : f.plan.slot_bytes) f.slot_offset.push_back(slot(bytes));
    int number = 0;
    for (const Node& node : f.graph.nodes()) {
      for (const auto& [n, operand] : f.plan.copies)
        if (n == number) copy(place(f, operand), place(f, node.results[0]), operand.type(), steps);
      if (node.op == &kLaunch) steps.push_back(launch(f, node, f.plan.barrier[size_t(number)]));
      else if (node.op == &op::cond) steps.push_back(branch(f, node));
      else if (node.op == &op::while_loop) loop(f, node, steps);
      else fail(node.op->name, ": there is no code for this op");
      ++number;
    }
    for (const auto& [result, v] : f.plan.final_copies) copy(place(f, v), f.results[size_t(result)], v.type(), steps);
  }

  Launch launch(const Frame& f, const Node& node, bool barrier) {
    std::vector<bool> packed;
    for (Value v : node.operands) packed.push_back(!v.node() && f.packed[size_t(v.index())]);
    Kernel kernel = emit(node.attrs.graph("body"), packed, simt_);
    auto [at, fresh] = known_.try_emplace(kernel.text, uint32_t(out_.kernels.size()));
    if (fresh) {
      out_.kernels.push_back(kernel.text);
      out_.comments.push_back(kernel.description + (node.location.empty() ? "" : " (" + node.location + ")"));
      for (std::string& h : kernel.headers)
        if (std::find(out_.headers.begin(), out_.headers.end(), h) == out_.headers.end())
          out_.headers.push_back(std::move(h));
    }
    Launch l;
    l.kernel = at->second;
    int reused = in_place_operand(node);  // lives where the result does, copied there first if need be
    for (size_t i = 0; i < node.operands.size(); ++i)
      l.buffers.push_back(place(f, int(i) == reused ? node.results[0] : node.operands[i]));
    for (size_t i = 0; i < node.results.size(); ++i)
      if (kernel.has_pointer[i]) l.buffers.push_back(place(f, node.results[i]));
    for (const Dim& d : kernel.scalars) l.scalars.push_back(scalar(d));
    l.blocks = scalar(kernel.grid);
    l.barrier = barrier;
    out_.notes.push_back({str("k", at->second), kernel.description, node.location});
    return l;
  }

  // A body, lowered and planned, whose parameters live in these places. Where its results go is set before its steps
  // are made.
  Frame inner(const Graph& graph, std::vector<Place> parameters, std::vector<bool> packed) {
    Lowered lowered = lower(graph, {.folds_weights = false, .simt = simt_});
    for (const auto& [index, literal] : lowered.literals) {
      parameters.push_back({uint32_t(num_buffers_ + out_.literals.size()), scalar(Dim(0))});
      packed.push_back(false);
      out_.literals.push_back(literal);
    }
    bodies_.push_back(lowered.graph);
    return {*lowered.graph, std::move(parameters), {}, std::move(packed), plan_memory(*lowered.graph), {}};
  }

  // The steps of a body whose parameters and results live in these places.
  std::vector<Step> body(const Graph& graph, std::vector<Place> parameters, std::vector<Place> results,
                         std::vector<bool> packed) {
    Frame f = inner(graph, std::move(parameters), std::move(packed));
    f.results = std::move(results);
    std::vector<Step> steps;
    add(f, steps);
    return steps;
  }

  static bool is_packed(const Frame& f, Value v) { return !v.node() && f.packed[size_t(v.index())]; }

  Branch branch(const Frame& f, const Node& node) {
    std::vector<Place> given, results;
    std::vector<bool> packed;
    for (size_t i = 1; i < node.operands.size(); ++i) {
      given.push_back(place(f, node.operands[i]));
      packed.push_back(is_packed(f, node.operands[i]));
    }
    for (Value v : node.results) results.push_back(place(f, v));
    return {place(f, node.operands[0]), body(node.attrs.graph("then"), given, results, packed),
            body(node.attrs.graph("otherwise"), given, results, packed)};
  }

  // A loop's body with what it carries as states: what continues one may be written where it stands.
  static GraphPtr with_states(const Graph& body) {
    auto out = std::make_shared<Graph>(body.name());
    Values x;
    for (const Parameter& p : body.parameters())
      x.push_back(
          out->parameter(p.name, p.value.type(), x.size() < body.results().size() ? ParameterKind::kState : p.kind));
    out->set_results(append_graph(*out, body, x));
    return out;
  }

  // What is carried lives where the node's results do. A turn writes it there, or beside it, to be copied at its end.
  void loop(const Frame& f, const Node& node, std::vector<Step>& steps) {
    const size_t carried = node.results.size();
    std::vector<Place> state, next;
    std::vector<bool> packed;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const Place given = place(f, node.operands[i]);
      packed.push_back(is_packed(f, node.operands[i]));
      state.push_back(i < carried ? place(f, node.results[i]) : given);
      check(i >= carried || !packed[i], "a packed weight is carried by a loop");
      if (i < carried) copy(given, state[i], node.operand_type(i), steps);
    }
    Place predicate{0, slot(1)};
    Loop l{predicate, body(node.attrs.graph("condition"), state, {predicate}, packed), {}};
    Frame turn = inner(*with_states(node.attrs.graph("body")), state, packed);
    for (size_t i = 0; i < carried; ++i) {
      const Placement& p = turn.plan.place[size_t(turn.graph.results()[i].id)];
      bool in_place = p.home == Home::kParameter && size_t(p.index) == i;
      next.push_back(in_place ? state[i] : Place{0, slot(node.operand_type(i).bytes())});
    }
    turn.results = next;
    add(turn, l.body);
    for (size_t i = 0; i < carried; ++i) copy(next[i], state[i], node.operand_type(i), l.body);
    steps.push_back(std::move(l));
  }

  bool simt_;
  Assembled out_;
  size_t num_buffers_ = 0;
  Dim arena_end_ = 0;
  std::unordered_map<std::string, uint32_t> known_;  // kernel text -> index
  std::vector<GraphPtr> bodies_;                     // kept while their plans are in use
};

}  // namespace

Assembled assemble(const Graph& fused, const std::vector<bool>& packed, bool simt) {
  return Assembler(simt).run(fused, packed);
}

namespace {

constexpr size_t kEncodingWeight = 16000;  // as long as a matmul's own text takes: see translation_units

// The encodings of the packed weights that a kernel's text names.
std::set<std::string> encodings_in(const std::string& text) {
  constexpr std::string_view start = "Packed<";
  std::set<std::string> out;
  for (size_t at = 0; (at = text.find(start, at)) != std::string::npos;) {
    at += start.size();
    out.insert(text.substr(at, text.find(',', at) - at));
  }
  return out;
}

}  // namespace

std::vector<std::string> translation_units(const Assembled& a, size_t units) {
  std::string head = "#include \"kernel/entry.h\"\n";
  for (const std::string& h : a.headers) head += "#include \"" + h + "\"\n";
  head += "using namespace tegula::kernel;\n";
  // The longest kernels first, each to the unit that it makes least heavy; what a weight's encoding needs is compiled
  // once in a unit.
  units = std::clamp<size_t>(units, 1, std::max<size_t>(1, a.kernels.size() / 2));
  std::vector<size_t> order(a.kernels.size()), load(units);
  std::vector<std::set<std::string>> encodings(units);
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  auto weight = [&](size_t i) {
    return a.kernels[i].size() * (a.kernels[i].find("matmul") != std::string::npos ? 8 : 1);
  };
  std::sort(order.begin(), order.end(),
            [&](size_t x, size_t y) { return std::pair(weight(y), x) < std::pair(weight(x), y); });
  std::vector<std::string> out(units, head);
  for (size_t i : order) {
    std::set<std::string> own = encodings_in(a.kernels[i]);
    auto with_this = [&](size_t u) {
      size_t fresh = size_t(std::count_if(own.begin(), own.end(), [&](auto& e) { return !encodings[u].contains(e); }));
      return load[u] + weight(i) + fresh * kEncodingWeight;
    };
    size_t unit = 0;
    for (size_t u = 1; u < units; ++u)
      if (with_this(u) < with_this(unit)) unit = u;
    load[unit] = with_this(unit);
    encodings[unit].merge(own);
    std::string text = a.kernels[i];
    text.replace(text.find('@'), 1, str("k", i));
    out[unit] += str("#line 1 \"op ", a.comments[i], "\"\n", text);
  }
  return out;
}

}  // namespace tegula
