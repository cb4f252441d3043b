// The matmul body on an emulated chip, against sums in f64: odd sizes, every kind of operand, two products of one A.
#include "tests/kernel/emulator/check.h"

namespace emulated {

auto view = [](const std::vector<bf16>& x, i64, i64 k) { return View<bf16>{x.data(), k}; };
auto lambda = [](const std::vector<bf16>& x, i64, i64 k) {
  return computed<bf16>([p = x.data(), k](i64 i, i64 l) { return f32(p[i * k + l]); });
};

template <int count = 1, class MakeA, class MakeB>
void check(const char* name, i64 m, i64 n, i64 k, MakeA make_a, MakeB make_b) {
  using T = TileOf<count>;
  const std::vector<bf16> a = random_bf16(m * k), b[2] = {random_bf16(n * k), random_bf16(n * k)};
  std::vector<f32> c(m * n, NAN);
  Verdict verdict;
  auto place = [&](i64 i, i64 j) -> f32& {
    if (i >= m || j >= n || !std::isnan(c[i * n + j])) ++verdict.twice;
    return c[i * n + j];
  };
  const auto near_a = make_a(a, m, k);
  const auto b0 = make_b(b[0], n, k), b1 = make_b(b[1], n, k);
  run(2, T::kThreads, [&] {
    const Blocks blocks{block_id(), i64(1) << 40, num_blocks()};
    if constexpr (count == 1) {
      matmul(blocks, m, n, k, near_a, b0, [&](i64 i, i64 j, f32 x) { place(i, j) = x; });
    } else {
      matmul2(blocks, m, n, k, near_a, b0, b1, [&](i64 i, i64 j, f32 x, f32 y) { place(i, j) = x * y; });
    }
  });
  for (i64 i = 0; i < m; ++i)
    for (i64 j = 0; j < n; ++j) {
      double sum[2] = {};
      for (i64 l = 0; l < k; ++l)
        for (int w = 0; w < count; ++w) sum[w] += double(f32(a[i * k + l])) * double(f32(b[w][j * k + l]));
      verdict.compare(c[i * n + j], count == 1 ? sum[0] : sum[0] * sum[1]);
    }
  verdict.say(name, 1e-6);
}

}  // namespace emulated

int main() {
  using namespace emulated;
  check("slabs x slabs, whole tiles", 128, 256, 320, slabs, slabs);
  check("view x slabs, odd", 77, 300, 328, view, slabs);
  check("computed x view", 130, 140, 72, lambda, view);
  check("slabs x computed", 130, 70, 136, slabs, lambda);
  check("one row, views", 1, 70, 200, view, view);
  check("nothing to sum", 5, 6, 0, view, view);
  check<2>("two products of one A", 130, 100, 136, view, slabs);
}
