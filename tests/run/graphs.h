// What the runtime's tests share: graphs from text, buffers of floats, and runs with them.
#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string_view>
#include <vector>

#include "graph/parse.h"
#include "op/ops.h"
#include "runtime/compile_graph.h"
#include "runtime/run.h"

namespace tegula::test {

inline std::shared_ptr<Graph> graph_of(std::string_view text) { return parse_graph(text, all_ops(), "test"); }

inline ProgramRef program_of(std::string_view text, const DeviceRef& device) {
  return std::make_shared<Program>(compile_graph(*graph_of(text), *device, "test"), device);
}

inline BufferRef upload(const DeviceRef& device, const std::vector<float>& values) {
  BufferRef buffer = device->allocate(std::max<size_t>(values.size(), 1) * 4);
  device->write(*buffer, 0, {reinterpret_cast<const uint8_t*>(values.data()), values.size() * 4});
  return buffer;
}

inline std::vector<float> download(const DeviceRef& device, const BufferRef& buffer, size_t count) {
  std::vector<float> values(count);
  device->read(*buffer, 0, {reinterpret_cast<uint8_t*>(values.data()), count * 4});
  return values;
}

// Binds f32 input i, of this shape.
inline void bind(Run& run, int i, const BufferRef& buffer, std::vector<int64_t> shape) {
  run.bind(i, buffer, DType::kF32, shape);
}

// The message of the Error that f() throws.
template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

}  // namespace tegula::test
