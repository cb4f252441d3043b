// Attention against the definition, in f64: a ragged batch over a shuffled paged cache, and a dense one, with each
// option.
#include "kernel/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace tegula::kernel {
namespace {

struct Case {
  std::vector<i32> queries, cached;  // per sequence: new tokens, and keys before them
  AttentionOptions options;
  bool sinks = false, bias = false;
};

template <class T, i64 heads, i64 kv_heads, i64 dim, i64 value_dim>
void check_paged(const Case& c, i64 turns = 2) {
  std::mt19937 random(21);
  std::normal_distribution<f32> normal;
  const i64 sequences = i64(c.queries.size()), block_size = 16, max_blocks = 40;
  std::vector<i32> starts{0}, lengths, table(sequences * max_blocks, -1), pages(sequences * max_blocks);
  std::iota(pages.begin(), pages.end(), 0);
  std::shuffle(pages.begin(), pages.end(), random);
  i64 used = 0;
  for (i64 s = 0; s < sequences; ++s) {
    starts.push_back(starts.back() + c.queries[s]);
    lengths.push_back(c.queries[s] + c.cached[s]);
    for (i64 b = 0; b * block_size < lengths[s]; ++b) table[s * max_blocks + b] = pages[used++];
  }
  const i64 tokens = starts.back();
  auto values_of = [&](i64 n) {
    std::vector<T> v(n);
    for (T& x : v) x = T(normal(random));
    return v;
  };
  std::vector<T> q = values_of(tokens * heads * dim), k = values_of(i64(pages.size()) * block_size * kv_heads * dim),
                 v = values_of(i64(pages.size()) * block_size * kv_heads * value_dim), sinks = values_of(heads);
  std::vector<f32> out(tokens * heads * value_dim, NAN);
  auto load_q = [p = q.data()](i64 t, i64 h, i64 d) { return load(p + (t * heads + h) * dim + d); };
  auto bias = [](i64 t, i64 h, i64 j) { return (t + h + j) % 7 == 0 ? -INFINITY : f32((t * 3 + h + j) % 5) * 0.3f; };
  PagedCache<T, kv_heads, dim> keys{k.data(), table.data(), max_blocks, block_size, i64(pages.size())};
  PagedCache<T, kv_heads, value_dim> values{v.data(), table.data(), max_blocks, block_size, i64(pages.size())};
  RaggedBatch batch{{starts.data(), sequences, tokens}, lengths.data(), max_blocks * block_size};
  auto put = [p = out.data()](i64 t, i64 h, i64 d, f32 x) { p[(t * heads + h) * value_dim + d] = x; };
  auto sink = [p = sinks.data()](i64 h) { return load(p + h); };
  i64 blocks = attention_blocks(tokens, kv_heads);
  for (i64 i = 0; i < turns; ++i) {
    Blocks turn{blocks * i / turns, blocks * (i + 1) / turns};
    auto run = [&](auto sink, auto bias) {
      attention<heads, kv_heads, dim, value_dim>(turn, batch, tokens, c.options, load_q, keys, values, sink, bias, put);
    };
    c.sinks&& c.bias ? run(sink, bias) : c.sinks ? run(sink, None{}) : c.bias ? run(None{}, bias) : run(None{}, None{});
  }

  for (i64 s = 0; s < sequences; ++s)
    for (i64 t = starts[s]; t < starts[s + 1]; ++t)
      for (i64 h = 0; h < heads; ++h) {
        i64 kv = h / (heads / kv_heads), position = c.cached[s] + t - starts[s];
        std::vector<f64> weight(lengths[s], -INFINITY);
        f64 top = c.sinks ? f64(f32(sinks[h])) : -INFINITY, sum = 0;
        for (i64 j = 0; j < lengths[s]; ++j) {
          if (c.options.causal && j > position) continue;
          i64 last = c.options.causal ? position : lengths[s] - 1;
          if (c.options.window > 0 && j <= last - c.options.window) continue;
          f64 score = 0;
          for (i64 d = 0; d < dim; ++d) score += f64(load_q(t, h, d)) * keys(s, kv, j)(d);
          score *= c.options.scale;
          if (c.options.soft_cap > 0) score = c.options.soft_cap * std::tanh(score / c.options.soft_cap);
          if (c.bias) score += bias(t, h, j);
          weight[j] = score, top = std::max(top, score);
        }
        if (top == -INFINITY) top = 0;
        for (f64& w : weight) sum += w = std::exp(w - top);
        if (c.sinks) sum += std::exp(f64(f32(sinks[h])) - top);
        for (i64 d = 0; d < value_dim; ++d) {
          f64 want = 0;
          for (i64 j = 0; j < lengths[s]; ++j)
            if (weight[j] > 0) want += weight[j] / sum * values(s, kv, j)(d);
          ASSERT_NEAR(out[(t * heads + h) * value_dim + d], want, 1e-5)
              << "sequence " << s << " query " << t << " head " << h << " at " << d;
        }
      }
}

const AttentionOptions kCausal{.scale = 0.2f, .causal = true};

TEST(Attention, RaggedBatchOverPages) {
  check_paged<f32, 8, 2, 32, 32>({{1, 20, 0, 3}, {0, 5, 7, 300}, kCausal});
  check_paged<f16, 8, 2, 64, 64>({{1, 1, 1, 1, 1}, {0, 1, 127, 128, 400}, kCausal}, 3);
  check_paged<bf16, 4, 4, 32, 32>({{150}, {0}, kCausal}, 3);
  check_paged<f32, 6, 2, 48, 16>({{130, 70, 1}, {0, 200, 300}, kCausal}, 4);
  check_paged<f32, 4, 1, 80, 80>({{9}, {3}, kCausal});
}

TEST(Attention, EveryOption) {
  AttentionOptions all{.scale = 0.3f, .causal = false};
  check_paged<f32, 4, 2, 32, 32>({{5, 140}, {9, 30}, all});
  AttentionOptions window{.scale = 0.3f, .causal = true, .window = 10};
  check_paged<f32, 4, 2, 32, 32>({{5, 140, 1}, {9, 30, 200}, window});
  AttentionOptions cap{.scale = 1, .causal = true, .soft_cap = 2};
  check_paged<f32, 4, 2, 32, 32>({{5, 140, 1}, {9, 30, 200}, cap});
  check_paged<f32, 4, 2, 32, 32>({{5, 140, 1}, {9, 30, 200}, kCausal, true});
  check_paged<f32, 4, 2, 32, 32>({{5, 140, 1}, {9, 30, 200}, kCausal, false, true});
  AttentionOptions every{.scale = 1, .causal = true, .window = 20, .soft_cap = 5};
  check_paged<f32, 4, 2, 32, 32>({{5, 140, 1}, {9, 30, 200}, every, true, true});
}

TEST(Attention, DenseEqualsRagged) {
  const i64 s = 3, n = 7, c = 11, heads = 2, dim = 16;
  std::mt19937 random(22);
  std::normal_distribution<f32> normal;
  std::vector<f32> q(s * n * heads * dim), k(s * c * heads * dim), a(q.size()), b(q.size());
  for (f32& x : q) x = normal(random);
  for (f32& x : k) x = normal(random);
  auto load_q = [p = q.data()](i64 t, i64 h, i64 d) { return p[(t * heads + h) * dim + d]; };
  auto kv = [p = k.data()](i64 i, i64 h, i64 j, i64 d) { return p[((i * c + j) * heads + h) * dim + d]; };
  auto run = [&](auto batch, f32* out) {
    attention<heads, heads, dim, dim>(Blocks{0, attention_blocks(s * n, heads)}, batch, s * n, kCausal, load_q, kv, kv,
                                      None{}, None{},
                                      [=](i64 t, i64 h, i64 d, f32 x) { out[(t * heads + h) * dim + d] = x; });
  };
  std::vector<i32> starts{0, 7, 14, 21}, lengths{11, 11, 11};
  run(DenseBatch{s, n, c}, a.data());
  run(RaggedBatch{{starts.data(), s, s * n}, lengths.data(), c}, b.data());
  EXPECT_EQ(a, b);
  EXPECT_NE(a[0], a[dim]);
}

// The mean of the values 0, 1, 2, ... of the keys that each of `tokens` queries sees, in blocks of 2 keys.
std::vector<f32> means(std::vector<i32> starts, std::vector<i32> lengths, std::vector<i32> table, i64 tokens) {
  const i64 sequences = i64(lengths.size());
  std::vector<f32> keys(8, 1), values{0, 1, 2, 3, 4, 5, 6, 7}, out(tokens, NAN);
  i64 max_blocks = i64(table.size()) / sequences, blocks = attention_blocks(tokens, 1);
  attention<1, 1, 1, 1>(
      Blocks{0, blocks}, RaggedBatch{{starts.data(), sequences, tokens}, lengths.data(), max_blocks * 2}, tokens,
      {.scale = 1, .causal = true}, [](i64, i64, i64) { return 1.0f; },
      PagedCache<f32, 1, 1>{keys.data(), table.data(), max_blocks, 2, 4},
      PagedCache<f32, 1, 1>{values.data(), table.data(), max_blocks, 2, 4}, None{}, None{},
      [p = out.data()](i64 t, i64, i64, f32 x) { p[t] = x; });
  return out;
}

TEST(Attention, PaddingAndWhatIsOutOfRangeAreHarmless) {
  for (i64 tokens : {6, 200}) {  // one query after another, and in tiles
    auto expect = [&](std::vector<f32> found, std::vector<f32> want) {
      want.resize(size_t(tokens));
      EXPECT_EQ(found, want);
    };
    expect(means({0, 2}, {2}, {0, 1}, tokens), {0, 0.5f});
    expect(means({1, 3}, {2}, {0, 1}, tokens), {0, 0, 0.5f});
    expect(means({-5, 2}, {2}, {0, 1}, tokens), {0, 0.5f});
    expect(means({0, 1}, {1000000000}, {0, 1}, tokens), {1.5f});
    expect(means({0, 1}, {-7}, {0, 1}, tokens), {});
    expect(means({0, 0, 0}, {2, 2}, {0, 1, 2, 3}, tokens), {});
    expect(means({3, 2}, {2}, {0, 1}, tokens), {});
    expect(means({0, 1}, {6}, {0, 1000000000, 3}, tokens), {3.5f});  // of 0, 1, 6, 7
    expect(means({0, 1}, {4}, {-1, 2}, tokens), {4.5f});
    expect(means({0, 2}, {4}, {-1, 4}, tokens), {});
  }
  EXPECT_EQ(means({-3, 1000}, {6}, {0, 1, 2}, 6), (std::vector<f32>{0, 0.5f, 1, 1.5f, 2, 2.5f}));
}

TEST(Attention, HugeScoresDoNotOverflow) {
  auto big = [](i64, i64, i64 j, i64) { return f32(j) * 1e4f; };
  f32 out[4];
  attention<1, 1, 4, 4>(
      Blocks{0, 1}, DenseBatch{1, 1, 200}, 1, {.scale = 1, .causal = true}, [](i64, i64, i64) { return 1e3f; }, big,
      [](i64, i64, i64 j, i64) { return f32(j); }, None{}, None{}, [&](i64, i64, i64 d, f32 x) { out[d] = x; });
  for (f32 x : out) EXPECT_EQ(x, 199);
}

}  // namespace
}  // namespace tegula::kernel
