#include "model/language_model.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "model/family.h"

namespace tegula {
namespace {

Decoder build(const ModelFiles& files, const LoadOptions& options) {
  const Config& config = files.config;
  const Family& family = family_named(config.model_type());
  Decoder decoder(family.model_type, weights_in(files), options.compute, options.cache, options.round);
  decoder.hidden_only = options.hidden_only;
  family.build(decoder, config);
  config.check_all_read();
  decoder.net.check_weights(files.path);
  return decoder;
}

}  // namespace

int64_t stated_context_length(const Config& config) {
  if (read_rope_config(config).type == RopeType::kDynamic) return 0;
  return config.integer(config.first_of({"max_position_embeddings", "n_positions", "max_seq_len"}), 0);
}

std::shared_ptr<Graph> model_graph(const ModelFiles& files, const LoadOptions& options) {
  return build(files, options).net.graph_ref();
}

LanguageModel::LanguageModel(std::shared_ptr<const ModelFiles> files, DeviceRef device, const LoadOptions& options)
    : files_(std::move(files)), device_(std::move(device)) {
  Decoder decoder = build(*files_, options);
  frequency_inputs_ = decoder.frequency_inputs();
  const Config& config = files_->config;
  vocab_ = config.size("vocab_size");
  context_length_ = stated_context_length(config);
  max_positions_ = decoder.max_positions;

  const Graph& graph = decoder.net.graph();
  row_width_ = graph.results()[0].dim(1).value();
  program_ = std::make_unique<ModelProgram>(files_, std::make_shared<WeightStore>(device_), decoder.net);

  num_blocks_ = std::max<int64_t>(1, (options.cache_tokens + kBlockSize - 1) / kBlockSize);
  num_states_ = std::max<int64_t>(1, options.num_states);
  for (const Decoder::State& state : decoder.states()) {
    std::vector<int64_t> shape{state.recurrent ? num_states_ : num_blocks_};
    int64_t each = 1;
    for (size_t a = 1; a < state.type.shape.size(); ++a)
      shape.push_back(state.type.shape[a].value()), each *= shape.back();
    (state.recurrent ? state_bytes_ : block_bytes_) += int64_t(bytes_of(state.type.dtype, each));
    recurrent_ = recurrent_ || state.recurrent;
    int parameter = graph.find_parameter(state.parameter)->value.index();
    BufferRef buffer = device_->allocate(size_t(bytes_of(state.type.dtype, each * shape[0])));
    program_->run().bind(parameter, std::move(buffer), state.type.dtype, shape);
  }
}

std::span<const float> LanguageModel::step(std::span<const StepPart> parts) {
  std::vector<int32_t> tokens, positions, slots, table, starts{0}, lengths, wanted, state_from, state_to;
  std::vector<std::vector<float>> frequencies(frequency_inputs_.size());
  size_t pages = 1;
  for (const StepPart& p : parts) pages = std::max(pages, p.blocks.size());
  for (const StepPart& p : parts) {
    int64_t length = p.position + int64_t(p.tokens.size());
    if (max_positions_ && length > max_positions_)
      fail("a sequence of ", length, " tokens is longer than the ", max_positions_, " positions that the model has");
    check(!p.tokens.empty() && int64_t(p.blocks.size()) * kBlockSize >= length,
          "a step's part has too few tokens or blocks");
    for (size_t f = 0; f < frequencies.size(); ++f)
      frequency_inputs_[f].append_rows(frequencies[f], length, p.tokens.size());
    for (size_t i = 0; i < p.tokens.size(); ++i) {
      if (p.tokens[i] < 0 || p.tokens[i] >= vocab_)
        fail("token id ", p.tokens[i], " is outside the vocabulary of ", vocab_);
      int64_t at = p.position + int64_t(i);
      tokens.push_back(p.tokens[i]);
      positions.push_back(int32_t(at));
      slots.push_back(int32_t(p.blocks[size_t(at / kBlockSize)] * kBlockSize + at % kBlockSize));
    }
    for (int64_t w = 0; w < p.num_wanted; ++w) wanted.push_back(int32_t(int64_t(tokens.size()) - p.num_wanted + w));
    const int32_t to = p.state < 0 ? int32_t(starts.size()) - 1 : p.state, from = p.state_from < 0 ? to : p.state_from;
    check(!recurrent_ || (to < num_states_ && from < num_states_), "a step's part has no slot for its recurrent state");
    state_to.push_back(to), state_from.push_back(p.position == 0 ? -1 : from);
    starts.push_back(int32_t(tokens.size()));
    lengths.push_back(int32_t(length));
    table.insert(table.end(), p.blocks.begin(), p.blocks.end());
    table.resize(table.size() + pages - p.blocks.size());
  }
  int64_t t = int64_t(tokens.size()), s = int64_t(parts.size());
  program_->give("tokens", tokens, {t});
  program_->give("positions", positions, {t});
  program_->give("slots", slots, {t});
  program_->give("block_table", table, {s, int64_t(pages)});
  program_->give("starts", starts, {s + 1});
  program_->give("lengths", lengths, {s});
  program_->give("wanted", wanted, {int64_t(wanted.size())});
  program_->give("state_from", state_from, {s});
  program_->give("state_to", state_to, {s});
  for (size_t f = 0; f < frequencies.size(); ++f)
    program_->give(frequency_inputs_[f].name, frequencies[f], {t, int64_t(frequencies[f].size()) / t});
  program_->run().run();

  logits_.resize(wanted.size() * size_t(row_width_));
  device_->read(*program_->run().result(0), 0,
                {reinterpret_cast<uint8_t*>(logits_.data()), logits_.size() * sizeof(float)});
  for (float x : logits_)
    if (std::isnan(x))
      fail(files_->path, ": the model computed NaN: its weights are damaged, or too large for the compute dtype");
  return logits_;
}

}  // namespace tegula
