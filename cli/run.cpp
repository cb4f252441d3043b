// tegula run: runs a graph once, from its text or as tegula compile wrote it; safetensors in, safetensors or text out.
#include <algorithm>

#include "cli/array_text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "runtime/compile_graph.h"
#include "runtime/compiled_file.h"
#include "weights/safetensors.h"

namespace tegula {
namespace {

struct RunOptions {
  std::string graph, inputs, output;
};

// What a program is given, as a graph or a saved program tells it.
struct Wanted {
  std::string program;
  std::vector<std::pair<std::string, Type>> parameters;

  const Type* find(const std::string& name) const {
    const auto at = std::ranges::find(parameters, name, &std::pair<std::string, Type>::first);
    return at == parameters.end() ? nullptr : &at->second;
  }
};

HostArrays read_inputs(const std::string& path, const Wanted& wanted) {
  HostArrays out;
  if (path.empty()) return out;
  const TensorFile file = read_safetensors(path);
  for (const StoredTensor& t : file.tensors()) {
    const Type* type = wanted.find(t.name);
    if (!type) {
      std::string known;
      for (const auto& [name, _] : wanted.parameters) known += (known.empty() ? "" : ", ") + name;
      fail(path, ": graph @", wanted.program, " has no parameter \"", t.name, "\"; it has ",
           known.empty() ? "none" : known);
    }
    HostArray& array = out[t.name] = {t.dtype, t.shape, {t.bytes.begin(), t.bytes.end()}};
    const DTypeInfo& dtype = info(type->dtype);
    if (!is_quantized(dtype.dtype) || t.dtype != DType::kU8 || t.shape.empty()) continue;
    array.dtype = dtype.dtype;
    array.shape.back() = array.shape.back() / dtype.block_bytes * dtype.block_elements;
  }
  return out;
}

Wanted wanted_by(const Graph& graph) {
  Wanted out{graph.name(), {}};
  for (const Parameter& p : graph.parameters()) out.parameters.push_back({p.name, p.value.type()});
  return out;
}

Wanted wanted_by(const Compiled& compiled) {
  Wanted out{compiled.name, {}};
  for (const CompiledParameter& p : compiled.parameters)
    if (p.is_own()) out.parameters.push_back({p.name, p.type});
  return out;
}

// All inputs that are missing at once.
void check_complete(const Wanted& wanted, const HostArrays& inputs, const std::string& path) {
  std::string missing;
  for (const auto& [name, type] : wanted.parameters)
    if (!inputs.contains(name)) missing += (missing.empty() ? "" : ", ") + name + ": " + text(type);
  if (missing.empty()) return;
  if (path.empty()) throw UsageError("graph @" + wanted.program + " needs --inputs with " + missing);
  fail(path, ": inputs are missing: ", missing);
}

void run(const RunOptions& options, const CommonOptions& common) {
  const bool is_saved = is_compiled_file(options.graph);
  CompiledRef compiled = is_saved ? load_compiled(options.graph) : nullptr;
  const std::shared_ptr<Graph> graph = is_saved ? nullptr : read_graph(options.graph);
  const Wanted wanted = is_saved ? wanted_by(*compiled) : wanted_by(*graph);
  const HostArrays inputs = read_inputs(options.inputs, wanted);
  check_complete(wanted, inputs, options.inputs);
  const DeviceRef device = common.open();
  if (!is_saved) compiled = compile_graph(*graph, *device, graph->name());
  const std::vector<HostArray> results = run_compiled(std::move(compiled), device, inputs);
  if (options.output.empty()) {
    for (size_t i = 0; i < results.size(); ++i) print_line(str(i, ": ", array_text(results[i])));
    return;
  }
  std::vector<StoredTensor> tensors;
  for (size_t i = 0; i < results.size(); ++i)
    tensors.push_back({{std::to_string(i), results[i].dtype, results[i].shape}, results[i].bytes});
  write_safetensors(options.output, tensors);
}

}  // namespace

const Command run_command{
    "run", "run a graph, from its text or compiled before",
    [](Arguments& arguments, const CommonOptions& common) -> std::function<void()> {
      auto o = std::make_shared<RunOptions>();
      arguments.text(
          "FILE.graph", o->graph, nullptr,
          "graph text (tegula list ops shows what it may hold), - : from stdin; or what tegula compile wrote", true);
      arguments.text("--inputs", o->inputs, "F.safetensors", "the parameters, by name");
      arguments.text("--output", o->output, "F.safetensors",
                     "where to write the results, named 0, 1, ...; default: stdout, as text");
      arguments.footer("A parameter in a quantised encoding is given as its blocks: u8[..., bytes of a row].");
      return [o, &common] { run(*o, common); };
    }};

}  // namespace tegula
