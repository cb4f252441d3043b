// The attention body on an emulated chip, against softmax in f64: paged keys and values whose unused rows are NaN, odd
// numbers of queries and keys, one query, keys shared by several works.
#include "tests/kernel/emulator/check.h"
#include "tests/kernel/gpu/attention.h"

namespace emulated {

constexpr i32 kHeads = 8, kKvHeads = 2, kDim = 128, kBlock = 16;
constexpr f32 kScale = 0.088f;

// Keys or values of some sequences, plain and in the pages that `table` names.
struct Cache {
  std::vector<bf16> plain, pages;
  Cache(int sequences, int keys, const std::vector<i32>& table, int num_pages)
      : plain(random_bf16(size_t(sequences) * keys * kKvHeads * kDim)),
        pages(size_t(num_pages) * kKvHeads * kBlock * kDim, bf16(NAN)) {
    const size_t each = table.size() / sequences;
    for (int s = 0; s < sequences; ++s)
      for (int j = 0; j < keys; ++j)
        for (int h = 0; h < kKvHeads; ++h)
          for (int d = 0; d < kDim; ++d) {
            const size_t page = (size_t(table[s * each + j / kBlock]) * kKvHeads + h) * kBlock * kDim;
            pages[page + d / 64 * (kBlock * 64) + in_slab(j % kBlock, d % 64)] = at(s * keys + j, h)[d];
          }
  }
  const bf16* at(size_t row, int head) const { return &plain[(row * kKvHeads + head) * kDim]; }
  auto operand(const i32* table, int each) const {
    return [p = pages.data(), table, each](i32 s, i32 h) {
      return PageRows<bf16, kBlock, kDim>{p + h * (kBlock * kDim), table + s * each, kKvHeads * kBlock * kDim};
    };
  }
};

template <class T>
void check(const char* name, int sequences, int queries, int keys, int splits) {
  const int each = (keys + kBlock - 1) / kBlock, num_pages = each * sequences + 3, width = kDim + 8;
  const size_t rows = size_t(sequences) * queries * kHeads;
  std::vector<i32> table(sequences * each);
  for (size_t i = 0; i < table.size(); ++i) table[i] = num_pages - 1 - i;
  const Cache k(sequences, keys, table, num_pages), v(sequences, keys, table, num_pages);
  const std::vector<bf16> q = random_bf16(rows * kDim);
  std::vector<f32> parts(rows * splits * width, NAN);
  Verdict verdict;
  run(2, T::kThreads, [&] {
    attention_parts<T, kHeads, kKvHeads, kDim>(
        sequences, queries, keys, splits, kScale,
        [&](i64 t, i64 h, i64 d) { return f32(q[(t * kHeads + h) * kDim + d]); }, k.operand(table.data(), each),
        v.operand(table.data(), each),
        [&](i32 s, i64 t, i64 h, i32 d, f32 x) {
          f32& place = parts[(s * rows + t * kHeads + h) * width + d];
          verdict.twice += !std::isnan(place);
          place = x;
        });
  });
  for (size_t r = 0; r < rows; ++r) {
    std::vector<double> right(kDim), weight(keys);
    const int head = r % kHeads / (kHeads / kKvHeads), t = r / kHeads % queries, s = r / kHeads / queries;
    double sum = 0;
    for (int j = 0; j <= keys - queries + t; ++j) {
      double score = 0;
      for (int d = 0; d < kDim; ++d) score += double(f32(q[r * kDim + d])) * double(f32(k.at(s * keys + j, head)[d]));
      sum += weight[j] = std::exp(score * kScale);
      for (int d = 0; d < kDim; ++d) right[d] += weight[j] * double(f32(v.at(s * keys + j, head)[d]));
    }
    combine_parts<kDim>(
        splits, 0, 1, [&](i32 part, i32 d) { return parts[(part * rows + r) * width + d]; },
        [&](i32 d, f32 x) { verdict.compare(x, right[d] / sum); });
  }
  verdict.say(name, 5e-3);
}

}  // namespace emulated

int main() {
  using namespace emulated;
  check<Prefill>("64 queries of 64 keys", 1, 64, 64, 1);
  check<Prefill>("2 x 37 queries of 211 keys", 2, 37, 211, 1);
  check<Prefill>("1 query of 77 keys", 2, 1, 77, 1);
  check<Decode>("1 query of 700 keys, 3 parts", 1, 1, 700, 3);
  check<Decode>("2 x 5 queries of 150 keys, 4 parts", 2, 5, 150, 4);
}
