#include "compile/program.h"

#include <algorithm>
#include <cstdio>
#include <thread>

#include "base/debug.h"
#include "base/error.h"
#include "base/progress.h"
#include "compile/layout.h"
#include "compile/pipeline.h"
#include "jit/jit.h"

namespace tegula {
namespace {

size_t aligned(int64_t bytes) { return (size_t(bytes) + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment; }

std::string shape_text(std::span<const int64_t> shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i) out += str(i ? ", " : "", shape[i]);
  return out + "]";
}

}  // namespace

struct Program::State {
  DeviceRef device;
  std::string name;
  Lowered lowered;
  std::vector<bool> packed;  // by parameter
  std::unique_ptr<Program> prelude;
  std::vector<int> in_prelude;  // by parameter: which of the prelude's it is, or -1
  std::vector<bool> used;       // by parameter: whether the graph itself reads it
  bool prelude_is_stale = false;
  Assembled assembled;
  std::vector<std::string> sources;
  Binary binary;
  std::unique_ptr<Executable> executable;
  size_t own_parameters = 0;

  // What a run hands to the device. Buffers: the arena, the parameters, the results.
  std::vector<BufferRef> buffers;
  std::vector<Buffer*> raw;
  std::vector<int64_t> scalars;
  std::map<std::string, int64_t, std::less<>> symbols;
  std::vector<std::vector<int64_t>> bound_shape;
  std::vector<Requirement> requirements;
  bool stale = true;  // symbols or buffers changed since the last run

  const Graph& graph() const { return *lowered.graph; }
  uint32_t arena() const { return 0; }
  uint32_t parameter_buffer(int i) const { return 1 + uint32_t(i); }
  uint32_t result_buffer(int i) const { return 1 + uint32_t(graph().parameters().size()) + uint32_t(i); }

  Code compile_kernels();
  void compile_prelude();
  bool place_weight(int parameter, std::span<const uint8_t> bytes, std::shared_ptr<const void> owner);
  void take_folded(int result, int parameter);
  void forget_weights();
  void evaluate();
};

Code Program::State::compile_kernels() {
  bool cpu = device->target().is_cpu();
  sources = translation_units(assembled, cpu ? std::clamp(std::thread::hardware_concurrency(), 1u, 8u) : 1);
  Code code;
  for (size_t i = 0; i < assembled.kernels.size(); ++i) code.kernels.push_back(str("k", i));
  if (debugs(3, name))
    for (const std::string& s : sources) std::fprintf(stderr, "# source of %s\n%s\n", name.c_str(), s.c_str());
  if (code.kernels.empty() || device->name() == "null") return code;
  {
    ElapsedProgress progress("compiling " + name);
    binary = compile(device->target(), sources, name);
  }
  if (debugs(4, name)) std::fprintf(stderr, "%s\n", assembly(device->target(), sources, name).c_str());
  code.bytes = binary.bytes, code.path = binary.path, code.owner = binary.owner;
  return code;
}

void Program::State::compile_prelude() {
  size_t n = graph().parameters().size();
  in_prelude.assign(n, -1);
  used.assign(n, false);
  for (const Node& node : graph().nodes())
    for (Value v : node.operands)
      if (!v.node()) used[size_t(v.index())] = true;
  for (Value v : graph().results())
    if (!v.node()) used[size_t(v.index())] = true;
  if (!lowered.prelude) return;
  prelude_is_stale = true;
  prelude = std::make_unique<Program>(*lowered.prelude, device, name + "'s weights");
  for (const Parameter& p : lowered.prelude->parameters())
    in_prelude[size_t(graph().find_parameter(p.name)->value.index())] = p.value.index();
}

bool Program::State::place_weight(int parameter, std::span<const uint8_t> bytes, std::shared_ptr<const void> owner) {
  const Type& t = graph().parameters()[size_t(parameter)].value.type();
  BufferRef& buffer = buffers[parameter_buffer(parameter)];
  stale = true;
  if (packed[size_t(parameter)]) {
    buffer = pack_weight(*device, t, bytes);
    return true;
  }
  if (reinterpret_cast<uintptr_t>(bytes.data()) % size_t(info(t.dtype).block_bytes) == 0) {
    buffer = device->wrap(bytes, std::move(owner));
    return buffer->host() != bytes.data();
  }
  buffer = device->allocate(std::max<size_t>(bytes.size(), 1));  // files promise no alignment, kernels need it
  device->write(*buffer, 0, bytes);
  return true;
}

// A result of the prelude becomes a weight of the graph.
void Program::State::take_folded(int result, int parameter) {
  const BufferRef& from = prelude->result(result);
  size_t bytes = size_t(prelude->result_type(result).bytes().value());
  if (!packed[size_t(parameter)]) {
    buffers[parameter_buffer(parameter)] = from;
  } else if (const auto* host = static_cast<const uint8_t*>(from->host())) {
    place_weight(parameter, {host, bytes}, nullptr);
  } else {
    std::vector<uint8_t> copy(bytes);
    device->read(*from, 0, copy);
    place_weight(parameter, copy, nullptr);
  }
}

// All that the device holds for a run, but what came with the graph.
void Program::State::forget_weights() {
  buffers[arena()] = nullptr;
  for (size_t i = 0; i < own_parameters; ++i) buffers[parameter_buffer(int(i))] = nullptr;
  for (size_t i = 0; i < graph().results().size(); ++i) buffers[result_buffer(int(i))] = nullptr;
  raw.clear();
  stale = true;
}

void Program::State::evaluate() {
  auto lookup = [&](std::string_view s) -> int64_t {
    auto at = symbols.find(s);
    if (at == symbols.end()) fail(name, ": no input says what ", s, " is");
    return at->second;
  };
  for (const Requirement& r : requirements)
    if (r.nonnegative.evaluate(lookup) < 0) fail(name, ": ", r.message);
  scalars.resize(assembled.scalars.size());
  for (size_t i = 0; i < scalars.size(); ++i) scalars[i] = assembled.scalars[i].evaluate(lookup);
  if (!buffers[arena()] || buffers[arena()]->bytes() < size_t(scalars[assembled.arena_bytes]))
    buffers[arena()] = device->allocate(std::max<size_t>(aligned(scalars[assembled.arena_bytes]), kBufferAlignment));
  for (size_t i = 0; i < graph().results().size(); ++i) {
    Value v = graph().results()[i];
    const Placement& p = assembled.plan.place[size_t(v.id)];
    bool own = p.home == Home::kResult ? p.index == int(i) : false;
    for (const auto& [result, value] : assembled.plan.final_copies) own = own || result == int(i);
    if (!own) continue;
    BufferRef& b = buffers[result_buffer(int(i))];
    size_t bytes = aligned(std::max<int64_t>(1, v.type().bytes().evaluate(lookup)));
    if (!b || b->bytes() < bytes) b = device->allocate(bytes);
  }
  for (size_t i = 0; i < graph().parameters().size(); ++i) {
    const Parameter& p = graph().parameters()[i];
    const BufferRef& b = buffers[parameter_buffer(int(i))];
    if (!b && (used[i] || in_prelude[i] < 0))
      fail(name, ": nothing was bound to %", p.name, ": ", text(p.value.type()));
  }
  // results that share another's buffer
  BufferRef none;
  for (BufferRef& b : buffers)
    if (!b) b = none ? none : none = device->allocate(kBufferAlignment);
  raw.clear();
  for (const BufferRef& b : buffers) raw.push_back(b.get());
  stale = false;
}

Program::Program(const Graph& graph, DeviceRef device, std::string name) : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.device = std::move(device);
  s.name = std::move(name);
  s.own_parameters = graph.parameters().size();
  s.requirements = requirements_of(graph);
  bool simt = !s.device->target().is_cpu();
  s.lowered = lower(graph, {.simt = simt});
  s.packed = packed_weights(s.graph());
  s.assembled = assemble(s.graph(), s.packed, simt);
  Code code = s.compile_kernels();
  s.buffers.resize(1 + s.graph().parameters().size() + s.graph().results().size());
  for (const Literal& l : s.assembled.literals) {
    s.buffers.push_back(s.device->allocate(std::max<size_t>(l.bytes.size(), 1)));
    s.device->write(*s.buffers.back(), 0, l.bytes);
  }
  s.bound_shape.resize(s.graph().parameters().size());
  s.compile_prelude();
  s.executable = s.device->load(code, std::move(s.assembled.steps), s.buffers.size(), s.assembled.scalars.size());
  for (const auto& [parameter, literal] : s.lowered.literals) {
    auto owner = std::make_shared<std::vector<uint8_t>>(literal.bytes);
    set_weight(parameter, *owner, owner);
  }
}

Program::~Program() = default;

const std::vector<Parameter>& Program::parameters() const { return state_->graph().parameters(); }
size_t Program::num_results() const { return state_->graph().results().size(); }

bool Program::set_weight(int parameter, std::span<const uint8_t> bytes, std::shared_ptr<const void> owner) {
  State& s = *state_;
  const Parameter& p = s.graph().parameters()[size_t(parameter)];
  const Type& t = p.value.type();
  if (int64_t(bytes.size()) != t.bytes().value())
    fail("weight ", p.name, ": ", bytes.size(), " bytes were given, ", text(t), " has ", t.bytes().value());
  int folded = s.in_prelude[size_t(parameter)];
  if (folded < 0) return s.place_weight(parameter, bytes, std::move(owner));
  s.prelude_is_stale = s.stale = true;
  bool copied = s.prelude->set_weight(folded, bytes, owner);
  if (!s.used[size_t(parameter)]) return copied;
  return s.place_weight(parameter, bytes, std::move(owner)) && copied;
}

std::vector<int> Program::fold_weights() {
  State& s = *state_;
  if (!s.prelude_is_stale) return {};
  s.prelude->run();
  for (size_t i = 0; i < s.prelude->num_results(); ++i) s.take_folded(int(i), s.lowered.prelude_parameters[i]);
  s.prelude->state_->forget_weights();
  s.prelude_is_stale = false, s.stale = true;
  std::vector<int> unneeded;
  for (size_t i = 0; i < s.used.size(); ++i)
    if (s.in_prelude[i] >= 0 && !s.used[i]) unneeded.push_back(int(i));
  return unneeded;
}

void Program::bind(int parameter, BufferRef buffer, std::span<const int64_t> shape) {
  State& s = *state_;
  const Parameter& p = s.graph().parameters()[size_t(parameter)];
  const Shape& declared = p.value.shape();
  auto mismatch = [&](std::string why) {
    fail("%", p.name, ": ", shape_text(shape), " was given, it is ", text(p.value.type()), why);
  };
  if (shape.size() != declared.size()) mismatch("");
  for (size_t a = 0; a < shape.size(); ++a) {
    const Dim& d = declared[a];
    std::vector<std::string> names;
    d.collect_symbols(names);
    if (names.size() == 1 && d == Dim::symbol(names[0])) {
      auto [at, fresh] = s.symbols.try_emplace(names[0], shape[a]);
      if (at->second != shape[a]) at->second = shape[a], s.stale = true;
    }
  }
  auto& bound = s.bound_shape[size_t(parameter)];
  if (!std::equal(shape.begin(), shape.end(), bound.begin(), bound.end()))
    bound.assign(shape.begin(), shape.end()), s.stale = true;
  BufferRef& at = s.buffers[s.parameter_buffer(parameter)];
  if (at != buffer) at = std::move(buffer), s.stale = true;
}

void Program::run() {
  State& s = *state_;
  fold_weights();
  if (s.stale) {
    for (size_t i = 0; i < s.bound_shape.size(); ++i) {  // each shape against the symbols as all inputs gave them
      const Parameter& p = s.graph().parameters()[i];
      for (size_t a = 0; a < s.bound_shape[i].size(); ++a) {
        int64_t want = p.value.shape()[a].evaluate([&](std::string_view n) {
          auto at = s.symbols.find(n);
          if (at == s.symbols.end()) fail(s.name, ": no input says what ", n, " is");
          return at->second;
        });
        if (want != s.bound_shape[i][a])
          fail("%", p.name, ": ", shape_text(s.bound_shape[i]), " was given for ", text(p.value.type()), ": axis ", a,
               " should be ", want);
      }
    }
    s.evaluate();
  }
  s.executable->run(s.raw, s.scalars);
}

const BufferRef& Program::result(int i) const {
  const State& s = *state_;
  Value v = s.graph().results()[size_t(i)];
  for (const auto& [result, value] : s.assembled.plan.final_copies)
    if (result == i) return s.buffers[s.result_buffer(i)];
  const Placement& p = s.assembled.plan.place[size_t(v.id)];
  return s.buffers[p.home == Home::kParameter ? s.parameter_buffer(p.index) : s.result_buffer(p.index)];
}

std::vector<int64_t> Program::result_shape(int i) const {
  std::vector<int64_t> out;
  for (const Dim& d : result_type(i).shape)
    out.push_back(d.evaluate([&](std::string_view n) { return state_->symbols.find(n)->second; }));
  return out;
}

const Type& Program::result_type(int i) const { return state_->graph().results()[size_t(i)].type(); }
const Graph& Program::fused() const { return state_->graph(); }
const Program* Program::prelude() const { return state_->prelude.get(); }
const std::vector<std::string>& Program::sources() const { return state_->sources; }
const std::vector<LaunchNote>& Program::launches() const { return state_->assembled.notes; }
size_t Program::arena_bytes() const { return state_->buffers[0] ? state_->buffers[0]->bytes() : 0; }
double Program::compile_ms() const { return state_->binary.compile_ms; }

std::vector<HostArray> run_graph(const Graph& graph, const DeviceRef& device,
                                 const std::map<std::string, HostArray>& inputs) {
  Program program(graph, device, graph.name());
  for (size_t i = 0; i < graph.parameters().size(); ++i) {
    const Parameter& p = graph.parameters()[i];
    auto at = inputs.find(p.name);
    if (at == inputs.end()) fail("%", p.name, ": ", text(p.value.type()), " is not among the inputs");
    if (at->second.dtype != p.value.dtype())
      fail("%", p.name, ": the input is ", name(at->second.dtype), ", expected ", text(p.value.type()));
    const auto& bytes = at->second.bytes;
    if (p.kind == ParameterKind::kWeight) {
      program.set_weight(int(i), bytes, nullptr);  // `inputs` outlives the program
      continue;
    }
    BufferRef buffer = device->allocate(std::max<size_t>(bytes.size(), 1));
    device->write(*buffer, 0, bytes);
    program.bind(int(i), buffer, at->second.shape);
  }
  program.run();
  std::vector<HostArray> out;
  for (size_t i = 0; i < program.num_results(); ++i) {
    HostArray a{program.result_type(int(i)).dtype, program.result_shape(int(i)), {}};
    int64_t count = 1;
    for (int64_t d : a.shape) count *= d;
    a.bytes.resize(size_t(bytes_of(a.dtype, count)));
    device->read(*program.result(int(i)), 0, a.bytes);
    out.push_back(std::move(a));
  }
  return out;
}

}  // namespace tegula
