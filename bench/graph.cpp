// bench_graph FILE.graph...: for each line "I" of stdin runs graph I once and prints the microseconds that it took.
// The inputs are random, small numbers; bench/ops.py interleaves these runs with other libraries' on the same shapes.
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <random>

#include "base/file.h"
#include "graph/parse.h"
#include "op/ops.h"
#include "runtime/compile_graph.h"
#include "runtime/run.h"

namespace tegula {
namespace {

// Random numbers of -1..1; integers of -100..100.
std::vector<uint8_t> random_bytes(const Type& type) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform(-1, 1);
  const bool real = is_float(type.dtype);
  std::vector<uint8_t> out;
  for (int64_t i = 0, n = type.elements().value(); i < n; ++i) {
    const double x = uniform(random);
    const Literal one = scalar_literal(type.dtype, real ? x : double(int(100 * x)));
    out.insert(out.end(), one.bytes.begin(), one.bytes.end());
  }
  return out;
}

std::unique_ptr<Run> prepare(const std::string& file, const DeviceRef& device) {
  const std::shared_ptr<Graph> graph = parse_graph(read_file(file), all_ops(), file);
  auto run = std::make_unique<Run>(std::make_shared<Program>(compile_graph(*graph, *device, graph->name()), device));
  for (size_t i = 0; i < graph->parameters().size(); ++i) {
    const Type& type = graph->parameters()[i].value.type();
    const std::vector<uint8_t> bytes = random_bytes(type);
    BufferRef buffer = device->allocate(bytes.size());
    device->write(*buffer, 0, bytes);
    std::vector<int64_t> shape;
    for (const Dim& d : type.shape) shape.push_back(d.value());
    run->bind(int(i), buffer, type.dtype, shape);
  }
  return run;
}

void serve(int num_files, char** files) {
  const DeviceRef device = open_device("cpu", 0);
  std::vector<std::unique_ptr<Run>> runs;
  for (int i = 0; i < num_files; ++i) runs.push_back(prepare(files[i], device));
  for (size_t i = 0; std::cin >> i;) {
    const auto start = std::chrono::steady_clock::now();
    runs.at(i)->run();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    std::printf("%.2f\n", took.count());
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace tegula

int main(int argc, char** argv) {
  try {
    tegula::serve(argc - 1, argv + 1);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_graph: %s\n", e.what());
    return 1;
  }
}
