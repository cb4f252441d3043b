#include "model/model_program.h"

#include <algorithm>

#include "base/progress.h"
#include "model/stored_weight.h"
#include "runtime/compile_graph.h"

namespace tegula {

FindWeight weights_in(const ModelFiles& files) {
  return [&files](std::string_view name) { return stored_type(files, name); };
}

ModelProgram::ModelProgram(std::shared_ptr<const ModelFiles> files, WeightStoreRef store, Net& net)
    : program_(std::make_shared<Program>(
          compile_graph(net.graph(), *store->device(), str(files->config.model_type(), " ", files->name)), store)),
      run_(program_) {
  for (size_t i = 0; i < program_->parameters().size(); ++i)
    if (const CompiledParameter& p = program_->parameters()[i]; p.kind == ParameterKind::kInput)
      inputs_[p.name] = {int(i), nullptr};
  load_weights(files, net);
}

void ModelProgram::load_weights(const std::shared_ptr<const ModelFiles>& files, const Net& net) {
  const std::vector<int> missing = program_->missing_weights();
  const auto weight = [&](int i) -> const CompiledParameter& { return program_->parameters()[size_t(i)]; };
  int64_t total = 0;
  for (int i : missing) total += weight(i).type.bytes().value();
  Progress progress("loading " + files->name, total);
  for (int i : missing) {
    StoredWeight stored = stored_weight(files, weight(i).type, net.sources().at(weight(i).name));
    if (program_->set_weight(i, stored.bytes, stored.owner))
      for (const StoredTensor* t : stored.tensors) files->tensors.release(*t);
    progress.advance(int64_t(stored.bytes.size()));
  }
  for (int i : program_->fold_weights())
    if (const StoredTensor* t = files->tensors.find(weight(i).name)) files->tensors.release(*t);
}

void ModelProgram::give_bytes(const std::string& name, std::span<const uint8_t> bytes, DType dtype,
                              const std::vector<int64_t>& shape) {
  auto at = inputs_.find(name);
  if (at == inputs_.end()) return;
  Device& device = *program_->device();
  BufferRef& buffer = at->second.buffer;
  if (!buffer || buffer->bytes() < bytes.size())
    buffer = device.allocate(std::max<size_t>(bytes.size() * 2, kBufferAlignment));
  device.write(*buffer, 0, bytes);
  run_.bind(at->second.parameter, buffer, dtype, shape);
}

}  // namespace tegula
