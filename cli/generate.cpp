// tegula generate: a prompt in, text out as it comes.
#include "serve/generate.h"

#include <sys/resource.h>

#include <chrono>
#include <csignal>

#include "base/file.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/sampling.h"
#include "serve/model_chat.h"
#include "serve/model_tokenizer.h"

namespace tegula {
namespace {

struct GenerateOptions {
  std::string model;
  std::optional<std::string> prompt, tokens, system, chat_template;
  bool chat = false, ignore_eos = false, output_tokens = false, stats = false;
  std::optional<int64_t> max_new_tokens;
  SamplingArguments sampling;
  std::vector<std::string> stop;
};

constexpr int64_t kMostTokens = int64_t{1} << 30;
constexpr std::string_view kStory = "Tell me a story about a fox named Mia.";

volatile std::sig_atomic_t interrupted = 0;

// The first Ctrl-C ends the text, a second one the program.
void listen_for_interrupt() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = int(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
}

std::optional<Tokenizer> open_tokenizer(const ModelFiles& files, const GenerateOptions& o) {
  const bool needed = o.prompt || !o.output_tokens || !o.stop.empty();
  try {
    std::optional<Tokenizer> out = tokenizer_of(files);
    if (!out && needed) fail(files.path, ": the model has no tokenizer; give --tokens and ask for --output-tokens");
    return out;
  } catch (const Error& e) {
    if (needed) throw;
    say(str("without text: ", e.what()));
    return std::nullopt;
  }
}

// The messages' text has its special tokens in it already.
std::string chat_text(const GenerateOptions& o, const ModelFiles& files) {
  const std::optional<ModelChat> chat =
      o.chat_template ? ModelChat(read_file(*o.chat_template), *o.chat_template) : chat_of(files.path);
  if (!chat) fail(files.path, ": the model has no chat template; name one with --chat-template");
  Json::Array messages;
  if (o.system) messages.push_back(Json::Object{{"role", "system"}, {"content", *o.system}});
  messages.push_back(Json::Object{{"role", "user"}, {"content", *o.prompt}});
  return chat->render(Json::Object{{"messages", std::move(messages)}, {"add_generation_prompt", true}});
}

std::vector<int32_t> prompt_of(const GenerateOptions& o, const ModelFiles& files,
                               const std::optional<Tokenizer>& tokenizer) {
  if (o.tokens) return parse_tokens(*o.tokens);
  if (!o.chat) return tokenizer->encode(*o.prompt);
  return tokenizer->encode(chat_text(o, files), false);
}

void print_stats(const GenerateRequest& request, const GenerateResult& result, double load_ms, double compile_ms,
                 double first_ms) {
  struct rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  auto rate = [](double count, double ms) { return str(int64_t(ms > 0 ? count / ms * 1000 + 0.5 : 0), " tokens/s"); };
  const double num_prompt = double(request.prompt.size()), num_decoded = double(result.tokens.size()) - 1;
  say(str("load ", int64_t(load_ms + 0.5), " ms, of which compile ", int64_t(compile_ms + 0.5), " ms"));
  say(str("prefill ", request.prompt.size(), " tokens, ", rate(num_prompt, result.prefill_ms)));
  say(str("decode ", result.tokens.size(), " tokens, ", rate(num_decoded, result.decode_ms)));
  say(str("time to first token ", int64_t(first_ms + 0.5), " ms; peak memory ", usage.ru_maxrss / 1000, " MB; seed ",
          request.sampling.seed));
}

void generate_command_line(const GenerateOptions& o, const CommonOptions& common) {
  const auto start = std::chrono::steady_clock::now();
  auto ms = [&start] {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  };
  auto files = std::make_shared<const ModelFiles>(open_model(model_or_embedded(o.model)));
  for (const std::string& setting : files->generation.ignored)
    say(str(files->path, "/generation_config.json: ", setting, " is not implemented and has no effect"));
  const std::optional<Tokenizer> tokenizer = open_tokenizer(*files, o);

  GenerateRequest request;
  request.sampling = sampling_of(o.sampling, files->generation);
  if (!o.ignore_eos) request.stop_tokens = files->generation.eos_token_ids;
  request.stop_strings = o.stop;
  if (tokenizer)
    for (const std::string& s : files->generation.stop_strings) request.stop_strings.push_back(s);
  request.prompt = prompt_of(o, *files, tokenizer);
  const int64_t context = stated_context_length(files->config);
  check_prompt(request.prompt, context);
  request.max_new_tokens =
      o.max_new_tokens.value_or(default_max_new_tokens(files->generation, int64_t(request.prompt.size()), context));

  const int64_t num_tokens = int64_t(request.prompt.size()) + request.max_new_tokens;
  LanguageModel model(files, common.open(), common.load_options(num_tokens));
  const double load_ms = ms();

  double first_ms = 0;
  int64_t length = int64_t(request.prompt.size());
  bool warned = false;
  std::string last;
  listen_for_interrupt();
  const GenerateResult result = generate(model, tokenizer, request, [&](int32_t token, std::string_view text) {
    print(text);
    flush_output();
    if (!text.empty()) last = text.back();
    if (token < 0) return true;
    if (first_ms == 0) first_ms = ms();
    if (context && ++length > context && !warned) {
      say(str("the text is longer than the model's context of ", context, " tokens: it may lose its thread"));
      warned = true;
    }
    return !interrupted;
  });
  if (tokenizer && !result.tokens.empty() && last != "\n") print("\n");
  if (o.output_tokens) {
    std::string ids;
    for (int32_t t : result.tokens) ids += str(ids.empty() ? "" : ",", t);
    print_line(ids);
  }
  flush_output();
  if (o.stats) print_stats(request, result, load_ms, model.program().compiled().compile_ms, first_ms);
}

void generate_text(GenerateOptions o, const CommonOptions& common) {
  if (o.prompt && o.tokens) throw UsageError("--prompt and --tokens exclude each other");
  for (const auto& [name, text] : {std::pair("--prompt", &o.prompt), std::pair("--system", &o.system)})
    if (*text) check_text(name, **text);
  if (o.system || o.chat_template) o.chat = true;
  if (o.chat && o.tokens) throw UsageError("--chat asks for a --prompt, which is the user's message");
  for (const std::string& s : o.stop) {
    check_text("--stop", s);
    if (s.empty()) throw UsageError("--stop: the text is empty");
  }
  if (!o.prompt && !o.tokens) {
    if (!o.model.empty()) throw UsageError("what is the model to go on from? Give --prompt or --tokens");
    o.prompt = kStory;
    o.chat = true;
  }
  generate_command_line(o, common);
}

}  // namespace

const Command generate_command{
    "generate", "go on from a prompt; without MODEL and prompt: tell a story",
    [](Arguments& arguments, const CommonOptions& common) -> std::function<void()> {
      auto o = std::make_shared<GenerateOptions>();
      declare_model(arguments, o->model);
      arguments.text("--prompt", o->prompt, "TEXT", "the text to go on from");
      arguments.text("--tokens", o->tokens, "1,2,3", "the same as token ids");
      arguments.flag("--chat", o->chat, "the prompt is a user's message: answer it, by the model's chat template");
      arguments.text("--system", o->system, "TEXT", "with --chat: the system's message before it");
      arguments.text("--chat-template", o->chat_template, "FILE.jinja", "with --chat: instead of the model's");
      arguments.integer("--max-new-tokens", o->max_new_tokens, 0, kMostTokens,
                        "default: what the model says, else up to 256");
      arguments.texts("--stop", o->stop, "TEXT", "text that ends the answer and is not part of it; may be given again");
      arguments.flag("--ignore-eos", o->ignore_eos, "go on behind tokens that end the text");
      arguments.flag("--output-tokens", o->output_tokens, "print the new ids, comma separated, on the last line");
      arguments.flag("--stats", o->stats, "times and memory, on stderr");
      declare_sampling(arguments, o->sampling);
      arguments.footer("Sampling that is not said here is as the model's generation_config.json says, else greedy.");
      return [o, &common] { generate_text(*o, common); };
    }};

}  // namespace tegula
