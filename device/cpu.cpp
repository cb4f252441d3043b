// cpu: the processor that this process runs on, through a team of threads.
// One idea: a run is one turn of the team. Every thread walks all instructions and runs its contiguous share of each
// launch's blocks, and they meet only where data demands it, so that a run costs barriers and nothing else; where no
// launch has a second block, the caller walks alone and wakes nobody.
// Invariant: what decides about barriers (block counts, predicates) is the same for all threads at the same place.
#include <dlfcn.h>

#include <algorithm>
#include <cstring>

#include "base/cache.h"
#include "base/error.h"
#include "base/thread_team.h"
#include "device/kinds.h"
#include "device/schedule.h"

namespace tegula {
namespace {

using Kernel = void (*)(void* const* buffers, const int64_t* scalars, int64_t begin, int64_t end);

class CpuBuffer final : public Buffer {
 public:
  explicit CpuBuffer(size_t bytes) : Buffer(bytes, host_allocate(bytes), true) {
    if (!host_)
      fail("cpu: no memory for a buffer of ", bytes_text(bytes), ": this machine has ",
           bytes_text(host_memory_bytes()));
  }
  CpuBuffer(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner)
      : Buffer(bytes.size(), const_cast<uint8_t*>(bytes.data()), false), owner_(std::move(owner)) {}
  CpuBuffer(const CpuBuffer&) = delete;
  ~CpuBuffer() override {
    if (is_writable()) host_free(host_, bytes_);
  }

  uint8_t* at(size_t offset, size_t count) const {
    check(offset <= bytes_ && count <= bytes_ - offset, count, " bytes at ", offset, " of a buffer of ", bytes_);
    return static_cast<uint8_t*>(host_) + offset;
  }

 private:
  std::shared_ptr<const void> owner_;
};

struct CloseLibrary {
  void operator()(void* library) const { dlclose(library); }
};
using Library = std::unique_ptr<void, CloseLibrary>;

// The code's own file, or one that the cache makes of its bytes: it came with a saved program, or was evicted since.
Library open_library(const Code& code) {
  if (code.kernels.empty()) return nullptr;
  const auto open = [](const std::string& path) { return Library(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)); };
  std::string path = code.path;
  Library library = path.empty() ? nullptr : open(path);
  if (!library && !code.bytes.empty()) {
    Cache& cache = Cache::standard();
    const Digest key = sha256(code.bytes);
    auto entry = cache.find(key, ".so");
    path = entry ? entry->path : cache.store(key, ".so", code.bytes).path;
    library = open(path);
  }
  if (!library) fail("cpu: cannot open the compiled program ", path, ": ", dlerror());
  return library;
}

// What the copies of an executable share.
struct Loaded {
  struct Call {
    Kernel kernel;
    size_t pointers, arguments;  // where its own begin
  };

  Loaded(std::shared_ptr<ThreadTeam> team, const Code& code, Schedule steps)
      : team(std::move(team)), library(open_library(code)), schedule(std::move(steps)) {
    for (const Launch& launch : schedule.launches) {
      const std::string& name = code.kernels[launch.kernel];
      auto* kernel = reinterpret_cast<Kernel>(dlsym(library.get(), name.c_str()));
      if (!kernel) fail("cpu: the compiled program ", code.path, " has no kernel ", name);
      calls.push_back({kernel, num_pointers, num_arguments});
      num_pointers += launch.buffers.size();
      num_arguments += launch.scalars.size();
    }
  }

  std::shared_ptr<ThreadTeam> team;
  Library library;
  Schedule schedule;
  std::vector<Call> calls;  // one per launch
  size_t num_pointers = 0, num_arguments = 0;
};

class CpuExecutable final : public Executable {
 public:
  explicit CpuExecutable(std::shared_ptr<const Loaded> loaded)
      : loaded_(std::move(loaded)),
        schedule_(loaded_->schedule),
        pointers_(loaded_->num_pointers),
        arguments_(loaded_->num_arguments),
        bases_(schedule_.num_buffers),
        scalars_(schedule_.num_scalars) {}

  std::unique_ptr<Executable> copy() const override { return std::make_unique<CpuExecutable>(loaded_); }

  void run(std::span<Buffer* const> buffers, std::span<const int64_t> scalars) override {
    resolve(buffers, scalars);
    if (alone_) return walk(0, 1);
    loaded_->team->run([this](int thread) { walk(thread, loaded_->team->size()); });
  }

 private:
  static constexpr int64_t kPage = 4096;  // copies are shared out by pages
  static int64_t pages(int64_t bytes) { return (bytes + kPage - 1) / kPage; }

  // Fills the arguments of every launch, where they differ from those of the run before.
  void resolve(std::span<Buffer* const> buffers, std::span<const int64_t> scalars) {
    schedule_.check_run(buffers, scalars);
    bool same = resolved_ && std::ranges::equal(scalars, scalars_);
    for (size_t i = 0; i < buffers.size(); ++i) {
      check(buffers[i] != nullptr, "a run got no buffer ", i);
      same = same && bases_[i] == buffers[i]->host();
      bases_[i] = static_cast<uint8_t*>(buffers[i]->host());
    }
    if (same) return;
    resolved_ = false;
    alone_ = true;
    std::ranges::copy(scalars, scalars_.begin());
    void** pointer = pointers_.data();
    int64_t* argument = arguments_.data();
    for (const Launch& launch : schedule_.launches) {
      alone_ = alone_ && scalars[launch.blocks] <= 1;
      for (const Place& place : launch.buffers) {
        Schedule::check_place(place, 0, buffers, scalars);
        *pointer++ = at(place);
      }
      for (uint32_t scalar : launch.scalars) *argument++ = scalars[scalar];
    }
    for (const Copy& copy : schedule_.copies) {
      alone_ = alone_ && pages(scalars[copy.bytes]) <= 1;
      Schedule::check_place(copy.from, scalars[copy.bytes], buffers, scalars);
      Schedule::check_place(copy.to, scalars[copy.bytes], buffers, scalars);
    }
    for (const Place& predicate : schedule_.predicates) Schedule::check_place(predicate, 1, buffers, scalars);
    resolved_ = true;
  }

  uint8_t* at(const Place& place) const { return bases_[place.buffer] + scalars_[place.offset]; }

  // One thread's way through the schedule, of `size` that walk together.
  void walk(int thread, int64_t size) const {
    enum { kNone, kFirst, kAll } running = kNone;  // which threads may have work behind them since the last barrier
    bool owed = false;                             // a barrier is due before what another thread than the first does
    const auto enter = [&](int64_t blocks) {
      const auto mine = blocks == 1 ? kFirst : kAll;
      if (owed && !(running == kFirst && mine == kFirst)) {
        if (size > 1) loaded_->team->barrier();
        running = kNone, owed = false;
      }
      running = std::max(running, mine);
    };
    // [begin, end) of `count` that this thread does; the first thread gets the first one over.
    const auto share = [&](int64_t count) {
      const int64_t each = count / size, over = count % size;
      const int64_t begin = thread * each + std::min<int64_t>(thread, over);
      return std::pair(begin, begin + each + (thread < over));
    };
    for (size_t i = 0; i < schedule_.instructions.size();) {
      const Instruction& instruction = schedule_.instructions[i++];
      owed = owed || (instruction.wait && running != kNone);
      if (instruction.kind == Instruction::kLaunch) {
        const int64_t blocks = scalars_[schedule_.launches[instruction.index].blocks];
        if (blocks <= 0) continue;
        enter(blocks);
        const auto [begin, end] = share(blocks);
        const Loaded::Call& call = loaded_->calls[instruction.index];
        if (begin < end) call.kernel(pointers_.data() + call.pointers, arguments_.data() + call.arguments, begin, end);
      } else if (instruction.kind == Instruction::kCopy) {
        const Copy& copy = schedule_.copies[instruction.index];
        const int64_t bytes = scalars_[copy.bytes];
        if (bytes == 0) continue;
        enter(pages(bytes));
        const auto [begin, end] = share(pages(bytes));
        const int64_t first = begin * kPage, count = std::min(bytes, end * kPage) - first;
        if (begin < end) std::memcpy(at(copy.to) + first, at(copy.from) + first, size_t(count));
      } else if (instruction.kind == Instruction::kUnless) {
        enter(2);  // all threads read it, and none may write it before they have
        if (*at(schedule_.predicates[instruction.index]) == 0) i = instruction.target;
      } else {
        i = instruction.target;
      }
    }
  }

  std::shared_ptr<const Loaded> loaded_;
  const Schedule& schedule_;
  std::vector<void*> pointers_;     // the buffers of every launch, one after another
  std::vector<int64_t> arguments_;  // the scalars of every launch
  std::vector<uint8_t*> bases_;     // what the last run was given
  std::vector<int64_t> scalars_;
  bool resolved_ = false;
  bool alone_ = false;  // nothing in it has work for a second thread
};

class Cpu final : public Device {
 public:
  explicit Cpu(int threads) : team_(std::make_shared<ThreadTeam>(threads > 0 ? threads : usable_cores())) {}

  std::string name() const override { return "cpu"; }
  std::string description() const override { return describe_host(); }
  Target target() const override { return host_target(); }
  int num_threads() const override { return team_->size(); }

  BufferRef allocate(size_t bytes) override { return std::make_shared<CpuBuffer>(bytes); }
  BufferRef wrap(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner) override {
    return std::make_shared<CpuBuffer>(bytes, std::move(owner));
  }
  void write(Buffer& to, size_t offset, std::span<const uint8_t> from) override {
    auto& buffer = static_cast<CpuBuffer&>(to);
    check(buffer.is_writable(), "a write to wrapped host memory");
    if (!from.empty()) std::memcpy(buffer.at(offset, from.size()), from.data(), from.size());
  }
  void read(const Buffer& from, size_t offset, std::span<uint8_t> to) override {
    const uint8_t* at = static_cast<const CpuBuffer&>(from).at(offset, to.size());
    if (!to.empty()) std::memcpy(to.data(), at, to.size());
  }
  std::unique_ptr<Executable> load(const Code& code, std::vector<Step> steps, size_t num_buffers,
                                   size_t num_scalars) override {
    return std::make_unique<CpuExecutable>(
        std::make_shared<const Loaded>(team_, code, Schedule(code, std::move(steps), num_buffers, num_scalars)));
  }

 private:
  std::shared_ptr<ThreadTeam> team_;
};

}  // namespace

DeviceRef open_cpu(int threads) { return std::make_shared<Cpu>(threads); }

}  // namespace tegula
