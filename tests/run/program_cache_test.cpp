// The programs of a process: equal graphs are one program, thousands cost no descriptors, small ones wake no thread.
#include "runtime/program_cache.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/run/graphs.h"

namespace tegula::test {
namespace {

std::shared_ptr<Graph> scaled(float by, std::string_view name = "f") {
  return graph_of(str("graph @", name, "(%x: f32[n]) -> f32[n] { %0 = constant {value = f32[] (", by,
                      ".0)} %1 = mul %x, %0 return %1 }"));
}

TEST(ProgramCache, EqualGraphsAreOneProgram) {
  DeviceRef device = open_device("null");
  ProgramCache cache(device);
  const ProgramRef two = cache.get(*scaled(2));
  EXPECT_EQ(cache.get(*scaled(2)), two);
  EXPECT_EQ(cache.get(*scaled(2, "another_name")), two);
  EXPECT_EQ(cache.num_compiled(), 1u);
  EXPECT_NE(cache.get(*scaled(3)), two);
  // What decides about the result decides about the program.
  const std::string_view different[] = {
      "graph @f(%x: f32[m]) -> f32[m] { %0 = neg %x return %0 }",
      "graph @f(%x: f32[4]) -> f32[4] { %0 = neg %x return %0 }",
      "graph @f(%x: f64[4]) -> f64[4] { %0 = neg %x return %0 }",
      "graph @f(%x: f32[4]) -> f32[4] { %0 = exp %x return %0 }",
      "graph @f(%x: f32[4]) -> (f32[4], f32[4]) { %0 = exp %x return %0, %x }",
      "graph @f(%x: f32[4], %y: f32[4]) -> f32[4] { %0 = sub %x, %y return %0 }",
      "graph @f(%x: f32[4], %y: f32[4]) -> f32[4] { %0 = sub %y, %x return %0 }",
      "graph @f(%x: f32[4] state, %y: f32[4]) -> f32[4] { %0 = sub %x, %y return %0 }",
      "graph @f(%x: f32[2, 2]) -> f32[2] { %0 = sum %x {axes = [0]} return %0 }",
      "graph @f(%x: f32[2, 2]) -> f32[2] { %0 = sum %x {axes = [1]} return %0 }",
      "graph @g(%x: f32[4]) -> f32[4] { %0 = exp %x return %0 } "
      "graph @f(%x: f32[4]) -> f32[4] { %0 = call %x {graph = @g} return %0 }",
      "graph @g(%x: f32[4]) -> f32[4] { %0 = neg %x return %0 } "
      "graph @f(%x: f32[4]) -> f32[4] { %0 = call %x {graph = @g} return %0 }",
  };
  for (std::string_view text : different) cache.get(*graph_of(text));
  EXPECT_EQ(cache.num_compiled(), 2 + std::size(different));
}

TEST(ProgramCache, KeepsThoseUsedLast) {
  ProgramCache cache(open_device("null"), 2);
  const ProgramRef one = cache.get(*scaled(1));
  cache.get(*scaled(2)), cache.get(*scaled(1)), cache.get(*scaled(3));  // 2 goes
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(cache.get(*scaled(1)), one);
  EXPECT_EQ(cache.num_compiled(), 3u);
  cache.get(*scaled(2));
  EXPECT_EQ(cache.num_compiled(), 4u);
}

TEST(ProgramCache, ThreadsShareIt) {
  ProgramCache cache(open_device("null"), 8);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) EXPECT_TRUE(cache.get(*scaled(float(i % 12))));
    });
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(cache.size(), 8u);
}

size_t num_descriptors() { return size_t(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {})); }

TEST(ManyPrograms, HoldNoDescriptors) {
  DeviceRef device = open_device("cpu", 1);
  const CompiledRef compiled = compile_graph(*scaled(2), *device, "test");
  std::vector<ProgramRef> programs;
  std::vector<CompiledRef> others;
  const size_t before = num_descriptors();
  for (int i = 0; i < 3000; ++i) programs.push_back(std::make_shared<Program>(compiled, device));
  for (int i = 0; i < 50; ++i) others.push_back(compile_graph(*scaled(2), *device, "test"));
  EXPECT_EQ(num_descriptors(), before);
  tegula::Run run(programs.back());
  bind(run, 0, upload(device, {1, 2}), {2});
  run.run();
  EXPECT_EQ(download(device, run.result(0), 2), (std::vector<float>{2, 4}));
}

// How often the other threads of this process were given a processor: once for each time they were woken, at least.
int64_t num_turns_of_others() {
  int64_t sum = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    if (task.path().filename() == std::to_string(::syscall(SYS_gettid))) continue;
    int64_t run_ns = 0, wait_ns = 0, turns = 0;
    std::ifstream(task.path() / "schedstat") >> run_ns >> wait_ns >> turns;
    sum += turns;
  }
  return sum;
}

// The same once they have all fallen asleep, which takes longer on a busy machine.
int64_t turns_when_asleep() {
  for (int64_t last = -1, now;; last = now) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if ((now = num_turns_of_others()) == last) return now;
  }
}

TEST(SmallPrograms, WakeNoThread) {
  if (!std::filesystem::exists("/proc/self/schedstat")) GTEST_SKIP() << "this system does not count turns";
  DeviceRef device = open_device("cpu", 3);
  const auto turns_of_others = [&](int64_t n) {
    tegula::Run run(program_of("graph @f(%x: f32[n]) -> (f32[n], f32[n]) { %0 = sort %x return %0, %0 }", device));
    bind(run, 0, upload(device, std::vector<float>(size_t(n))), {n});
    int64_t turns = 0;
    for (int i = 0; i < 5; ++i) {
      const int64_t before = turns_when_asleep();
      run.run();
      turns += turns_when_asleep() - before;
    }
    return turns;
  };
  EXPECT_EQ(turns_of_others(100), 0);
  EXPECT_GT(turns_of_others(100'000), 0);  // copies many pages: the test sees threads that are woken
}

}  // namespace
}  // namespace tegula::test
