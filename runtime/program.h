// Program: a compiled graph on a device, with its weights: what runs share.
// One idea: it is loaded once and weighted once; any number of runs (runtime/run.h), also at the same time, are made
// from it. Invariant: only weights change it, and not while a run is under way.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "runtime/compiled.h"
#include "runtime/weights.h"

namespace tegula {

class Program {
 public:
  // Error where it was compiled for what this device is not.
  Program(CompiledRef compiled, DeviceRef device);
  // With weights that it shares with other programs; those that are there already are taken.
  Program(CompiledRef compiled, WeightStoreRef store);
  Program(const Program&) = delete;

  const Compiled& compiled() const { return *compiled_; }
  const DeviceRef& device() const { return store_->device(); }

  // The graph's own parameters and its results, in order.
  std::span<const CompiledParameter> parameters() const { return {compiled_->parameters.data(), num_own_}; }
  size_t num_results() const { return compiled_->results.size(); }

  // The weights that are still to be set before a run.
  std::vector<int> missing_weights() const;
  // A weight's bytes as they stand in a file; `owner` keeps them alive. Error where their number is not the type's.
  // Returns true if the bytes were copied and are not needed any more.
  bool set_weight(int parameter, std::span<const uint8_t> bytes, std::shared_ptr<const void> owner);
  // Computes what depends on weights alone, which the first run does otherwise; all of them must be set. Returns the
  // weights whose bytes are not needed any more. A weight set later is folded anew, together with all that such values
  // are made of.
  std::vector<int> fold_weights();

 private:
  friend class Run;

  const Compiled& prelude_compiled() const { return *compiled_->prelude; }
  std::string stored_name(size_t parameter) const;
  void check_target() const;
  void load();
  Program& prelude();
  void take_folded(const BufferRef& from, size_t parameter);

  CompiledRef compiled_;
  WeightStoreRef store_;
  size_t num_own_;
  std::unique_ptr<Executable> executable_;  // of which each run has a copy
  std::vector<BufferRef> weights_;          // by parameter
  std::vector<BufferRef> literals_;
  BufferRef unused_;  // stands where a run reads and writes nothing

  // Symbols, and by parameter and axis which of them the extent binds, or -1.
  std::vector<std::string> symbols_;
  std::vector<std::vector<int>> axis_symbol_;

  std::vector<int> in_prelude_;  // by parameter: which of the prelude's it is, or -1
  std::shared_ptr<Program> prelude_;
  mutable std::mutex mutex_;                  // of what follows, and of folding
  std::atomic<bool> prelude_is_due_ = false;  // a weight was set since it ran
  std::atomic<uint64_t> version_ = 0;         // counts the changes of weights
};
using ProgramRef = std::shared_ptr<Program>;

}  // namespace tegula
