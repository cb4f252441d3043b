// tegula compile: a graph in its text form becomes a file that runs where there is no compiler.
#include "cli/array_text.h"
#include "cli/command.h"
#include "runtime/compile_graph.h"
#include "runtime/compiled_file.h"

namespace tegula {
namespace {

struct CompileOptions {
  std::string graph, output, target;
};

}  // namespace

const Command compile_command{
    "compile", "compile a graph in its text form into a file that tegula run takes",
    [](Arguments& arguments, const CommonOptions& common) -> std::function<void()> {
      auto o = std::make_shared<CompileOptions>();
      arguments.text("FILE.graph", o->graph, nullptr, "graph text; - : stdin", true);
      arguments.text("--output", o->output, "FILE", "where to write the program", true);
      arguments.text("--target", o->target, "TARGET",
                     "cpu:x86-64-v3, cpu:aarch64, opencl, cuda:sm_90, hip:gfx942, ...; default: the --device");
      arguments.footer("The file runs with this version of Tegula, on any machine that has the target's features.");
      return [o, &common] {
        const Target target = o->target.empty() ? common.open()->target() : parse_target(o->target);
        const std::shared_ptr<Graph> graph = read_graph(o->graph);
        save_compiled(*compile_graph(*graph, target, graph->name()), o->output);
      };
    }};

}  // namespace tegula
