// The command line itself: help, wrong use, exit codes, stdout and stderr.
#include <gtest/gtest.h>

#include <chrono>

#include "base/json.h"
#include "program.h"

namespace tegula {
namespace {

TEST(Usage, HelpIsAResult) {
  for (const char* command :
       {"", "generate", "logits", "tokenize", "detokenize", "render-chat", "bench", "run", "inspect", "list", "devices",
        "warm-cache", "pull", "estimate", "chat", "convert", "compile"}) {
    const Outcome o =
        tegula_run(*command ? std::vector<std::string>{command, "--help"} : std::vector<std::string>{"--help"});
    EXPECT_EQ(o.exit, 0) << command;
    EXPECT_EQ(o.err, "") << command;
    EXPECT_NE(o.out.find(*command ? "--device" : "generate"), std::string::npos) << command;
  }
  EXPECT_EQ(tegula_run({"--version"}).out, "tegula 0.1.0\n");
  const Outcome nothing = tegula_run({});
  EXPECT_EQ(nothing.exit, 2);
  EXPECT_EQ(nothing.out, "");
  EXPECT_NE(nothing.err.find("generate"), std::string::npos);
}

TEST(Usage, HelpComesAtOnce) {
  using Clock = std::chrono::steady_clock;
  double best_ms = 1e9;
  for (int i = 0; i < 20; ++i) {
    const auto start = Clock::now();
    tegula_run({"--help"});
    best_ms = std::min(best_ms, std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
#if !defined(__has_feature) || !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
  EXPECT_LE(best_ms, 20);
#endif
  // What the loader would load: no compiler, no driver.
  const std::string loaded = tegula_run({"--help"}, {.environment = {"LD_TRACE_LOADED_OBJECTS=1"}}).out;
  EXPECT_NE(loaded.find("libstdc++"), std::string::npos);
  for (const char* heavy : {"LLVM", "clang", "tegula-jit", "OpenCL"})
    EXPECT_EQ(loaded.find(heavy), std::string::npos) << loaded;
}

TEST(Usage, WrongUseExitsWith2AndSaysHow) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"genrate"}, "there is no command \"genrate\" (did you mean generate?); see tegula --help"},
      {{"zzz"}, "there is no command \"zzz\"; see tegula --help"},
      {{"--foo"}, "unknown option --foo; see tegula --help"},
      {{"generate", "--temprature", "1"},
       "unknown option --temprature (did you mean --temperature?); see tegula generate --help"},
      {{"generate", "--temprature=1"},
       "unknown option --temprature (did you mean --temperature?); see tegula generate --help"},
      {{"generate", "a", "b"}, "unexpected argument \"b\"; see tegula generate --help"},
      {{"generate", "--threads", "0"}, "--threads: \"0\" is no integer from 1 to 4096; see tegula generate --help"},
      {{"generate", "--seed", "-1"}, "--seed: \"-1\" is no integer from 0 up; see tegula generate --help"},
      {{"generate", "--max-new-tokens", "1.5"},
       "--max-new-tokens: \"1.5\" is no integer from 0 to 1073741824; see tegula generate --help"},
      {{"generate", "--temperature", "hot"}, "--temperature: \"hot\" is no number; see tegula generate --help"},
      {{"generate", "--temperature", "-1"}, "temperature is -1, expected 0 or more; see tegula generate --help"},
      {{"generate", "--top-p", "2"}, "top_p is 2, expected 0 to 1; see tegula generate --help"},
      {{"generate", "--device", "toaster"},
       "--device: \"toaster\" is no device; cpu, opencl[:i], cuda[:i], hip[:i] and null are; see tegula generate "
       "--help"},
      {{"generate", "--dtype", "int8"},
       "--dtype: \"int8\" is no dtype to compute in; auto, float32, bfloat16 and float16 are; see tegula generate "
       "--help"},
      {{"generate", "--tokens", "1,x"},
       "--tokens: \"x\" is no integer; expected a list such as 1,2,3; see tegula generate --help"},
      {{"generate", "--tokens", ""},
       "--tokens: \"\" is no integer; expected a list such as 1,2,3; see tegula generate --help"},
      {{"generate", "--prompt", "a", "--tokens", "1"},
       "--prompt and --tokens exclude each other; see tegula generate --help"},
      {{"generate", "--prompt", "a\xff"}, "--prompt: the text is not valid UTF-8; see tegula generate --help"},
      {{"generate", "--prompt", "a", "--stop", ""}, "--stop: the text is empty; see tegula generate --help"},
      {{"generate", tiny_chat()},
       "what is the model to go on from? Give --prompt or --tokens; see tegula generate --help"},
      {{"logits", "--tokens", "1"}, "--output is required; see tegula logits --help"},
      {{"logits", "--output", "x"}, "give --tokens or --prompt; see tegula logits --help"},
      {{"run"}, "FILE.graph is required; see tegula run --help"},
      {{"bench", "--batch", "0"}, "--batch: 0 is too small; expected 1 or more; see tegula bench --help"},
  };
  for (const auto& [arguments, message] : cases) {
    const Outcome o = tegula_run(arguments);
    EXPECT_EQ(o.exit, 2) << message;
    EXPECT_EQ(o.err, "tegula: " + message + "\n");
    EXPECT_EQ(o.out, "");
  }
}

TEST(Usage, ResultsThatCannotBeWrittenAreAnError) {
  const Outcome full = tegula_run({"list", "ops"}, {.out_file = "/dev/full"});
  EXPECT_EQ(full.exit, 1);
  EXPECT_EQ(full.err, "tegula: cannot write to stdout: No space left on device\n");
}

TEST(Usage, ListsWhatThereIs) {
  const Json all = Json::parse(tegula_run({"list", "--json"}).out, "list");
  bool llama = false, q4_k = false, matmul = false;
  for (const Json& a : all.at("architectures").as_array()) {
    llama |= a.at("model_type") == Json("llama");
    EXPECT_NE(a.at("example").as_string().find('/'), std::string::npos);
  }
  for (const Json& e : all.at("encodings").as_array())
    q4_k |= e.at("name") == Json("q4_k") && e.at("bits_per_weight") == Json(4.5) && e.at("safetensors").is_null();
  for (const Json& o : all.at("ops").as_array()) {
    EXPECT_FALSE(o.at("doc").as_string().empty()) << o.at("name").dump();
    for (const Json& x : o.at("operands").as_array()) EXPECT_FALSE(x.at("types").as_array().empty());
    if (o.at("name") == Json("matmul"))
      matmul = o.at("operands").as_array().size() >= 2 && o.at("attributes").is_array();
  }
  EXPECT_TRUE(llama && q4_k && matmul);
  EXPECT_EQ(Json::parse(tegula_run({"list", "ops", "--json"}).out, "ops"), all.at("ops"));
  for (const char* what : {"architectures", "encodings", "ops"}) {
    const Outcome o = tegula_run({"list", what});
    EXPECT_EQ(o.exit, 0);
    EXPECT_GT(o.out.size(), 100u) << what;
  }
  EXPECT_EQ(Json::parse(tegula_run({"devices", "--json"}).out, "devices").as_array()[0].at("name"), Json("cpu"));
  EXPECT_TRUE(tegula_run({"devices"}).out.starts_with("cpu "));
}

}  // namespace
}  // namespace tegula
