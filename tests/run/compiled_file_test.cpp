// Compiled programs as files: what is saved is read back whole, runs where there is no compiler, and nothing that is
// read in its place does harm.
#include "runtime/compiled_file.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>

#include "base/file.h"
#include "base/sha256.h"
#include "tests/run/graphs.h"

namespace tegula::test {
namespace {

// Symbols in sizes, grids and shapes; control flow; literals; a packed and a folded weight.
constexpr std::string_view kGraph = R"(
graph @less(%i: i32[], %x: f32[n, 8]) -> bool[] { %0 = constant {value = i32[] (3)} %1 = less %i, %0 return %1 }
graph @turn(%i: i32[], %x: f32[n, 8]) -> (i32[], f32[n, 8]) {
  %0 = constant {value = i32[] (1)} %1 = add %i, %0 %2 = constant {value = f32[2] (1.5, -2.0)}
  %3 = sum %2 %4 = mul %x, %3 return %1, %4 }
graph @double(%x: f32[n, 8]) -> f32[n, 8] { %0 = add %x, %x return %0 }
graph @same(%x: f32[n, 8]) -> f32[n, 8] { return %x }
graph @main(%x: f32[n, 8], %w: f32[24, 8] weight, %a: f32[24] weight, %y: f32[2*n + 1]) -> (f32[n, 8], f32[n, 24], f32[2*n]) {
  %0 = constant {value = i32[] (0)}
  %1, %2 = while_loop %0, %x {condition = @less, body = @turn}
  %3 = matmul %2, %w {transpose_b = true}
  %4 = exp %a
  %5 = mul %3, %4
  %6 = sum %x
  %7 = constant {value = f32[] (0.0)}
  %8 = less %6, %7
  %9 = cond %8, %2 {then = @double, otherwise = @same}
  %10 = slice %y {axes = [0], starts = [1], stops = [2*n + 1]}
  %11 = sort %10
  return %9, %5, %11
})";

HostArrays inputs(const Compiled& compiled, int64_t n) {
  HostArrays out;
  for (const CompiledParameter& p : compiled.parameters) {
    if (!p.is_own()) continue;
    HostArray a{p.type.dtype, {}, {}};
    int64_t count = 1;
    for (const Dim& d : p.type.shape)
      a.shape.push_back(d.evaluate([&](std::string_view) { return n; })), count *= a.shape.back();
    a.bytes.resize(size_t(count) * 4);
    for (int64_t i = 0; i < count; ++i) {
      const auto value = float(i % 7 - 2);
      std::memcpy(&a.bytes[size_t(i) * 4], &value, 4);
    }
    out[p.name] = a;
  }
  return out;
}

std::string text_of(const std::vector<HostArray>& arrays) {
  std::string out;
  for (const HostArray& a : arrays)
    for (size_t i = 0; i < a.bytes.size(); i += 4) {
      float value;
      std::memcpy(&value, &a.bytes[i], 4);
      char line[40];
      std::snprintf(line, sizeof line, "%a\n", double(value));
      out += line;
    }
  return out;
}

class CompiledFile : public testing::Test {
 protected:
  CompiledFile() {
    char name[] = "/tmp/tegula_compiled_XXXXXX";
    check(::mkdtemp(name) != nullptr, "no folder for the test");
    folder = name;
  }
  ~CompiledFile() override { std::filesystem::remove_all(folder); }

  // Runs a file in a process of its own, with a cache of its own and no compiler; its status and all that it wrote.
  std::pair<int, std::string> run_elsewhere(const std::string& path, int64_t n) {
    const std::string command = str("XDG_CACHE_HOME=", folder,
                                    "/cache TEGULA_JIT_LIBRARY=/nowhere " TEGULA_RUN_SAVED " ", path, " ", n, " 2>&1");
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::string out;
    char block[4096];
    for (size_t count; (count = std::fread(block, 1, sizeof block, pipe)) > 0;) out.append(block, count);
    return {::pclose(pipe), out};
  }

  std::string folder;
  DeviceRef device = open_device("cpu", 2);
  CompiledRef compiled = compile_graph(*graph_of(kGraph), *device, "main");
};

TEST_F(CompiledFile, RunsInAProcessWithoutTheCompiler) {
  save_compiled(*compiled, folder + "/program");
  for (int64_t n : {3, 1, 700}) {
    const auto [status, out] = run_elsewhere(folder + "/program", n);
    EXPECT_EQ(status, 0) << out;
    EXPECT_EQ(out, text_of(run_compiled(compiled, device, inputs(*compiled, n)))) << n;
  }
  EXPECT_EQ(read_file(TEGULA_RUN_SAVED).find("libtegula-jit"), std::string::npos) << "the compiler is linked in";
}

TEST_F(CompiledFile, IsReadBackWhole) {
  const std::string bytes = compiled_bytes(*compiled);
  const CompiledRef again = parse_compiled(bytes, "test");
  EXPECT_EQ(compiled_bytes(*again), bytes);
  EXPECT_EQ(again->target, compiled->target);
  EXPECT_EQ(again->scalars, compiled->scalars);
  ASSERT_TRUE(again->prelude);
  EXPECT_EQ(text_of(run_compiled(again, device, inputs(*again, 5))),
            text_of(run_compiled(compiled, device, inputs(*compiled, 5))));
  EXPECT_TRUE(std::ranges::any_of(again->scalars, [](const Dim& d) { return !d.is_constant(); }));
}

TEST_F(CompiledFile, WhatIsNoProgramIsAnError) {
  const auto error = [&](const std::string& bytes) { return error_of([&] { parse_compiled(bytes, "f"); }); };
  const std::string whole = compiled_bytes(*compiled);
  EXPECT_EQ(error(""), "f: is no compiled program, as tegula compile writes them");
  EXPECT_EQ(error("graph @main() -> f32[]"), "f: is no compiled program, as tegula compile writes them");
  EXPECT_EQ(error("tegula compiled 9\n" + whole.substr(18)),
            "f: is a compiled program of another version of Tegula: compile it anew");
  EXPECT_EQ(error("tegula compiled 1\n"), "f: is damaged: make it anew");
  EXPECT_EQ(error(whole + "x"), "f: is damaged: make it anew");
  EXPECT_NE(error_of([&] { load_compiled(folder + "/none"); }).find("/none"), std::string::npos);
  EXPECT_FALSE(is_compiled_file(folder + "/none"));
  EXPECT_NE(error_of([&] {
              save_compiled(*compile_graph(*graph_of(kGraph), *open_device("null"), "main"), folder + "/x");
            }).find("no code"),
            std::string::npos);
}

TEST_F(CompiledFile, AnotherChipsProgramIsAnError) {
  const CompiledRef there = compile_graph(*graph_of(kGraph), target_named("cpu:aarch64"), "main", false);
  EXPECT_NE(error_of([&] { Program(there, device); }).find("main was compiled for aarch64-unknown-linux-gnu generic"),
            std::string::npos);
  auto more = std::make_shared<Compiled>(*compiled);
  more->target.features.push_back("+zz_unknown");
  EXPECT_NE(error_of([&] { Program(more, device); }).find("a processor with zz_unknown"), std::string::npos);
}

TEST_F(CompiledFile, AnyDamageIsNoticed) {
  const std::string whole = compiled_bytes(*compiled);
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string flipped = whole;
    flipped[random() % whole.size()] ^= char(1 << random() % 8);
    EXPECT_NE(error_of([&] { parse_compiled(flipped, "f"); }), "(no error)");
    EXPECT_NE(error_of([&] { parse_compiled(whole.substr(0, random() % whole.size()), "f"); }), "(no error)");
  }
}

// With a right digest over wrong bytes: an Error, or a program whose every part refers to what is there.
TEST_F(CompiledFile, ForgedFilesDoNoHarm) {
  const CompiledRef small = compile_graph(*graph_of(kGraph), *open_device("null"), "main");  // all but code
  const std::string whole = compiled_bytes(*small);
  std::mt19937 random(2);
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string forged = whole.substr(0, whole.size() - sizeof(Digest));
    for (int k = 0, n = 1 + int(random() % 4); k < n; ++k) {
      char& at = forged[18 + random() % (forged.size() - 18)];
      const char odd[] = {0, 1, -1, 127, char(random())};
      at = odd[random() % 5];
    }
    if (random() % 4 == 0) forged.resize(18 + random() % (forged.size() - 18));
    const Digest digest = sha256({reinterpret_cast<const uint8_t*>(forged.data()), forged.size()});
    forged.append(digest.begin(), digest.end());
    try {
      const CompiledRef found = parse_compiled(forged, "f");
      ++read;
      Program(found, open_device("null"));
    } catch (const Error&) {
    }
  }
  EXPECT_GT(read, 100) << "only names and texts were changed in these";
}

}  // namespace
}  // namespace tegula::test
