// compile() across processes: a warm one never opens the compiler, two cold ones may race, and where the compiler is
// missing the error says so. Every process is this test program again, started with a task.
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "jit/library.h"
#include "tests/jit/program.h"

namespace tegula {
namespace {

const std::string kSource = "extern \"C\" [[gnu::visibility(\"default\")]] int answer() { return 42; }";

// The task of a process: compile, run, and say on stdout what happened.
int run_task() {
  try {
    const Binary compiled = compile_one(host_target(), kSource);
    const int answer = Opened(compiled).function<int()>("answer")();
    std::ifstream maps("/proc/self/maps");
    const std::string map{std::istreambuf_iterator<char>(maps), {}};
    const bool mapped = map.find("libtegula-jit") != std::string::npos;
    std::printf("%d %s %s %s\n", answer, compiled.was_cached ? "cached" : "compiled", mapped ? "mapped" : "unmapped",
                compiled.path.c_str());
    return jit::compiler_is_open() == mapped ? 0 : 3;
  } catch (const Error& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}

class Process {
 public:
  explicit Process(std::vector<std::string> environment) {
    int ends[2];
    if (::pipe(ends) != 0) fail("pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], 1);
      ::close(ends[0]), ::close(ends[1]);
      for (std::string& setting : environment) ::putenv(setting.data());
      ::setenv("TEGULA_TEST_TASK", "1", 1);
      ::execl("/proc/self/exe", "test_jit", nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ends[0];
  }
  // Waits; what it wrote to stdout.
  std::string output() {
    std::string text;
    char block[4096];
    for (ssize_t n; (n = ::read(out_, block, sizeof block)) > 0;) text.append(block, size_t(n));
    ::close(out_);
    ::waitpid(child_, &status_, 0);
    return text;
  }
  int status() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1; }

 private:
  pid_t child_;
  int out_, status_ = -1;
};

class Warm : public testing::Test {
 protected:
  std::string run(std::vector<std::string> more = {}) {
    more.push_back("XDG_CACHE_HOME=" + folder_.path());
    return Process(std::move(more)).output();
  }
  std::string only_file() {
    for (const auto& file : std::filesystem::directory_iterator(folder_ / "tegula/programs")) return file.path();
    return "";
  }
  const Folder folder_;
};

TEST_F(Warm, AHitDoesNotOpenTheCompiler) {
  EXPECT_TRUE(run().starts_with("42 compiled mapped "));
  EXPECT_TRUE(run().starts_with("42 cached unmapped "));
  EXPECT_TRUE(run({"TEGULA_JIT_LIBRARY=/nowhere"}).starts_with("42 cached unmapped "));
}

TEST_F(Warm, AProgramIsOfItsTarget) {
  EXPECT_TRUE(run().starts_with("42 compiled "));
#if defined(__x86_64__)
  EXPECT_TRUE(run({"TEGULA_CPU=x86-64"}).starts_with("42 compiled "));
  EXPECT_TRUE(run({"TEGULA_CPU=x86-64"}).starts_with("42 cached "));
  EXPECT_TRUE(run({"TEGULA_CPU=aarch64"}).starts_with("TEGULA_CPU=aarch64: this machine is x86_64"));
#endif
  EXPECT_TRUE(run({"TEGULA_CPU=z80"}).starts_with("unknown target cpu:z80"));
  EXPECT_TRUE(run().starts_with("42 cached "));
}

TEST_F(Warm, DamagedProgramsAreRebuilt) {
  run();
  const std::string path = only_file(), whole = read_file(path);
  for (const std::string& content :
       {whole.substr(0, whole.size() / 2), std::string(), whole + "x", std::string(whole.size(), '\0')}) {
    std::ofstream(path, std::ios::binary) << content;
    EXPECT_TRUE(run().starts_with("42 compiled mapped "));
    EXPECT_TRUE(run().starts_with("42 cached unmapped "));
    EXPECT_EQ(read_file(path), whole);
  }
}

TEST_F(Warm, TwoProcessesMayRace) {
  for (int round = 0; round < 3; round++) {
    const Folder folder;
    const std::string setting = "XDG_CACHE_HOME=" + folder.path();
    Process a({setting}), b({setting});
    for (Process* process : {&a, &b}) {
      EXPECT_TRUE(process->output().starts_with("42 "));
      EXPECT_EQ(process->status(), 0);
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "tegula/programs"), {}), 1);
  }
}

TEST_F(Warm, NoHomeIsNoObstacle) {
  write_file(folder_ / "file", "");
  EXPECT_TRUE(
      Process({"XDG_CACHE_HOME=" + (folder_ / "file")}).output().starts_with("42 compiled mapped /tmp/tegula-"));
}

TEST_F(Warm, AMissingCompilerIsAClearError) {
  const std::string output = run({"TEGULA_JIT_LIBRARY=/nowhere/libtegula-jit.so"});
  EXPECT_TRUE(output.starts_with("the compiler library is missing")) << output;
  EXPECT_NE(output.find("/nowhere/libtegula-jit.so"), std::string::npos) << output;
}

TEST_F(Warm, SomethingElseInItsPlaceIsAClearError) {
  write_file(folder_ / "not.so", "not a library");
  EXPECT_NE(run({"TEGULA_JIT_LIBRARY=" + (folder_ / "not.so")}).find("the compiler library cannot be opened"),
            std::string::npos);
  EXPECT_NE(run({"TEGULA_JIT_LIBRARY=/lib/x86_64-linux-gnu/libm.so.6"}).find("is not the compiler library"),
            std::string::npos);
}

}  // namespace
}  // namespace tegula

// Every test of this program compiles into a cache of its own, never the user's.
int main(int argc, char** argv) {
  if (tegula::environment("TEGULA_TEST_TASK")) return tegula::run_task();
  testing::InitGoogleTest(&argc, argv);
  const tegula::Folder cache;
  tegula::Variable variable("XDG_CACHE_HOME", cache.path());
  return RUN_ALL_TESTS();
}
