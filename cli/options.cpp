#include "cli/options.h"

#include <unistd.h>

#include <filesystem>
#include <limits>

#include "base/file.h"
#include "model/language_model.h"
#include "text/utf8.h"

namespace tegula {
namespace {

constexpr const char* kDeviceKinds[] = {"cpu", "opencl", "cuda", "hip", "null"};

// "opencl" or "opencl:1": a kind that there is, and a number.
std::string device_fault(const std::string& text) {
  const std::string kind = text.substr(0, text.find(':'));
  for (const char* k : kDeviceKinds) {
    if (kind != k) continue;
    if (kind == text) return {};
    const std::string number = text.substr(kind.size() + 1);
    if (!number.empty() && number.size() < 4 && number.find_first_not_of("0123456789") == std::string::npos) return {};
  }
  return "\"" + text + "\" is no device; cpu, opencl[:i], cuda[:i], hip[:i] and null are";
}

}  // namespace

DeviceRef CommonOptions::open() const { return open_device(device, int(threads)); }

LoadOptions CommonOptions::load_options(int64_t cache_tokens) const {
  return {.compute = dtype, .cache = dtype, .cache_tokens = cache_tokens, .round = round};
}

void declare_common(Arguments& arguments, CommonOptions& o) {
  arguments.group("Everywhere");
  arguments.parsed("--device", "DEVICE", "cpu, opencl[:i], cuda[:i], hip[:i] or null", [&o](const std::string& text) {
    if (const std::string fault = device_fault(text); !fault.empty()) throw UsageError("--device: " + fault);
    o.device = text;
  });
  arguments.integer("--threads", o.threads, 1, 4096, "of a CPU; default: one per core");
  arguments.parsed("--dtype", "DTYPE",
                   "to compute in: float32, bfloat16, float16, or auto (default): float32, rounded to 8 bits where "
                   "multiplied by quantised weights",
                   [&o](const std::string& text) {
                     o.round = text == "auto";
                     o.dtype = o.round ? DType::kF32 : parse_dtype(text);
                   });
}

void declare_model(Arguments& arguments, std::string& model) {
  arguments.text("MODEL", model, nullptr,
                 "a Hugging Face folder, a .gguf file, or a repo in the Hugging Face cache; absent: the model that "
                 "comes with tegula");
}

std::string embedded_model() {
  std::error_code none;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", none);
  const std::string folder = (program.parent_path().parent_path() / "share/tegula/tiny-chat").string();
  if (!folder_exists(folder)) fail("the model that comes with tegula is not at ", folder, "; name a MODEL");
  return folder;
}

std::string model_or_embedded(const std::string& model) { return model.empty() ? embedded_model() : model; }

std::vector<int64_t> parse_integers(std::string_view option, std::string_view text, int64_t least) {
  std::vector<int64_t> out;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    std::string_view item = text.substr(at, end - at);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    const std::optional<int64_t> value = integer_in(item);
    if (!value) throw UsageError(str(option, ": \"", item, "\" is no integer; expected a list such as 1,2,3"));
    if (*value < least) throw UsageError(str(option, ": ", *value, " is too small; expected ", least, " or more"));
    out.push_back(*value);
    at = end + 1;
  }
  return out;
}

std::vector<int32_t> parse_tokens(std::string_view text) {
  std::vector<int32_t> out;
  for (int64_t id : parse_integers("--tokens", text, std::numeric_limits<int64_t>::min())) {
    if (id < 0 || id > std::numeric_limits<int32_t>::max())
      fail("token id ", id, " is out of range: ids are natural numbers below the size of the vocabulary");
    out.push_back(int32_t(id));
  }
  return out;
}

Target parse_target(const std::string& text) {
  try {
    return target_named(text);
  } catch (const Error& e) {
    throw UsageError(str("--target: ", e.what()));
  }
}

DType parse_dtype(std::string_view text) {
  if (text == "float32" || text == "f32") return DType::kF32;
  if (text == "bfloat16" || text == "bf16") return DType::kBF16;
  if (text == "float16" || text == "f16") return DType::kF16;
  throw UsageError(str("--dtype: \"", text, "\" is no dtype to compute in; auto, float32, bfloat16 and float16 are"));
}

void check_text(std::string_view option, std::string_view text) {
  if (txt::valid_utf8_prefix(text) != text.size()) throw UsageError(str(option, ": the text is not valid UTF-8"));
}

}  // namespace tegula
