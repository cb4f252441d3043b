#include "runtime/run_arrays.h"

#include <algorithm>

#include "base/error.h"
#include "runtime/run.h"

namespace tegula {

std::vector<HostArray> run_compiled(CompiledRef compiled, const DeviceRef& device, const HostArrays& inputs) {
  auto program = std::make_shared<Program>(std::move(compiled), device);
  Run run(program);
  for (size_t i = 0; i < program->parameters().size(); ++i) {
    const CompiledParameter& p = program->parameters()[i];
    const auto at = inputs.find(p.name);
    if (at == inputs.end()) fail("%", p.name, ": ", text(p.type), " is not among the inputs");
    const HostArray& array = at->second;
    if (array.dtype != p.type.dtype)
      fail("%", p.name, ": the input is ", name(array.dtype), ", expected ", text(p.type));
    if (p.kind == ParameterKind::kWeight) {
      program->set_weight(int(i), array.bytes, nullptr);  // `inputs` outlives the program
      continue;
    }
    BufferRef buffer = device->allocate(std::max<size_t>(array.bytes.size(), 1));
    device->write(*buffer, 0, array.bytes);
    run.bind(int(i), buffer, array.dtype, array.shape);
  }
  run.run();
  std::vector<HostArray> out;
  for (size_t i = 0; i < program->num_results(); ++i) {
    HostArray a{run.result_type(int(i)).dtype, run.result_shape(int(i)), {}};
    int64_t count = 1;
    for (int64_t d : a.shape) count *= d;
    a.bytes.resize(size_t(bytes_of(a.dtype, count)));
    device->read(*run.result(int(i)), 0, a.bytes);
    out.push_back(std::move(a));
  }
  return out;
}

}  // namespace tegula
