// run_saved FILE N: runs a saved program in a process without the compiler. Every symbol is N, element i of every
// parameter i % 7 - 2, all f32. Prints the results' elements, a line each. tests/run/compiled_file_test.cpp starts it.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "runtime/compiled_file.h"
#include "runtime/run_arrays.h"

namespace tegula {
namespace {

HostArray array(const Type& type, int64_t n) {
  HostArray out{type.dtype, {}, {}};
  int64_t count = 1;
  for (const Dim& d : type.shape) {
    out.shape.push_back(d.evaluate([&](std::string_view) { return n; }));
    count *= out.shape.back();
  }
  out.bytes.resize(size_t(count) * 4);
  for (int64_t i = 0; i < count; ++i) {
    const auto value = float(i % 7 - 2);
    std::memcpy(&out.bytes[size_t(i) * 4], &value, 4);
  }
  return out;
}

void run(const char* path, int64_t n) {
  const CompiledRef compiled = load_compiled(path);
  HostArrays inputs;
  for (const CompiledParameter& p : compiled->parameters)
    if (p.is_own()) inputs[p.name] = array(p.type, n);
  for (const HostArray& result : run_compiled(compiled, open_device("cpu", 2), inputs))
    for (size_t i = 0; i < result.bytes.size(); i += 4) {
      float value;
      std::memcpy(&value, &result.bytes[i], 4);
      std::printf("%a\n", double(value));
    }
}

}  // namespace
}  // namespace tegula

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    tegula::run(argv[1], std::atoll(argv[2]));
    return 0;
  } catch (const tegula::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
