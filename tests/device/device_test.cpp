// Opening devices by name, what they say of themselves, memory, and what null checks.
#include "device/device.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"
#include "base/thread_team.h"
#include "tests/device/kernels.h"

namespace tegula {
namespace {

template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(Device, OpensByName) {
  DeviceRef cpu = open_device("cpu");
  EXPECT_EQ(cpu->name(), "cpu");
  EXPECT_EQ(cpu->num_threads(), usable_cores());
  EXPECT_EQ(cpu->target(), host_target());
  EXPECT_NE(cpu->description().find(" cores"), std::string::npos) << cpu->description();
  EXPECT_EQ(open_device("cpu", 3)->num_threads(), 3);
  EXPECT_EQ(open_device("null")->name(), "null");
}

TEST(Device, UnknownNamesListWhatThereIs) {
  const std::string error = error_of([] { open_device("tpu"); });
  EXPECT_TRUE(error.starts_with("no device tpu here: there is cpu, ")) << error;
  EXPECT_TRUE(error.ends_with("null")) << error;
  EXPECT_NE(error_of([] { open_device(""); }), "none");
  EXPECT_NE(error_of([] { open_device("cpu:1"); }), "none");
  EXPECT_EQ(error_of([] { open_device("cpu", -1); }),
            "threads: -1: expected a number of threads, or 0 for one per core");
}

TEST(Device, ListBeginsWithCpuAndEndsWithNull) {
  const std::vector<DeviceInfo> devices = list_devices();
  EXPECT_EQ(devices.front().name, "cpu");
  EXPECT_EQ(devices.back().name, "null");
  for (const DeviceInfo& device : devices) EXPECT_NE(device.description, "") << device.name;
}

TEST(Cpu, BuffersAreAlignedAndAsLargeAsAsked) {
  DeviceRef cpu = open_device("cpu", 1);
  for (size_t bytes : {size_t(0), size_t(1), size_t(127), size_t(4097), size_t(5) << 20}) {
    BufferRef buffer = cpu->allocate(bytes);
    EXPECT_EQ(buffer->bytes(), bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer->host()) % kBufferAlignment, 0u);
    if (bytes) std::memset(buffer->host(), 1, bytes);
  }
}

TEST(Cpu, NoMemoryNamesTheSize) {
  DeviceRef cpu = open_device("cpu", 1);
  const std::string error = error_of([&] { cpu->allocate(size_t(1) << 50); });
  EXPECT_TRUE(error.starts_with("cpu: no memory for a buffer of 1.1 PB: this machine has ")) << error;
  EXPECT_TRUE(error_of([&] { cpu->allocate(SIZE_MAX); }).starts_with("cpu: no memory for a buffer of 18.4 EB"));
}

TEST(Cpu, CodeThatCannotBeOpenedOrLacksAKernelIsAnError) {
  DeviceRef cpu = open_device("cpu", 1);
  Code code;
  code.path = "/nonexistent/k.so";
  code.kernels = {"k"};
  std::string error = error_of([&] { cpu->load(code, {}, 0, 0); });
  EXPECT_TRUE(error.starts_with("cpu: cannot open the compiled program /nonexistent/k.so: ")) << error;
  code = test::compile_kernels(cpu->target(), "KERNEL(k, i64 d0) {}", {"other"});
  error = error_of([&] { cpu->load(code, {Launch{0, {}, {0}, 0, true}}, 0, 1); });
  EXPECT_TRUE(error.ends_with("has no kernel other")) << error;
}

TEST(Cpu, CodeWhoseFileIsGoneIsOpenedFromItsBytes) {
  DeviceRef cpu = open_device("cpu", 1);
  Code code = test::compile_kernels(
      cpu->target(), "KERNEL(k, GLOBAL i64* b0) { map(blocks, 1, 1, [=](i64) { return [=](i64) { b0[0] = 7; }; }); }",
      {"k"});
  if (code.bytes.empty()) GTEST_SKIP() << "compiled by the command-line compiler, to a file alone";
  const std::vector<uint8_t> copy(code.bytes.begin(), code.bytes.end());
  code.bytes = copy;
  for (const char* path : {"/nonexistent/k.so", ""}) {
    code.path = path;
    auto run = cpu->load(code, {Launch{0, {{0, 0}}, {}, 1, true}}, 1, 2);
    auto another = run->copy();
    for (Executable* each : {run.get(), another.get()}) {
      BufferRef x = test::upload(*cpu, std::vector<int64_t>{0});
      Buffer* buffers[] = {x.get()};
      const int64_t scalars[] = {0, 1};
      each->run(buffers, scalars);
      EXPECT_EQ(test::download<int64_t>(*cpu, *x), std::vector<int64_t>{7});
    }
  }
}

TEST(Null, ChecksAndComputesNothing) {
  DeviceRef null = open_device("null");
  BufferRef huge = null->allocate(size_t(1) << 50);
  EXPECT_EQ(huge->host(), nullptr);
  std::vector<uint8_t> bytes(4, 7);
  null->write(*huge, 0, bytes);
  null->read(*huge, (size_t(1) << 50) - 4, bytes);
  EXPECT_EQ(bytes, std::vector<uint8_t>(4, 0));
  EXPECT_THROW(null->read(*huge, (size_t(1) << 50) - 3, bytes), std::logic_error);

  Code code;
  code.kernels = {"k"};
  const Launch launch{0, {{0, 0}}, {0}, 0, true};
  // The loop's condition is false at once, so its body, which would go wrong, does not run.
  auto run = null->load(code, {launch, Loop{{0, 0}, {launch}, {Copy{{0, 0}, {0, 1}, 1}}}}, 1, 2);
  Buffer* buffers[] = {huge.get()};
  const int64_t scalars[] = {128, -1}, negative[] = {-1, 0};
  run->run(buffers, scalars);
  EXPECT_THROW(run->run(buffers, negative), std::logic_error);
  EXPECT_THROW(null->load(code, {Launch{1, {}, {}, 0, true}}, 1, 1), std::logic_error);
}

}  // namespace
}  // namespace tegula
