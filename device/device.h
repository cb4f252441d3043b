// Device: memory and execution on one chip; one file per kind of device (cpu, opencl, null, later cuda and hip).
// One idea: a device is handed a whole Schedule once and then runs it many times with other scalars, so that a run
// allocates nothing and takes no lock: on a CPU it is one turn of the thread team, on a GPU a queue or a captured
// graph. Invariant: launches take effect in order wherever `barrier` says that data demands it; otherwise they may
// overlap.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "device/target.h"

namespace tegula {

// Memory of one device. Device::allocate gives it; contents are undefined at first.
class Buffer {
 public:
  virtual ~Buffer() = default;
  size_t bytes() const { return bytes_; }
  // Its address where the host can use it directly (cpu), else null.
  void* host() const { return host_; }
  // False for wrapped host memory.
  bool is_writable() const { return writable_; }

 protected:
  Buffer(size_t bytes, void* host, bool writable) : bytes_(bytes), host_(host), writable_(writable) {}
  size_t bytes_;
  void* host_;
  bool writable_;
};
using BufferRef = std::shared_ptr<Buffer>;

inline constexpr size_t kBufferAlignment = 128;  // of buffers and of offsets into them

// A place in the buffers that a run is given: buffers[buffer] + scalars[offset] bytes.
struct Place {
  uint32_t buffer = 0;
  uint32_t offset = 0;
};

// One kernel over blocks 0..scalars[blocks]-1 (see kernel/entry.h for what a kernel is on each kind of device).
struct Launch {
  uint32_t kernel = 0;            // index into Code::kernels
  std::vector<Place> buffers;     // its pointer parameters, in order
  std::vector<uint32_t> scalars;  // its i64 parameters, in order: indices into the run's scalars
  uint32_t blocks = 0;            // index into the run's scalars
  bool barrier = true;            // waits for all launches before it
  uint32_t threads = 0;           // of a block; 0: as many as the kernels' target has (kThreads)
  uint32_t shared_bytes = 0;      // of memory that a block's threads share, beside what the kernel declares
};

struct Copy {
  Place from, to;      // may not overlap
  uint32_t bytes = 0;  // index into the run's scalars
};

struct Step;
// Runs `then` where the bool at `predicate` is true, else `otherwise`.
struct Branch {
  Place predicate;
  std::vector<Step> then, otherwise;
};
// Runs `condition`; while the bool at `predicate` is then true, `body` and `condition` again.
struct Loop {
  Place predicate;
  std::vector<Step> condition, body;
};
struct Step
    : std::variant<Launch, Copy, Branch, Loop> {  // every kind but Launch waits for all before it, as do those after
  using variant::variant;
};

struct Code {
  std::span<const uint8_t> bytes;     // what jit/ compiled for this device's target
  std::string path;                   // the same as a file, if there is one: it may be gone by now
  std::shared_ptr<const void> owner;  // keeps the bytes
  std::vector<std::string> kernels;   // names of its entries
};

// A schedule made ready to run, and the arguments of one run at a time.
class Executable {
 public:
  virtual ~Executable() = default;
  // Runs every step once; returns when the work is queued (Device::read waits for it).
  virtual void run(std::span<Buffer* const> buffers, std::span<const int64_t> scalars) = 0;
  // Another one, which may run at the same time; it shares what was loaded.
  virtual std::unique_ptr<Executable> copy() const = 0;
};

class Device {
 public:
  virtual ~Device() = default;
  virtual std::string name() const = 0;         // as --device takes it: "cpu", "opencl:0"
  virtual std::string description() const = 0;  // for people: chip, driver, memory
  virtual Target target() const = 0;
  virtual int num_threads() const { return 1; }  // of a CPU: how many share a launch's blocks

  // Error naming the size where there is no memory for it.
  virtual BufferRef allocate(size_t bytes) = 0;
  // Host memory (aligned to kBufferAlignment where possible) as a read-only buffer; kept alive by `owner`. Copied where
  // the device has memory of its own.
  virtual BufferRef wrap(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner) = 0;
  virtual void write(Buffer& to, size_t offset, std::span<const uint8_t> from) = 0;
  virtual void read(const Buffer& from, size_t offset, std::span<uint8_t> to) = 0;  // waits for what was queued

  // `num_buffers` and `num_scalars`: how many of each a run will be given.
  virtual std::unique_ptr<Executable> load(const Code& code, std::vector<Step> steps, size_t num_buffers,
                                           size_t num_scalars) = 0;
};
using DeviceRef = std::shared_ptr<Device>;

// Opens "cpu", "opencl", "opencl:1", "null". threads: of a CPU; 0: one per core this process may use.
// Error saying what is missing, or listing what there is.
DeviceRef open_device(std::string_view name, int threads = 0);

// Every device this machine has, without opening drivers' contexts, and each kind whose driver is missing; for
// `tegula devices`.
struct DeviceInfo {
  std::string name, description;
  bool usable = true;  // false: the description says why not
};
std::vector<DeviceInfo> list_devices();

}  // namespace tegula
