// tegula bench: how fast prompts are taken in and tokens come out, and how near that is to what memory allows.
// One idea: decoding one token reads every weight once, so bytes a step over its time, against the measured read
// bandwidth, is the share of the roofline. It passes 1 where a small model stays in a cache.
#include <algorithm>
#include <chrono>

#include "cli/bandwidth.h"
#include "cli/command.h"
#include "cli/output.h"
#include "model/language_model.h"
#include "nn/random.h"

namespace tegula {
namespace {

struct BenchOptions {
  std::string model, batch = "1,4,16";
  int64_t prefill = 512, decode = 128, repeat = 3;
  bool json = false;
};

constexpr int64_t kMost = int64_t{1} << 24;

using Clock = std::chrono::steady_clock;
double ms_between(Clock::time_point a, Clock::time_point b) {
  return std::chrono::duration<double, std::milli>(b - a).count();
}

double median(std::vector<double> v) {
  if (v.empty()) return 0;
  std::nth_element(v.begin(), v.begin() + std::ptrdiff_t(v.size() / 2), v.end());
  return v[v.size() / 2];
}

// Bytes that a step reads whatever its batch is: all weights, but of a table of embeddings only rows.
double bytes_of_weights(const ModelFiles& files) {
  double out = 0;
  const bool tied = !files.tensors.find("lm_head.weight");
  for (const StoredTensor& t : files.tensors.tensors())
    if (tied || !t.name.ends_with("embed_tokens.weight")) out += double(t.bytes.size());
  return out;
}

struct Batch {
  LanguageModel& model;
  int64_t size, capacity;  // sequences; tokens of each, in whole blocks
  std::vector<std::vector<int32_t>> tokens, blocks;

  Batch(LanguageModel& m, int64_t n, int64_t length) : model(m), size(n) {
    const int64_t num_blocks = (length + kBlockSize - 1) / kBlockSize;
    capacity = num_blocks * kBlockSize;
    for (int64_t s = 0; s < n; ++s) {
      tokens.emplace_back();
      blocks.emplace_back();
      for (int64_t i = 0; i < num_blocks; ++i) blocks.back().push_back(int32_t(s * num_blocks + i));
      for (int64_t i = 0; i < length; ++i)
        tokens.back().push_back(int32_t(random_bits(uint64_t(s), uint64_t(i)) % uint64_t(m.vocab())));
    }
  }

  // Tokens from..to of every sequence, in one step.
  void step(int64_t from, int64_t to) {
    std::vector<StepPart> parts;
    for (size_t s = 0; s < size_t(size); ++s)
      parts.push_back({std::span(tokens[s]).subspan(size_t(from), size_t(to - from)), from,
                       std::span(blocks[s]).first(size_t((to + kBlockSize - 1) / kBlockSize)), 1});
    model.step(parts);
  }
};

Json measure(LanguageModel& model, int64_t size, const BenchOptions& o, double bandwidth, int64_t cache_bytes) {
  Batch batch(model, size, o.prefill + o.decode);
  constexpr int64_t kPart = 512;
  std::vector<double> prefill_ms, step_ms;
  for (int64_t round = 0; round <= o.repeat; ++round) {  // round 0 warms up
    const auto start = Clock::now();
    const int64_t part = std::max<int64_t>(1, kPart / size);
    for (int64_t at = 0; at < o.prefill; at += part) batch.step(at, std::min(at + part, o.prefill));
    if (round) prefill_ms.push_back(ms_between(start, Clock::now()));
    for (int64_t i = 0; i < (round ? o.decode : std::min<int64_t>(o.decode, 4)); ++i) {
      const auto before = Clock::now();
      batch.step(o.prefill + i, o.prefill + i + 1);
      if (round) step_ms.push_back(ms_between(before, Clock::now()));
    }
  }
  Json out = Json::Object{{"batch", size}};
  if (o.prefill) {
    out.set("prefill_tokens_per_second", double(size * o.prefill) / median(prefill_ms) * 1000);
    out.set("time_to_first_token_ms", median(prefill_ms));
  }
  if (o.decode) {
    const double ms = median(step_ms);
    const double bytes = bytes_of_weights(model.files()) +
                         double(size) * double(cache_bytes) * (double(o.prefill) + double(o.decode) / 2);
    out.set("decode_tokens_per_second", double(size) / ms * 1000);
    out.set("decode_step_ms", ms);
    if (bandwidth > 0) out.set("roofline_share", bytes / (ms / 1000) / bandwidth);
  }
  return out;
}

int64_t cache_bytes_per_token(const LanguageModel& model) { return model.block_bytes() / kBlockSize; }

void print_row(const Json& r) {
  auto number = [&](const char* key, int digits) {
    const Json* v = r.find(key);
    std::ostringstream out;
    out.precision(digits);
    if (v) out << std::fixed << v->as_double();
    else out << "-";
    return out.str();
  };
  auto right = [](std::string text, size_t width) {
    return std::string(text.size() < width ? width - text.size() : 1, ' ') + text;
  };
  print_line(str(right(str(r.at("batch").as_int()), 5), right(number("prefill_tokens_per_second", 0), 16),
                 right(number("time_to_first_token_ms", 1), 16), right(number("decode_tokens_per_second", 1), 16),
                 right(number("roofline_share", 2), 16)));
}

void bench(const BenchOptions& o, const CommonOptions& common) {
  const std::vector<int64_t> batches = parse_integers("--batch", o.batch, 1);
  const int64_t length = o.prefill + o.decode;
  if (length == 0) throw UsageError("nothing to measure: --prefill and --decode are both 0");
  const int64_t largest = *std::max_element(batches.begin(), batches.end());
  const int64_t blocks = (length + kBlockSize - 1) / kBlockSize;

  const auto start = Clock::now();
  auto files = std::make_shared<const ModelFiles>(open_model(model_or_embedded(o.model)));
  LoadOptions load = common.load_options(largest * blocks * kBlockSize);
  load.num_states = largest;
  LanguageModel model(files, common.open(), load);
  const double load_ms = ms_between(start, Clock::now());
  if (model.context_length() && length > model.context_length())
    fail("--prefill and --decode are ", length, " tokens together, more than the model's context of ",
         model.context_length());
  const bool cpu = model.device().name() == "cpu";
  const double bandwidth = cpu ? measured_read_bandwidth(int(common.threads)) : 0;

  Json out = Json::Object{{"model", files->name}, {"device", model.device().name()}};
  out.set("threads", model.device().num_threads());
  out.set("dtype", common.round ? "auto" : name(common.dtype));
  out.set("prefill", o.prefill);
  out.set("decode", o.decode);
  out.set("load_ms", load_ms);
  out.set("compile_ms", model.program().compiled().compile_ms);
  out.set("weights_bytes", int64_t(bytes_of_weights(*files)));
  out.set("read_bandwidth", cpu ? Json(bandwidth) : Json());
  if (!o.json) {
    print_line(str(files->name, " on ", model.device().description()));
    if (cpu) print_line(str("memory is read at ", int64_t(bandwidth / 1e7) / 100.0, " GB/s"));
    print_line("batch  prefill tok/s  first token ms    decode tok/s  roofline share");
  }
  Json::Array results;
  for (int64_t size : batches) {
    results.push_back(measure(model, size, o, bandwidth, cache_bytes_per_token(model)));
    if (!o.json) print_row(results.back()), flush_output();
  }
  out.set("results", std::move(results));
  if (o.json) print_line(out.dump(2));
}

}  // namespace

const Command bench_command{"bench", "how fast a model is on this machine",
                            [](Arguments& arguments, const CommonOptions& common) -> std::function<void()> {
                              auto o = std::make_shared<BenchOptions>();
                              declare_model(arguments, o->model);
                              arguments.integer("--prefill", o->prefill, 0, kMost,
                                                "tokens of each prompt; default: 512");
                              arguments.integer("--decode", o->decode, 0, kMost, "tokens to generate; default: 128");
                              arguments.text("--batch", o->batch, "1,4,16", "sequences at once; default: 1,4,16");
                              arguments.integer("--repeat", o->repeat, 1, 1000, "times; medians are shown; default: 3");
                              arguments.flag("--json", o->json, "as JSON");
                              return [o, &common] { bench(*o, common); };
                            }};

}  // namespace tegula
