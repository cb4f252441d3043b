// tegula inspect: a program at each stage of the compiler, from the graph as it is written to the kernels it became.
#include "base/file.h"
#include "cli/array_text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "compile/pipeline.h"
#include "compile/plan_memory.h"
#include "graph/parse.h"
#include "model/language_model.h"
#include "runtime/compile_graph.h"

namespace tegula {
namespace {

struct InspectOptions {
  std::string what, stage = "kernels";
};

bool is_graph_file(const std::string& what) {
  return what == "-" || what.ends_with(".graph") || (file_exists(what) && !what.ends_with(".gguf"));
}

std::shared_ptr<Graph> graph_of(const std::string& what, const CommonOptions& common) {
  if (is_graph_file(what)) return read_graph(what);
  return model_graph(open_model(model_or_embedded(what)), common.load_options());
}

// Where each value lives, and which launches wait.
void print_plan(const Graph& fused) {
  const MemoryPlan plan = plan_memory(fused);
  for (size_t i = 0; i < plan.slot_bytes.size(); ++i)
    print_line(str("slot ", i, ": ", plan.slot_bytes[i].text(), " bytes"));
  size_t number = 0;
  for (const Node& node : fused.nodes()) {
    std::string results;
    for (Value v : node.results) {
      const Placement& p = plan.place[size_t(v.id)];
      const char* home = p.home == Home::kArena ? "slot" : p.home == Home::kResult ? "result" : "parameter";
      results += str(results.empty() ? "" : ", ", home, " ", p.index, " ", text(v.type()));
    }
    print_line(str(plan.barrier[number] ? "wait, " : "      ", node.op->name, " ", number, " -> ", results,
                   node.location.empty() ? "" : "   # " + node.location));
    ++number;
  }
  for (const auto& [node, value] : plan.copies) print_line(str("copy before ", node, ": ", text(value.type())));
  for (const auto& [result, value] : plan.final_copies)
    print_line(str("copy to result ", result, ": ", text(value.type())));
}

void print_kernels(const Compiled& program) {
  size_t width = 6;
  for (const LaunchNote& n : program.launches) width = std::max(width, n.description.size());
  for (const LaunchNote& n : program.launches)
    print_line(str(n.kernel, std::string(n.kernel.size() < 6 ? 6 - n.kernel.size() : 1, ' '), n.description,
                   std::string(width + 2 - n.description.size(), ' '), n.location));
}

void inspect(const InspectOptions& options, const CommonOptions& common) {
  const std::shared_ptr<Graph> graph = graph_of(options.what, common);
  if (options.stage == "graph") return print(print_graph(*graph));
  if (options.stage == "fused" || options.stage == "plan") {
    const auto print_stage = [&](const Graph& fused) {
      options.stage == "fused" ? print(print_graph(fused)) : print_plan(fused);
    };
    const bool simt = !common.open()->target().is_cpu();
    const Lowered lowered = lower(*graph, {.simt = simt});
    if (lowered.prelude) print_stage(*lower(*lowered.prelude, {.simt = simt}).graph);
    return print_stage(*lowered.graph);
  }
  const CompiledRef program = compile_graph(*graph, *common.open(), graph->name());
  const auto print_program = [&](const Compiled& p) {
    if (options.stage == "kernels") return print_kernels(p);
    for (const std::string& source : p.sources) print_line(source);
  };
  if (program->prelude) {
    print_line("# once, from the weights");
    print_program(*program->prelude);
    print_line("# at each step");
  }
  print_program(*program);
}

}  // namespace

const Command inspect_command{
    "inspect", "a program at each stage of the compiler",
    [](Arguments& arguments, const CommonOptions& common) -> std::function<void()> {
      auto o = std::make_shared<InspectOptions>();
      arguments.text("MODEL|FILE.graph", o->what, nullptr,
                     "as for generate and run; absent: the model that comes with tegula");
      arguments.choice("--stage", o->stage, {"graph", "fused", "plan", "source", "kernels"},
                       "graph: as it is written; fused: after all passes; plan: where values live and what waits; "
                       "source: the generated C++; kernels (default): each launch, and the ops fused into it");
      return [o, &common] { inspect(*o, common); };
    }};

}  // namespace tegula
