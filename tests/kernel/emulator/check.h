// What the emulator's programs have in common: random operands, images of local tiles, and the verdict on a result,
// which ends the program with status 1 where it is wrong.
#pragma once

#include <cmath>
#include <deque>

#include "tests/kernel/gpu/chip.h"

namespace emulated {

using namespace tegula::kernel;

inline std::vector<bf16> random_bf16(size_t count) {
  static std::mt19937 source(2);
  std::normal_distribution<float> normal;
  std::vector<bf16> x(count);
  for (bf16& e : x) e = bf16(normal(source));
  return x;
}

// The image of `rows` x `k` elements, with a tile's rows more, since whole tiles are read.
inline Slabs<bf16> slabs(const std::vector<bf16>& x, i64 rows, i64 k) {
  static std::deque<std::vector<bf16>> kept;
  const i64 padded = (rows + 255) / 256 * 256;
  std::vector<bf16>& image = kept.emplace_back(size_t((k + 63) / 64 * padded + 256) * 64, bf16(0.0f));
  for (i64 i = 0; i < rows; ++i)
    for (i64 l = 0; l < k; ++l) image[l / 64 * padded * 64 + in_slab(i, l % 64)] = x[i * k + l];
  return {image.data(), padded};
}

// Relative to the norm of what is right; each element of a result must have been written once.
struct Verdict {
  double apart = 0, norm = 0;
  int twice = 0;
  void compare(double got, double right) { apart += (got - right) * (got - right), norm += right * right; }
  void say(const char* name, double limit) const {
    const double error = std::sqrt(apart / (norm + 1e-30));
    const bool ok = error < limit && twice == 0;
    printf("%-32s error %.1e, written twice %d: %s\n", name, error, twice, ok ? "ok" : "WRONG");
    if (!ok) exit(1);
  }
};

}  // namespace emulated
