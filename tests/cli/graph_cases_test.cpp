// Graphs that were once wrong, on each device: tests/cli/graphs/*.txt hold a graph, a line "---", and what `tegula run`
// says.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "program.h"
#include "weights/safetensors.h"

namespace tegula {
namespace {

namespace fs = std::filesystem;

class GraphCases : public testing::TestWithParam<const char*> {};

// bf16 numbers of either sign, in size from 2^-1 to 2^3, whose products have to be rounded.
std::vector<uint8_t> some_bf16(size_t count, uint32_t seed) {
  std::vector<uint8_t> out;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t noise = (seed + i) * 2654435761u;
    out.push_back(uint8_t(noise >> 24));
    out.push_back(uint8_t(0x3f + (noise >> 8) % 2 + (noise >> 9) % 2 * 0x80));
  }
  return out;
}

// What the graphs with parameters are given; the right results hold for any.
std::string write_inputs(const std::string& graph) {
  if (graph != "bf16_twice") return "";
  const std::string path = scratch_folder() + "/in.safetensors";
  const std::vector<uint8_t> a = some_bf16(8, 1), b = some_bf16(8, 100);
  const StoredTensor tensors[] = {{{"a", DType::kBF16, {2, 4}}, a}, {{"b", DType::kBF16, {2, 4}}, b}};
  write_safetensors(path, tensors);
  return path;
}

TEST_P(GraphCases, GiveWhatTheirFilesSay) {
  const std::string device = GetParam();
  if (tegula_run({"devices"}).out.find("\n" + device) == std::string::npos && device != "cpu")
    GTEST_SKIP() << "there is no " << device << " device";
  int cases = 0;
  for (const auto& entry : fs::directory_iterator(TEGULA_SOURCE_DIR "/tests/cli/graphs")) {
    const std::string name = entry.path().stem(), text = read_file(entry.path()), path = scratch_folder() + "/FILE";
    const size_t line = text.find("---\n");
    ASSERT_NE(line, std::string::npos) << name;
    write_file(path, text.substr(0, line));
    std::vector<std::string> arguments{"run", path, "--device", device};
    if (const std::string inputs = write_inputs(name); !inputs.empty())
      arguments.insert(arguments.end(), {"--inputs", inputs});
    const Outcome o = tegula_run(arguments);
    std::string said = o.out + o.err;
    if (const size_t at = said.find(path); at != std::string::npos) said.replace(at, path.size(), "FILE");
    EXPECT_EQ(said, text.substr(line + 4)) << name;
    EXPECT_EQ(o.exit, said.starts_with("tegula: ") ? 1 : 0) << name;
    ++cases;
  }
  EXPECT_GT(cases, 0);
}

INSTANTIATE_TEST_SUITE_P(Devices, GraphCases, testing::Values("cpu", "opencl"), [](const auto& i) { return i.param; });

}  // namespace
}  // namespace tegula
