// opencl: any device whose OpenCL driver (2.1 or later) takes SPIR-V.
// One idea: buffers are shared virtual memory (coarse-grained is enough), so an offset into a buffer is an addition on
// any device, whatever it asks of sub-buffers. An in-order queue keeps the order of the steps.
// Invariant: kernel arguments are set when they differ from those of the run before, and only then.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/cache.h"
#include "base/debug.h"
#include "base/sha256.h"
#include "device/kinds.h"
#include "device/opencl_api.h"
#include "device/schedule.h"

namespace tegula {
namespace {

// Of a block: kThreads of kernel/target/simt.h where the launch says nothing else.
size_t group_threads(const Launch& launch) { return launch.threads ? launch.threads : 128; }

// A device with its context and queue; buffers and executables keep it.
struct Connection {
  const OpenCl* cl;
  OpenClDevice device;
  cl_context context = nullptr;
  cl_command_queue queue = nullptr;

  explicit Connection(OpenClDevice device) : cl(opencl()), device(device) {
    cl_int error;
    context = cl->clCreateContext(nullptr, 1, &device.id, nullptr, nullptr, &error);
    opencl_must(error, "cannot open the device");
    queue = cl->clCreateCommandQueueWithProperties(context, device.id, nullptr, &error);
    if (!queue) cl->clReleaseContext(context);
    opencl_must(error, "cannot make a queue");
  }
  Connection(const Connection&) = delete;
  ~Connection() {
    cl->clReleaseCommandQueue(queue);
    cl->clReleaseContext(context);
  }

  bool shares_host_memory() const {
    return opencl_value<cl_device_svm_capabilities>(device.id, CL_DEVICE_SVM_CAPABILITIES) &
           CL_DEVICE_SVM_FINE_GRAIN_SYSTEM;
  }
  void copy(void* to, const void* from, size_t bytes, bool wait) const {
    if (bytes > 0)
      opencl_must(cl->clEnqueueSVMMemcpy(queue, wait, to, from, bytes, 0, nullptr, nullptr), "copying ", bytes,
                  " bytes");
  }
};
using ConnectionRef = std::shared_ptr<const Connection>;

class OpenClBuffer final : public Buffer {
 public:
  OpenClBuffer(ConnectionRef connection, size_t bytes)
      : Buffer(bytes, nullptr, true), connection_(std::move(connection)) {
    const Connection& c = *connection_;
    memory_ = allocated_ = c.cl->clSVMAlloc(c.context, CL_MEM_READ_WRITE, std::max<size_t>(bytes, 1), kBufferAlignment);
    if (!memory_)
      fail("opencl: no memory for a buffer of ", bytes_text(bytes), ": the device has ",
           bytes_text(opencl_value<cl_ulong>(c.device.id, CL_DEVICE_GLOBAL_MEM_SIZE)), ", ",
           bytes_text(opencl_value<cl_ulong>(c.device.id, CL_DEVICE_MAX_MEM_ALLOC_SIZE)), " for one buffer");
  }
  OpenClBuffer(ConnectionRef connection, std::span<const uint8_t> bytes, std::shared_ptr<const void> owner)
      : Buffer(bytes.size(), nullptr, false),
        connection_(std::move(connection)),
        memory_(const_cast<uint8_t*>(bytes.data())),
        owner_(std::move(owner)) {}
  OpenClBuffer(const OpenClBuffer&) = delete;
  ~OpenClBuffer() override {
    connection_->cl->clFinish(connection_->queue);  // work that is queued may still use it
    if (allocated_) connection_->cl->clSVMFree(connection_->context, allocated_);
  }

  uint8_t* memory() const { return static_cast<uint8_t*>(memory_); }
  uint8_t* at(size_t offset, size_t count) const {
    check(offset <= bytes_ && count <= bytes_ - offset, count, " bytes at ", offset, " of a buffer of ", bytes_);
    return memory() + offset;
  }

 private:
  ConnectionRef connection_;
  void* memory_;
  void* allocated_ = nullptr;
  std::shared_ptr<const void> owner_;
};

// What the copies of an executable share: the schedule, and the program as the driver built it.
class Loaded {
 public:
  Loaded(ConnectionRef connection, const Code& code, Schedule steps)
      : connection(std::move(connection)), schedule(std::move(steps)), names_(code.kernels), cl_(this->connection->cl) {
    build(code);
  }
  Loaded(const Loaded&) = delete;
  ~Loaded() {
    if (program_) cl_->clReleaseProgram(program_);
  }

  const ConnectionRef connection;
  const Schedule schedule;

  // The kernel of a launch, to be released; it keeps arguments of its own.
  cl_kernel make_kernel(const Launch& launch) const {
    const std::string& name = names_[launch.kernel];
    cl_int error;
    cl_kernel kernel = cl_->clCreateKernel(program_, name.c_str(), &error);
    opencl_must(error, "no kernel ", name, " in the compiled program");
    cl_uint num_arguments = 0;
    size_t threads = 0;
    cl_ulong local_bytes = 0;
    const cl_device_id id = connection->device.id;
    cl_->clGetKernelInfo(kernel, CL_KERNEL_NUM_ARGS, sizeof num_arguments, &num_arguments, nullptr);
    cl_->clGetKernelWorkGroupInfo(kernel, id, CL_KERNEL_WORK_GROUP_SIZE, sizeof threads, &threads, nullptr);
    cl_->clGetKernelWorkGroupInfo(kernel, id, CL_KERNEL_LOCAL_MEM_SIZE, sizeof local_bytes, &local_bytes, nullptr);
    const auto local_limit = opencl_value<cl_ulong>(id, CL_DEVICE_LOCAL_MEM_SIZE);
    std::string wrong;
    if (num_arguments != launch.buffers.size() + launch.scalars.size())
      wrong =
          str("takes ", num_arguments, " arguments, its launch gives ", launch.buffers.size() + launch.scalars.size());
    if (threads < group_threads(launch))
      wrong = str("needs groups of ", group_threads(launch), " threads, the device allows ", threads);
    if (local_bytes > local_limit)
      wrong = str("needs ", local_bytes, " bytes of local memory, the device has ", local_limit);
    if (!wrong.empty()) {
      cl_->clReleaseKernel(kernel);
      fail("opencl: kernel ", name, " ", wrong);
    }
    return kernel;
  }

 private:
  // Drivers take a second or more for the kernels of a model, so what they made is kept.
  void build(const Code& code) {
    const Digest key = binary_key(code);
    if (const auto entry = Cache::standard().find(key, ".clbin"); entry && build_binary(entry->bytes)) return;
    const auto start = std::chrono::steady_clock::now();
    const cl_device_id id = connection->device.id;
    cl_int error;
    program_ = cl_->clCreateProgramWithIL(connection->context, code.bytes.data(), code.bytes.size(), &error);
    opencl_must(error, "the driver refuses the SPIR-V module ", code.path);
    error = cl_->clBuildProgram(program_, 1, &id, "", nullptr, nullptr);
    if (error != CL_SUCCESS) {
      size_t size = 0;
      cl_->clGetProgramBuildInfo(program_, id, CL_PROGRAM_BUILD_LOG, 0, nullptr, &size);
      std::string log(size, '\0');
      cl_->clGetProgramBuildInfo(program_, id, CL_PROGRAM_BUILD_LOG, size, log.data(), nullptr);
      fail("opencl: the driver cannot build ", code.path, ": ", opencl_error_name(error), "\n", log.c_str());
    }
    if (debugs(1)) {
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
      std::fprintf(stderr, "opencl: the driver built %zu kernels in %.0f ms\n", code.kernels.size(), took.count());
    }
    size_t size = 0;
    cl_->clGetProgramInfo(program_, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, nullptr);
    std::vector<uint8_t> binary(size);
    uint8_t* pointer = binary.data();
    if (size == 0 || cl_->clGetProgramInfo(program_, CL_PROGRAM_BINARIES, sizeof pointer, &pointer, nullptr)) return;
    try {
      Cache::standard().store(key, ".clbin", binary);
    } catch (const Error&) {  // nowhere to keep it: the next process builds it again
    }
  }

  // Whether the driver still takes what it once made.
  bool build_binary(std::span<const uint8_t> bytes) {
    const size_t size = bytes.size();
    const uint8_t* pointer = bytes.data();
    cl_int status = CL_SUCCESS, error = CL_SUCCESS;
    const cl_device_id id = connection->device.id;
    program_ = cl_->clCreateProgramWithBinary(connection->context, 1, &id, &size, &pointer, &status, &error);
    if (program_ && !status && !error && !cl_->clBuildProgram(program_, 1, &id, "", nullptr, nullptr)) return true;
    if (program_) cl_->clReleaseProgram(program_);
    program_ = nullptr;
    return false;
  }

  // What the driver's translation depends on. A driver for the host's own processor uses its features, which the name
  // of the device does not tell.
  Digest binary_key(const Code& code) const {
    Sha256 hash;
    const cl_device_id id = connection->device.id;
    for (cl_device_info what : {CL_DEVICE_NAME, CL_DEVICE_VENDOR, CL_DEVICE_VERSION, CL_DRIVER_VERSION})
      hash.update_sized(opencl_text(id, what));
    for (const std::string& feature : host_target().features) hash.update_sized(feature);
    hash.update(code.bytes);
    return hash.finish();
  }

  std::vector<std::string> names_;
  const OpenCl* cl_;
  cl_program program_ = nullptr;
};

class OpenClExecutable final : public Executable {
 public:
  explicit OpenClExecutable(std::shared_ptr<const Loaded> loaded)
      : loaded_(std::move(loaded)),
        connection_(loaded_->connection),
        cl_(connection_->cl),
        schedule_(loaded_->schedule) {
    size_t num_arguments = 0;
    try {
      for (const Launch& launch : schedule_.launches) {
        kernels_.push_back(loaded_->make_kernel(launch));
        num_arguments += launch.buffers.size() + launch.scalars.size();
      }
    } catch (...) {
      release();
      throw;
    }
    arguments_.resize(num_arguments);
  }
  OpenClExecutable(const OpenClExecutable&) = delete;
  ~OpenClExecutable() override { release(); }

  std::unique_ptr<Executable> copy() const override { return std::make_unique<OpenClExecutable>(loaded_); }

  void run(std::span<Buffer* const> buffers, std::span<const int64_t> scalars) override {
    schedule_.check_run(buffers, scalars);
    set_arguments(buffers, scalars);
    for (size_t i = 0; i < schedule_.instructions.size();) {
      const Instruction& instruction = schedule_.instructions[i++];
      if (instruction.kind == Instruction::kLaunch) {
        const Launch& launch = schedule_.launches[instruction.index];
        const int64_t blocks = scalars[launch.blocks];
        if (blocks <= 0) continue;
        const size_t group = group_threads(launch), global = size_t(blocks) * group;
        opencl_must(cl_->clEnqueueNDRangeKernel(connection_->queue, kernels_[instruction.index], 1, nullptr, &global,
                                                &group, 0, nullptr, nullptr),
                    "a launch of ", blocks, " blocks");
      } else if (instruction.kind == Instruction::kCopy) {
        const Copy& copy = schedule_.copies[instruction.index];
        const int64_t bytes = scalars[copy.bytes];
        Schedule::check_place(copy.from, bytes, buffers, scalars);
        Schedule::check_place(copy.to, bytes, buffers, scalars);
        connection_->copy(at(copy.to, buffers, scalars), at(copy.from, buffers, scalars), size_t(bytes), false);
      } else if (instruction.kind == Instruction::kUnless) {
        const Place& place = schedule_.predicates[instruction.index];
        Schedule::check_place(place, 1, buffers, scalars);
        uint8_t predicate = 0;
        connection_->copy(&predicate, at(place, buffers, scalars), 1, true);
        if (predicate == 0) i = instruction.target;
      } else {
        i = instruction.target;
      }
    }
    opencl_must(cl_->clFlush(connection_->queue), "flushing the queue");
  }

 private:
  static uint8_t* at(const Place& place, std::span<Buffer* const> buffers, std::span<const int64_t> scalars) {
    return static_cast<OpenClBuffer*>(buffers[place.buffer])->memory() + scalars[place.offset];
  }

  // Sets the arguments that differ from those of the run before.
  void set_arguments(std::span<Buffer* const> buffers, std::span<const int64_t> scalars) {
    const bool all = !arguments_set_;
    arguments_set_ = false;  // until all are
    uint64_t* last = arguments_.data();
    for (size_t i = 0; i < kernels_.size(); ++i) {
      const Launch& launch = schedule_.launches[i];
      cl_uint index = 0;
      for (const Place& place : launch.buffers) {
        Schedule::check_place(place, 0, buffers, scalars);
        const uint8_t* pointer = at(place, buffers, scalars);
        if (all || *last != uint64_t(pointer))
          opencl_must(cl_->clSetKernelArgSVMPointer(kernels_[i], index, pointer), "setting argument ", index);
        *last++ = uint64_t(pointer), ++index;
      }
      for (uint32_t scalar : launch.scalars) {
        if (all || *last != uint64_t(scalars[scalar]))
          opencl_must(cl_->clSetKernelArg(kernels_[i], index, sizeof(int64_t), &scalars[scalar]), "setting argument ",
                      index);
        *last++ = uint64_t(scalars[scalar]), ++index;
      }
    }
    arguments_set_ = true;
  }

  void release() {
    cl_->clFinish(connection_->queue);
    for (cl_kernel kernel : kernels_) cl_->clReleaseKernel(kernel);
  }

  std::shared_ptr<const Loaded> loaded_;
  const ConnectionRef& connection_;
  const OpenCl* cl_;
  const Schedule& schedule_;
  std::vector<cl_kernel> kernels_;   // one per launch, so that each keeps its arguments
  std::vector<uint64_t> arguments_;  // of every launch, as they were last set
  bool arguments_set_ = false;
};

// What keeps the device from running our kernels; empty where nothing does.
std::string unfit(cl_device_id id) {
  if (opencl_text(id, CL_DEVICE_IL_VERSION).find("SPIR-V_1.2") == std::string::npos)
    return "its driver takes no SPIR-V 1.2";
  if (!(opencl_value<cl_device_svm_capabilities>(id, CL_DEVICE_SVM_CAPABILITIES) & CL_DEVICE_SVM_COARSE_GRAIN_BUFFER))
    return "its driver has no shared virtual memory";
  return {};
}

std::string describe(cl_device_id id) {
  const std::string fault = unfit(id);
  return str(opencl_text(id, CL_DEVICE_NAME), ", ", opencl_text(id, CL_DEVICE_VERSION), ", driver ",
             opencl_text(id, CL_DRIVER_VERSION), ", ", opencl_value<cl_uint>(id, CL_DEVICE_MAX_COMPUTE_UNITS),
             " units, ", bytes_text(opencl_value<cl_ulong>(id, CL_DEVICE_GLOBAL_MEM_SIZE)), " memory",
             fault.empty() ? "" : "; cannot be used: ", fault);
}

class OpenClKind final : public Device {
 public:
  OpenClKind(int index, OpenClDevice device) : index_(index), connection_(std::make_shared<const Connection>(device)) {}

  std::string name() const override { return str("opencl:", index_); }
  std::string description() const override { return describe(connection_->device.id); }
  Target target() const override { return spirv_target(); }

  BufferRef allocate(size_t bytes) override { return std::make_shared<OpenClBuffer>(connection_, bytes); }
  BufferRef wrap(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner) override {
    if (connection_->shares_host_memory()) return std::make_shared<OpenClBuffer>(connection_, bytes, std::move(owner));
    BufferRef buffer = allocate(bytes.size());
    write(*buffer, 0, bytes);
    return buffer;
  }
  void write(Buffer& to, size_t offset, std::span<const uint8_t> from) override {
    auto& buffer = static_cast<OpenClBuffer&>(to);
    check(buffer.is_writable(), "a write to wrapped host memory");
    connection_->copy(buffer.at(offset, from.size()), from.data(), from.size(), true);
  }
  void read(const Buffer& from, size_t offset, std::span<uint8_t> to) override {
    connection_->copy(to.data(), static_cast<const OpenClBuffer&>(from).at(offset, to.size()), to.size(), true);
  }
  std::unique_ptr<Executable> load(const Code& code, std::vector<Step> steps, size_t num_buffers,
                                   size_t num_scalars) override {
    return std::make_unique<OpenClExecutable>(
        std::make_shared<const Loaded>(connection_, code, Schedule(code, std::move(steps), num_buffers, num_scalars)));
  }

 private:
  int index_;
  ConnectionRef connection_;
};

}  // namespace

DeviceRef open_opencl(int index, std::string* missing) {
  const std::vector<OpenClDevice> devices = opencl_devices(missing);
  if (index < 0 || size_t(index) >= devices.size()) return nullptr;
  const OpenClDevice device = devices[size_t(index)];
  if (const std::string fault = unfit(device.id); !fault.empty())
    fail("opencl:", index, " (", opencl_text(device.id, CL_DEVICE_NAME), ") cannot be used: ", fault);
  return std::make_shared<OpenClKind>(index, device);
}

std::vector<DeviceInfo> list_opencl() {
  std::vector<DeviceInfo> infos;
  std::string missing;
  for (const OpenClDevice& device : opencl_devices(&missing))
    infos.push_back({str("opencl:", infos.size()), describe(device.id), unfit(device.id).empty()});
  if (infos.empty()) infos.push_back({"opencl", "none: " + missing, false});
  return infos;
}

}  // namespace tegula
