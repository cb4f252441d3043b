// compile() as the other rooms use it: programs run, errors name the op, and nothing that a source does ends the
// process.
#include <atomic>
#include <cmath>
#include <numeric>
#include <random>
#include <thread>

#include "tests/jit/program.h"

namespace tegula {
namespace {

const std::string kEntry = "extern \"C\" [[gnu::visibility(\"default\")]] ";

using IntFunction = int(int, int);

TEST(Compile, RunsWhatItCompiled) {
  const Binary compiled = compile_one(host_target(), kEntry + "int mad(int a, int b) { return a * b + 1; }");
  EXPECT_EQ(Opened(compiled).function<IntFunction>("mad")(6, 7), 43);
  EXPECT_TRUE(file_exists(compiled.path));
  EXPECT_EQ(std::string(compiled.bytes.begin() + 1, compiled.bytes.begin() + 4), "ELF");
}

TEST(Compile, SourcesBecomeOneProgram) {
  std::vector<std::string> sources;
  for (int i = 0; i < 5; i++)
    sources.push_back(str("static int hidden(int a) { return a + ", i, "; }\n", kEntry, "int f", i,
                          "(int a, int b) { return hidden(a) * b; }"));
  const Opened program(compile(host_target(), sources, "five"));
  for (int i = 0; i < 5; i++) EXPECT_EQ(program.function<IntFunction>(str("f", i).c_str())(10, 3), (10 + i) * 3);
}

TEST(Compile, OnlyEntriesAreVisible) {
  const Opened program(
      compile_one(host_target(), "int hidden() { return 1; }\n" + kEntry + "int shown() { return hidden(); }"));
  EXPECT_NE(program.function<int()>("shown"), nullptr);
  EXPECT_NE(error_of([&] { program.function<int()>("hidden"); }).find("undefined symbol"), std::string::npos);
}

TEST(Compile, EmbeddedKernelHeadersWork) {
  const Opened program(compile_one(host_target(), R"(
    #include "kernel/map.h"
    using namespace tegula::kernel;
    KERNEL(add_one, GLOBAL const f32* b0, GLOBAL f32* b1, i64 d0) {
      map(blocks, 1, d0, [=](i64) { return [=](i64 i) { store(b1 + i, load(b0 + i) + 1); }; });
    })"));
  std::vector<float> in(1000), out(1000);
  std::iota(in.begin(), in.end(), 0.0f);
  void* const buffers[] = {in.data(), out.data()};
  const int64_t scalars[] = {1000};
  program.function<void(void* const*, const int64_t*, int64_t, int64_t)>("add_one")(buffers, scalars, 0, 1);
  EXPECT_EQ(out[0], 1);
  EXPECT_EQ(out[999], 1000);
}

TEST(Compile, KernelFolderReplacesEmbeddedHeaders) {
  const Folder folder;
  Variable variable("TEGULA_KERNEL_DIR", folder.path());
  EXPECT_NE(error_of([] { compile_one(host_target(), ""); }).find("no kernel headers"), std::string::npos);
  write_file(folder / "mine.h", "#pragma once\n#include \"kernel/inner.h\"\n");
  write_file(folder / "inner.h", "constexpr int kAnswer = 41;");
  const std::string source = "#include \"kernel/mine.h\"\n" + kEntry + "int answer() { return kAnswer; }";
  EXPECT_EQ(Opened(compile_one(host_target(), source)).function<int()>("answer")(), 41);
  write_file(folder / "inner.h", "constexpr int kAnswer = 42;");  // a header is part of what a program is known by
  const Binary again = compile_one(host_target(), source);
  EXPECT_FALSE(again.was_cached);
  EXPECT_EQ(Opened(again).function<int()>("answer")(), 42);
  EXPECT_TRUE(compile_one(host_target(), source).was_cached);
}

TEST(Compile, ErrorsNameTheOpAndTheProgram) {
  const std::string error = error_of([] {
    compile_one(host_target(),
                "int fine;\n#line 1 \"op silu %3 (llama.cpp:88)\"\nfloat f(float x) { return no_such(x); }",
                "llama decode");
  });
  EXPECT_NE(error.find("cannot compile llama decode for "), std::string::npos) << error;
  EXPECT_NE(error.find("op silu %3 (llama.cpp:88):1:27: error: use of undeclared identifier 'no_such'"),
            std::string::npos)
      << error;
}

TEST(Compile, ErrorsInHeadersNameTheOpThatUsedThem) {
  const Folder folder;
  Variable variable("TEGULA_KERNEL_DIR", folder.path());
  write_file(folder / "t.h", "template <class T> T twice(T x) { return x.nothing; }\n");
  const std::string error = error_of([] {
    compile_one(host_target(), "#include \"kernel/t.h\"\n#line 7 \"op twice %1\"\nint f() { return twice(1); }");
  });
  EXPECT_NE(error.find("kernel/t.h:1:"), std::string::npos) << error;
  EXPECT_NE(error.find("op twice %1:7:18: note: in instantiation of"), std::string::npos) << error;
}

TEST(Compile, WarningsAreNoErrors) {
  EXPECT_NO_THROW(compile_one(host_target(), "static int unused; int f() { int x; return x; }\n#warning careful\n"));
}

TEST(Compile, NothingOfTheMachineCanBeIncluded) {
  for (const char* header : {"<stdio.h>", "<cstdint>", "\"/etc/passwd\"", "<immintrin.h>"}) {
    const std::string error = error_of([&] { compile_one(host_target(), str("#include ", header, "\n")); });
    EXPECT_NE(error.find("file not found"), std::string::npos) << error;
  }
}

TEST(Compile, UndefinedFunctionsAreNamed) {
  const std::string error = error_of([] {
    compile_one(host_target(),
                "extern \"C\" float cosf(float); int g();\n" + kEntry + "float f(float x) { return cosf(x) + g(); }",
                "wave");
  });
  EXPECT_NE(error.find("cannot link wave"), std::string::npos) << error;
  EXPECT_NE(error.find("cosf"), std::string::npos) << error;
}

TEST(Compile, MemoryFunctionsComeFromTheProcess) {
  const Opened program(compile_one(
      host_target(), "struct Big { char bytes[5000]; };\n" + kEntry + "void copy(Big* a, const Big* b) { *a = *b; }"));
  std::vector<char> a(5000, 'a'), b(5000, 'b');
  program.function<void(char*, const char*)>("copy")(a.data(), b.data());
  EXPECT_EQ(a, b);
}

// The two ways in which a compiler ends the process it is in, a signal and a fatal error; several at once, beside one
// that compiles.
TEST(Compile, CrashesOfTheCompilerAreErrors) {
  for (int round = 0; round < 2; round++) {
    std::vector<std::thread> threads;
    std::atomic<int> num_errors = 0, num_compiled = 0;
    for (const char* how : {"parser_crash", "llvm_fatal_error", "llvm_fatal_error", "parser_crash"})
      threads.emplace_back([&, how] {
        const std::string error =
            error_of([&] { compile_one(host_target(), str("#pragma clang __debug ", how, "\n"), how); });
        num_errors +=
            error.starts_with(str("cannot compile ", how, " for ")) && error.find("the compiler") != std::string::npos;
      });
    threads.emplace_back([&] {
      const Binary compiled =
          compile_one(host_target(), str(kEntry, "int f(int a, int b) { return a - b - ", round, "; }"));
      num_compiled += Opened(compiled).function<IntFunction>("f")(5, 3) == 2 - round;
    });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(num_errors, 4);
    EXPECT_EQ(num_compiled, 1);
  }
}

TEST(Compile, WhatABackendCannotSelectIsAnError) {
  const std::string error = error_of([] {
    compile_one(target_named("cuda:sm_90"),
                "[[clang::device_kernel]] void k(float* p) { *p = __builtin_elementwise_exp(*p); }", "exp");
  });
  EXPECT_NE(error.find("cannot compile exp for sm_90: the compiler's backend gave up: "), std::string::npos) << error;
}

TEST(Compile, SignalHandlersAreTheProcesss) {
  struct sigaction before{}, after{};
  ::sigaction(SIGSEGV, nullptr, &before);
  compile_one(host_target(), "int signals;");
  ::sigaction(SIGSEGV, nullptr, &after);
  EXPECT_EQ(before.sa_sigaction, after.sa_sigaction);
}

TEST(Compile, NoSourcesIsAnError) {
  EXPECT_NE(error_of([] { compile(host_target(), {}, "nothing"); }).find("there are no sources"), std::string::npos);
}

// As C++ has it: a product and a sum of one expression may be fused, and nothing else changes results.
TEST(Compile, ArithmeticIsNotFast) {
  const Opened program(compile_one(
      host_target(),
      kEntry + "float sum(const float* x, int n) { float s = 0; for (int i = 0; i < n; i++) s += x[i]; return s; }\n" +
          kEntry + "bool is_nan(float x) { return x != x; }\n"));
  std::mt19937 random(1);
  std::vector<float> x(1001);
  for (float& v : x) v = std::uniform_real_distribution<float>(-1e6f, 1e6f)(random);
  float expected = 0;
  for (float v : x) expected += v;
  EXPECT_EQ(program.function<float(const float*, int)>("sum")(x.data(), 1001), expected);
  EXPECT_TRUE(program.function<bool(float)>("is_nan")(NAN));
}

TEST(Compile, ManyAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> num_right = 0;
  for (int i = 0; i < 8; i++)
    threads.emplace_back([&, i] {
      const Binary compiled =
          compile_one(host_target(), str(kEntry, "int f(int a, int b) { return a * b + ", i / 2, "; }"));
      num_right += Opened(compiled).function<IntFunction>("f")(2, 3) == 6 + i / 2;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_right, 8);
}

}  // namespace
}  // namespace tegula
