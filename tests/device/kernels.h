// Compiles kernel text for a test, and moves values between vectors and buffers.
#pragma once

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "device/device.h"
#include "jit/jit.h"

namespace tegula::test {

#if __has_feature(thread_sanitizer)
// The command-line compiler, so that the sanitizer sees what kernels on different threads touch.
inline Binary compile_sanitized(const std::string& text) {
  char folder[] = "/tmp/tegula_device_test_XXXXXX";
  check(mkdtemp(folder) != nullptr, "no folder for the test");
  struct Folder {
    std::string path;
    ~Folder() { (void)std::system(("rm -rf " + path).c_str()); }
  };
  auto owner = std::make_shared<Folder>(folder);
  std::ofstream(owner->path + "/k.cpp") << text;
  const std::string command = str(TEGULA_CLANG
                                  " -std=c++20 -O2 -march=native -nostdlib -nostdinc -ffreestanding -Wno-pass-failed "
                                  "-fsanitize=thread -shared -fPIC -I " TEGULA_SOURCE_DIR " -o ",
                                  folder, "/k.so ", folder, "/k.cpp");
  if (std::system(command.c_str()) != 0) fail("cannot compile the test's kernels");
  Binary compiled;
  compiled.path = owner->path + "/k.so";
  compiled.owner = owner;
  return compiled;
}
#endif

// `text` sees kernel/entry.h, map.h and row.h.
inline Code compile_kernels(const Target& target, const std::string& text, std::vector<std::string> kernels) {
  const std::string source =
      "#include \"kernel/entry.h\"\n#include \"kernel/map.h\"\n#include \"kernel/row.h\"\n"
      "using namespace tegula::kernel;\n" +
      text;
#if __has_feature(thread_sanitizer)
  const Binary compiled = target.is_cpu() ? compile_sanitized(source) : compile(target, {&source, 1}, "test");
#else
  const Binary compiled = compile(target, {&source, 1}, "test");
#endif
  return {compiled.bytes, compiled.path, compiled.owner, std::move(kernels)};
}

template <class T>
BufferRef upload(Device& device, const std::vector<T>& values) {
  BufferRef buffer = device.allocate(values.size() * sizeof(T));
  device.write(*buffer, 0, {reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(T)});
  return buffer;
}

template <class T>
std::vector<T> download(Device& device, const Buffer& buffer) {
  std::vector<T> values(buffer.bytes() / sizeof(T));
  device.read(buffer, 0, {reinterpret_cast<uint8_t*>(values.data()), values.size() * sizeof(T)});
  return values;
}

}  // namespace tegula::test
