// LanguageModel: a decoder loaded on a device, advanced step by step for any number of sequences.
// One idea: a step takes new tokens of some sequences and gives the logits that are wanted; where a sequence's keys and
// values live is the caller's list of cache blocks, so that a server can share, preempt and reorder them.
// Invariant: a step with the same numbers of tokens, sequences and wanted rows as the one before allocates nothing.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/model_program.h"
#include "nn/decoder.h"
#include "weights/model_files.h"

namespace tegula {

struct LoadOptions {
  DType compute = DType::kF32;  // of activations
  DType cache = DType::kF32;    // of keys and values
  int64_t cache_tokens = 0;     // that all sequences together may hold; rounded up to blocks
  bool hidden_only = false;     // a step gives the hidden states that the head would read, for embeddings
  int64_t num_states = 1;       // slots for recurrent states, where the model has any: one for each sequence at least
  bool round = false;           // activations to 8 bits beside quantised weights, where that is faster
};

// A part of a step: new tokens of one sequence.
struct StepPart {
  std::span<const int32_t> tokens;  // at least one
  int64_t position = 0;             // of the first: how many tokens of the sequence are in the cache already
  std::span<const int32_t> blocks;  // of the cache, kBlockSize tokens each, enough for position + tokens.size()
  int64_t num_wanted = 1;           // logits of so many last tokens
  // Slot that the sequence's recurrent state is left in; -1: the part's number in the step. And the one that it is read
  // from, which no other part writes; -1: the same. At position 0 nothing is read.
  int32_t state = -1, state_from = -1;
};

class LanguageModel {
 public:
  // Compiles the graph and binds the weights, with progress on stderr. `files` are kept. Throws Error for an unknown
  // architecture, for values that are not implemented, for missing or misshapen tensors.
  LanguageModel(std::shared_ptr<const ModelFiles> files, DeviceRef device, const LoadOptions& options);

  // Logits, [sum of num_wanted, vocab], row-major, valid until the next step.
  // Throws Error for token ids outside the vocabulary and for logits that are not numbers (damaged weights).
  std::span<const float> step(std::span<const StepPart> parts);

  int64_t vocab() const { return vocab_; }
  // Numbers in a row that a step gives: the vocabulary, or the hidden width where only that was asked for.
  int64_t row_width() const { return row_width_; }
  // The length that config.json states; 0 where it states none or the position embedding has no limit.
  int64_t context_length() const { return context_length_; }
  int64_t num_blocks() const { return num_blocks_; }
  // Whether layers keep recurrent states, whose slots a step's parts name: a sequence can then only be continued where
  // its state was left, not from any of its tokens.
  bool is_recurrent() const { return recurrent_; }
  int64_t num_states() const { return num_states_; }
  // Of one slot, or of one block of the paged cache, over all layers.
  int64_t state_bytes() const { return state_bytes_; }
  int64_t block_bytes() const { return block_bytes_; }
  // Whether a token's rotation depends on how long its sequence is when it is computed: such a prompt goes in one step.
  bool rotates_by_length() const { return !frequency_inputs_.empty(); }
  const ModelFiles& files() const { return *files_; }
  const Program& program() const { return program_->program(); }
  Device& device() { return *device_; }

 private:
  std::shared_ptr<const ModelFiles> files_;
  DeviceRef device_;
  std::unique_ptr<ModelProgram> program_;
  std::vector<FrequencyInput> frequency_inputs_;
  int64_t vocab_ = 0, row_width_ = 0, context_length_ = 0, max_positions_ = 0, num_blocks_ = 0, num_states_ = 0;
  int64_t state_bytes_ = 0, block_bytes_ = 0;
  bool recurrent_ = false;
  std::vector<float> logits_;
};

// LanguageModel::context_length(), known before the model is loaded.
int64_t stated_context_length(const Config& config);

// The graph of a model, as the passes take it; for `inspect`.
std::shared_ptr<Graph> model_graph(const ModelFiles& files, const LoadOptions& options);

}  // namespace tegula
