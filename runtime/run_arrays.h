// A program run once: arrays of the host in, arrays out, row-major; for tests and `tegula run`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/compiled.h"

namespace tegula {

struct HostArray {
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::vector<uint8_t> bytes;
};
using HostArrays = std::map<std::string, HostArray>;  // by parameter

// Error naming the parameter that is missing or does not fit.
std::vector<HostArray> run_compiled(CompiledRef compiled, const DeviceRef& device, const HostArrays& inputs);

}  // namespace tegula
