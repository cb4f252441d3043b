// ModelProgram: a model's graph compiled for a device, with its weights loaded and its inputs held.
// One idea: what decoders and encoders do alike to be run. Invariant: an input's buffer only grows, so that steps of
// one size allocate nothing.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "nn/net.h"
#include "runtime/run.h"
#include "weights/model_files.h"

namespace tegula {

// dtype and shape of each weight in the files, which must outlive it.
FindWeight weights_in(const ModelFiles& files);

class ModelProgram {
 public:
  // Programs of one model's files that are given the same store share its weights.
  // Throws Error where the graph does not compile, and for weights that cannot be loaded.
  ModelProgram(std::shared_ptr<const ModelFiles> files, WeightStoreRef store, Net& net);

  Run& run() { return run_; }
  const Program& program() const { return *program_; }

  // Writes an input of the next run; one that the graph does not have is left out.
  template <class T>
  void give(const std::string& name, const std::vector<T>& values, const std::vector<int64_t>& shape) {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, int32_t>);
    give_bytes(name, {reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(T)},
               std::is_same_v<T, float> ? DType::kF32 : DType::kI32, shape);
  }

 private:
  struct Input {
    int parameter;
    BufferRef buffer;
  };
  void give_bytes(const std::string& name, std::span<const uint8_t> bytes, DType dtype,
                  const std::vector<int64_t>& shape);
  void load_weights(const std::shared_ptr<const ModelFiles>& files, const Net& net);

  ProgramRef program_;
  Run run_;
  std::map<std::string, Input> inputs_;
};

}  // namespace tegula
