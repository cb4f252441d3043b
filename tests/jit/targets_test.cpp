// Every kind of target that can be named is compiled for, by what the product's first bytes and names say.
#include <cstring>

#include "tests/jit/program.h"

namespace tegula {
namespace {

const std::string kSource = R"(
  #include "kernel/map.h"
  using namespace tegula::kernel;
  KERNEL(scale, GLOBAL const f32* b0, GLOBAL f32* b1, i64 d0) {
    map(blocks, 1, d0, [=](i64) { return [=](i64 i) { store(b1 + i, load(b0 + i) * 3 + 1); }; });
  })";

bool contains(const Binary& compiled, std::string_view text) {
  return std::string_view(reinterpret_cast<const char*>(compiled.bytes.data()), compiled.bytes.size()).find(text) !=
         std::string_view::npos;
}

// e_type and e_machine of an ELF header: elf(5).
void expect_shared_object(const Binary& compiled, uint16_t machine) {
  uint16_t type_and_machine[2];
  ASSERT_GT(compiled.bytes.size(), 64u);
  ASSERT_EQ(std::memcmp(compiled.bytes.data(), "\177ELF", 4), 0);
  std::memcpy(type_and_machine, compiled.bytes.data() + 16, 4);
  EXPECT_EQ(type_and_machine[0], 3);
  EXPECT_EQ(type_and_machine[1], machine);
  EXPECT_TRUE(contains(compiled, "scale"));
}

TEST(Targets, Cpus) {
  const std::pair<const char*, uint16_t> kCpus[] = {
      {"cpu:x86-64", 62},   {"cpu:x86-64-v2", 62}, {"cpu:x86-64-v3", 62},  {"cpu:x86-64-v4", 62},
      {"cpu:aarch64", 183}, {"cpu:riscv64", 243},  {"cpu:riscv64gcv", 243}};
  for (auto [name, machine] : kCpus) {
    SCOPED_TRACE(name);
    expect_shared_object(compile_one(target_named(name), kSource), machine);
  }
}

TEST(Targets, WidestVectorsAreUsed) {
  const auto text = [](const char* name) { return assembly(target_named(name), std::span(&kSource, 1), "scale"); };
  EXPECT_NE(text("cpu:x86-64-v4").find("%zmm"), std::string::npos);
  EXPECT_NE(text("cpu:x86-64-v3").find("vfmadd"), std::string::npos);
  EXPECT_EQ(text("cpu:x86-64-v3").find("%zmm"), std::string::npos);
  EXPECT_EQ(text("cpu:x86-64").find("%ymm"), std::string::npos);
}

TEST(Targets, Spirv) {
  const Binary compiled = compile_one(spirv_target(), kSource);
  const uint8_t kMagicAndVersion[] = {0x03, 0x02, 0x23, 0x07, 0x00, 0x02, 0x01, 0x00};
  ASSERT_GT(compiled.bytes.size(), sizeof kMagicAndVersion);
  EXPECT_EQ(std::memcmp(compiled.bytes.data(), kMagicAndVersion, sizeof kMagicAndVersion), 0);
  EXPECT_EQ(compiled.bytes.size() % 4, 0u);
  EXPECT_NE(assembly(spirv_target(), std::span(&kSource, 1), "scale").find("OpEntryPoint Kernel"), std::string::npos);
}

TEST(Targets, SpirvTakesSeveralSources) {
  const std::string sources[] = {kSource, "KERNEL(second, GLOBAL f32* b0, i64 d0) { store(b0, f32(d0)); }"};
  const Binary compiled = compile(spirv_target(), sources, "two");
  EXPECT_TRUE(contains(compiled, "scale") && contains(compiled, "second"));
}

TEST(Targets, Nvptx) {
  const Binary compiled = compile_one(target_named("cuda:sm_90"), kSource);
  EXPECT_TRUE(contains(compiled, ".target sm_90") && contains(compiled, ".visible .entry scale("));
}

TEST(Targets, Amdgcn) {
  const Binary compiled = compile_one(target_named("hip:gfx942"), kSource);
  expect_shared_object(compiled, 224);
  EXPECT_TRUE(contains(compiled, "scale.kd"));
}

TEST(Targets, AChipThatDoesNotExistIsAnError) {
  EXPECT_NE(error_of([] { compile_one(target_named("cuda:sm_9999"), kSource); }).find("cannot compile"),
            std::string::npos);
}

}  // namespace
}  // namespace tegula
