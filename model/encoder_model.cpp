#include "model/encoder_model.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace tegula {
namespace {

// Of a mask that covers this share of the tokens in training; what the embedding is scaled against.
constexpr double kTrainedMaskShare = 0.15 * 0.8;

}  // namespace

bool EncoderModel::knows(const Config& config) { return find_encoder_family(config.model_type()) != nullptr; }

EncoderModel::EncoderModel(std::shared_ptr<const ModelFiles> files, DeviceRef device, DType compute)
    : files_(std::move(files)), device_(std::move(device)) {
  const Config& config = files_->config;
  const EncoderFamily* family = find_encoder_family(config.model_type());
  if (!family) fail(config.origin(), ": \"", config.model_type(), "\" is not an encoder");
  Encoder encoder(family->model_type, weights_in(*files_), compute);
  family->build(encoder, config);
  config.check_all_read();
  encoder.net.check_weights(files_->path);
  results_ = encoder.results(), frequency_inputs_ = encoder.frequency_inputs();
  vocab_ = config.size("vocab_size"), types_ = config.integer("type_vocab_size", 2);
  first_position_ = encoder.first_position, padding_ = encoder.padding, dropped_token_ = encoder.dropped_token;
  max_tokens_ = encoder.max_positions ? encoder.max_positions - first_position_ : 0;
  program_ = std::make_unique<ModelProgram>(files_, std::make_shared<WeightStore>(device_), encoder.net);
}

Encoded EncoderModel::encode(std::span<const EncoderInput> inputs) {
  check(!inputs.empty(), "nothing to encode");
  std::vector<int32_t> tokens, positions, types, starts{0};
  std::vector<float> scales;
  std::vector<std::vector<float>> frequencies(frequency_inputs_.size());
  Encoded out;
  out.starts = {0};
  for (const EncoderInput& input : inputs) {
    const int64_t length = int64_t(input.tokens.size());
    check(length > 0 && (input.types.empty() || input.types.size() == input.tokens.size()),
          "an input has no tokens, or not one type for each");
    if (max_tokens_ && length > max_tokens_)
      fail("a text of ", length, " tokens is longer than the ", max_tokens_, " that the model has positions for");
    for (size_t f = 0; f < frequencies.size(); ++f)
      frequency_inputs_[f].append_rows(frequencies[f], length, input.tokens.size());
    int64_t dropped = 0, next = first_position_;
    for (int32_t id : input.tokens) dropped += dropped_token_ && id == *dropped_token_;
    const float kept = float((1 - kTrainedMaskShare) / (1 - double(dropped) / double(length)));
    for (size_t i = 0; i < input.tokens.size(); ++i) {
      const int32_t id = input.tokens[i], type = input.types.empty() ? 0 : input.types[i];
      if (id < 0 || id >= vocab_) fail("token id ", id, " is outside the vocabulary of ", vocab_);
      if (type < 0 || (types_ && type >= types_)) fail("token type ", type, " is not below ", types_);
      tokens.push_back(id), types.push_back(type);
      positions.push_back(int32_t(padding_ && id == *padding_ ? *padding_ : next++));
      scales.push_back(dropped_token_ && id == *dropped_token_ ? 0 : kept);
    }
    starts.push_back(int32_t(tokens.size())), out.starts.push_back(int64_t(tokens.size()));
  }
  const int64_t t = int64_t(tokens.size());
  program_->give("tokens", tokens, {t});
  program_->give("positions", positions, {t});
  program_->give("types", types, {t});
  program_->give("starts", starts, {int64_t(starts.size())});
  program_->give("token_scale", scales, {t, 1});
  for (size_t f = 0; f < frequencies.size(); ++f)
    program_->give(frequency_inputs_[f].name, frequencies[f], {t, int64_t(frequencies[f].size()) / t});
  program_->run().run();
  for (size_t i = 0; i < results_.size(); ++i) {
    const std::vector<int64_t> shape = program_->run().result_shape(int(i));
    std::vector<float> values(size_t(shape[0] * shape[1]));
    device_->read(*program_->run().result(int(i)), 0,
                  {reinterpret_cast<uint8_t*>(values.data()), values.size() * sizeof(float)});
    for (float x : values)
      if (std::isnan(x)) fail(files_->path, ": the model computed NaN: its weights are damaged, or too large");
    if (results_[i] == "hidden") out.width = shape[1], out.hidden = std::move(values);
    else if (results_[i] == "pooled") out.pooled = std::move(values);
    else if (results_[i] == "scores") out.classes = shape[1], out.scores = std::move(values);
    else out.vocab = shape[1], out.logits = std::move(values);
  }
  return out;
}

}  // namespace tegula
