// null: everything but the arithmetic, to test the compiler and the scheduler without a jit.
// One idea: it checks all that a device is told and does none of it. Invariant: it holds no memory; reads give zeros,
// so every branch goes to `otherwise` and every loop ends at once.
#include <algorithm>

#include "base/error.h"
#include "device/kinds.h"
#include "device/schedule.h"

namespace tegula {
namespace {

struct NullBuffer final : Buffer {
  NullBuffer(size_t bytes, bool writable) : Buffer(bytes, nullptr, writable) {}
};

class NullExecutable final : public Executable {
 public:
  explicit NullExecutable(std::shared_ptr<const Schedule> schedule) : loaded_(std::move(schedule)) {}

  std::unique_ptr<Executable> copy() const override { return std::make_unique<NullExecutable>(loaded_); }

  void run(std::span<Buffer* const> buffers, std::span<const int64_t> scalars) override {
    const Schedule& schedule = *loaded_;
    schedule.check_run(buffers, scalars);
    for (size_t i = 0; i < schedule.instructions.size();) {
      const Instruction& instruction = schedule.instructions[i++];
      if (instruction.kind == Instruction::kLaunch) {
        const Launch& launch = schedule.launches[instruction.index];
        check(scalars[launch.blocks] >= 0, "a launch of ", scalars[launch.blocks], " blocks");
        for (const Place& place : launch.buffers) Schedule::check_place(place, 0, buffers, scalars);
      } else if (instruction.kind == Instruction::kCopy) {
        const Copy& copy = schedule.copies[instruction.index];
        for (const Place& place : {copy.from, copy.to})
          Schedule::check_place(place, scalars[copy.bytes], buffers, scalars);
      } else {
        if (instruction.kind == Instruction::kUnless)
          Schedule::check_place(schedule.predicates[instruction.index], 1, buffers, scalars);
        i = instruction.target;
      }
    }
  }

 private:
  std::shared_ptr<const Schedule> loaded_;
};

class Null final : public Device {
 public:
  std::string name() const override { return "null"; }
  std::string description() const override { return "everything but the arithmetic, for tests"; }
  Target target() const override { return host_target(); }

  BufferRef allocate(size_t bytes) override { return std::make_shared<NullBuffer>(bytes, true); }
  BufferRef wrap(std::span<const uint8_t> bytes, std::shared_ptr<const void>) override {
    return std::make_shared<NullBuffer>(bytes.size(), false);
  }
  void write(Buffer& to, size_t offset, std::span<const uint8_t> from) override {
    check_range(to, offset, from.size());
  }
  void read(const Buffer& from, size_t offset, std::span<uint8_t> to) override {
    check_range(from, offset, to.size());
    std::ranges::fill(to, 0);
  }
  std::unique_ptr<Executable> load(const Code& code, std::vector<Step> steps, size_t num_buffers,
                                   size_t num_scalars) override {
    return std::make_unique<NullExecutable>(
        std::make_shared<const Schedule>(code, std::move(steps), num_buffers, num_scalars));
  }

 private:
  static void check_range(const Buffer& buffer, size_t offset, size_t count) {
    check(offset <= buffer.bytes() && count <= buffer.bytes() - offset, count, " bytes at ", offset, " of a buffer of ",
          buffer.bytes());
  }
};

}  // namespace

DeviceRef open_null() { return std::make_shared<Null>(); }

}  // namespace tegula
