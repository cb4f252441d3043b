// tegula warm-cache: compiles a model's kernels into the cache, for this machine or for another target.
// One idea: a Program is compiled for a device, and a device for another machine is one that has that machine's target
// and runs nothing. Memory is the null device's.
#include "cli/command.h"
#include "cli/output.h"
#include "model/language_model.h"

namespace tegula {
namespace {

class NothingRuns final : public Executable {
  void run(std::span<Buffer* const>, std::span<const int64_t>) override {
    fail("this program was compiled for elsewhere");
  }
  std::unique_ptr<Executable> copy() const override { return std::make_unique<NothingRuns>(); }
};

class Elsewhere final : public Device {
 public:
  Elsewhere(std::string name, Target target) : name_(std::move(name)), target_(std::move(target)) {}

  std::string name() const override { return name_; }
  std::string description() const override { return name_; }
  Target target() const override { return target_; }
  BufferRef allocate(size_t bytes) override { return null_->allocate(bytes); }
  BufferRef wrap(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner) override {
    return null_->wrap(bytes, std::move(owner));
  }
  void write(Buffer& to, size_t offset, std::span<const uint8_t> from) override { null_->write(to, offset, from); }
  void read(const Buffer& from, size_t offset, std::span<uint8_t> to) override { null_->read(from, offset, to); }
  std::unique_ptr<Executable> load(const Code&, std::vector<Step>, size_t, size_t) override {
    return std::make_unique<NothingRuns>();
  }

 private:
  std::string name_;
  Target target_;
  DeviceRef null_ = open_device("null");
};

struct WarmOptions {
  std::string model;
  std::vector<std::string> targets;
  bool tune = false;
};

std::shared_ptr<Elsewhere> elsewhere(const std::string& target) {
  try {
    return std::make_shared<Elsewhere>(target, target_named(target));
  } catch (const Error& e) {
    throw UsageError(str("--target: ", e.what()));
  }
}

void warm(const ModelFiles& files, const DeviceRef& device, const std::string& where, const CommonOptions& common) {
  const std::shared_ptr<Graph> graph = model_graph(files, common.load_options());
  const Program program(*graph, device, str(files.config.model_type(), " ", files.name));
  print_line(program.compile_ms() > 0 ? str(where, ": compiled in ", int64_t(program.compile_ms() + 0.5), " ms")
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
        std::vector<std::shared_ptr<Elsewhere>> targets;
        for (const std::string& t : o->targets) targets.push_back(elsewhere(t));
        const ModelFiles files = open_model(model_or_embedded(o->model));
        for (const auto& t : targets) warm(files, t, t->name(), common);
        if (targets.empty()) warm(files, common.open(), common.device, common);
      };
    }};

}  // namespace tegula
