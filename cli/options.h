// What the options of several subcommands mean.
// One idea: a value is judged where the command line is read, before anything is loaded; wrong use names the option,
// what was found and what was expected, and exits with 2.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "cli/arguments.h"
#include "device/device.h"

namespace tegula {

struct LoadOptions;

// Options that every subcommand takes.
struct CommonOptions {
  std::string device = "cpu";
  int64_t threads = 0;  // 0: one per core
  DType dtype = DType::kF32;
  bool round = true;  // LoadOptions::round: where no dtype was asked for

  // Opens the device that was asked for.
  DeviceRef open() const;
  // As a model is loaded to compute in the dtype that was asked for, with room for so many tokens.
  LoadOptions load_options(int64_t cache_tokens = 0) const;
};
void declare_common(Arguments& arguments, CommonOptions& options);

// The optional positional MODEL; empty: the embedded model.
void declare_model(Arguments& arguments, std::string& model);
// Where the model is that comes with the program: beside it in a build folder and where it is installed.
std::string embedded_model();
// MODEL as it was given, or the embedded one.
std::string model_or_embedded(const std::string& model);

// A list of integers of `least` or more: "1,2,3".
std::vector<int64_t> parse_integers(std::string_view option, std::string_view text, int64_t least = 0);
// Token ids; whether they are in the vocabulary is seen later.
std::vector<int32_t> parse_tokens(std::string_view text);
// What to compile for, as device/target.h names it.
Target parse_target(const std::string& text);
// "float32" as Hugging Face and NumPy spell it, or "f32" as graph text does.
DType parse_dtype(std::string_view text);

// Text on the command line is UTF-8, or wrong use.
void check_text(std::string_view option, std::string_view text);

}  // namespace tegula
