// tegula warm-cache: compiles a model's kernels into the cache, for this machine or for another target.
#include "cli/command.h"
#include "cli/output.h"
#include "model/language_model.h"
#include "runtime/compile_graph.h"
#include "runtime/program.h"

namespace tegula {
namespace {

struct WarmOptions {
  std::string model;
  std::vector<std::string> targets;
  bool tune = false;
};

void report(const std::string& where, const Compiled& compiled) {
  print_line(compiled.compile_ms > 0 ? str(where, ": compiled in ", int64_t(compiled.compile_ms + 0.5), " ms")
                                     : str(where, ": was in the cache"));
  flush_output();
}

}  // namespace

const Command warm_cache_command{
    "warm-cache", "compile a model into the cache, so that it starts at once",
    [](Arguments& arguments, const CommonOptions& common) -> std::function<void()> {
      auto o = std::make_shared<WarmOptions>();
      declare_model(arguments, o->model);
      arguments.texts("--target", o->targets, "TARGET",
                      "cpu:x86-64-v3, cpu:aarch64, opencl, cuda:sm_90, hip:gfx942, ...; default: the --device; may be "
                      "given again");
      arguments.flag("--tune", o->tune, "measure tile sizes");
      return [o, &common] {
        if (o->tune) throw UsageError("--tune: there is nothing to measure yet, tile sizes come from a cost model");
        std::vector<Target> targets;
        for (const std::string& t : o->targets) targets.push_back(parse_target(t));
        const ModelFiles files = open_model(model_or_embedded(o->model));
        const std::shared_ptr<Graph> graph = model_graph(files, common.load_options());
        const std::string name = str(files.config.model_type(), " ", files.name);
        for (size_t i = 0; i < targets.size(); ++i) report(o->targets[i], *compile_graph(*graph, targets[i], name));
        if (!targets.empty()) return;
        const DeviceRef device = common.open();
        const CompiledRef compiled = compile_graph(*graph, *device, name);
        Program(compiled, device);  // its driver may keep what it makes of the code
        report(common.device, *compiled);
      };
    }};

}  // namespace tegula
