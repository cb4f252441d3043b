// How long it takes to find a known small graph's program, to bind a run to it, and to run it:
//   ninja -C build/release bench_lookup && build/release/bin/bench_lookup
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "graph/parse.h"
#include "op/ops.h"
#include "runtime/program_cache.h"
#include "runtime/run.h"

namespace tegula {
namespace {

double median_us(auto&& f) {
  std::vector<double> times;
  for (int i = 0; i < 2000; ++i) {
    const auto start = std::chrono::steady_clock::now();
    f();
    times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::nth_element(times, times.begin() + 1000);
  return times[1000];
}

void measure() {
  DeviceRef device = open_device("cpu");
  ProgramCache cache(device);
  const auto graph = parse_graph(
      "graph @f(%x: f32[n, 16], %y: f32[n, 16]) -> f32[n, 16] { %0 = add %x, %y %1 = tanh %0 %2 = softmax %1 return %2 "
      "}",
      all_ops(), "bench");
  const BufferRef x = device->allocate(256), y = device->allocate(256);
  device->write(*x, 0, std::vector<uint8_t>(256)), device->write(*y, 0, std::vector<uint8_t>(256));
  const int64_t shape[] = {4, 16};
  const auto bound = [&] {
    Run run(cache.get(*graph));
    run.bind(0, x, DType::kF32, shape), run.bind(1, y, DType::kF32, shape);
    return run;
  };
  bound().run();
  std::printf("look up            %5.1f us\n", median_us([&] { cache.get(*graph); }));
  std::printf("look up, bind      %5.1f us\n", median_us(bound));
  std::printf("look up, bind, run %5.1f us\n", median_us([&] { bound().run(); }));
  Run run = bound();
  std::printf("run again          %5.1f us\n", median_us([&] { run.run(); }));
}

}  // namespace
}  // namespace tegula

int main() { tegula::measure(); }
