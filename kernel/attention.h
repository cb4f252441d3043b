// Attention of a batch of queries over keys and values: grouped heads, causal or not, sliding window, soft cap, sinks,
// additive bias; keys and values in a paged cache or dense; queries of several sequences one after another.
// One idea: keys are taken a chunk at a time, and a running maximum and sum per query rescale what was summed before,
// so that no row of scores is ever whole (FlashAttention, arXiv:2205.14135). The heads that share a key-value head are
// worked on together.
// Invariant: query i of the n queries of a sequence of c keys stands at position c - n + i; a query that sees no key
// (and no sink) gives zeros, and so does padding, a query of no sequence. Nothing that starts, lengths and tables say
// reaches outside a buffer.
#pragma once

#include "kernel/batch.h"
#include "kernel/grid.h"
#include "kernel/math.h"
#include "kernel/tile.h"

namespace tegula::kernel {

struct AttentionOptions {
  f32 scale;         // of q . k
  bool causal;       // a query sees no key after its position
  i64 window = 0;    // of those, the ones that are fewer than `window` away; 0: all
  f32 soft_cap = 0;  // scores become soft_cap * tanh(score / soft_cap); 0: they stay
};

// Where there is no sink or bias.
struct None {};

// Queries that a block handles: many share what is read of the keys, few leave work for every core.
constexpr auto attention_tile(auto tokens) { return 1 + 15 * min(1, floordiv(tokens, 128)); }

// Number of blocks; for the host as well.
constexpr auto attention_blocks(auto tokens, auto kv_heads) {
  return ceildiv(tokens, attention_tile(tokens)) * kv_heads;
}

namespace detail {

inline constexpr i64 kKeyChunk = kSimt ? kThreads : 128;

// Keys that query t of sequence s sees.
template <class Batch>
INLINE KeyRange seen_by(Batch batch, AttentionOptions o, i64 t, i64 s) {
  const i64 n = batch.num_keys(s), after = n - batch.num_queries(s) + t - batch.first_query(s) + 1;
  KeyRange seen = {0, o.causal ? after : n};
  if (o.window > 0 && after > o.window) seen.first = after - o.window;
  if (o.window > 0 && after - 1 + o.window < seen.end) seen.end = after - 1 + o.window;
  return seen;
}

template <class F>
INLINE auto row_of(F f, i64 s, i64 h, i64 j) {
  if constexpr (requires { f(s, h, j); }) {
    return f(s, h, j);
  } else {
    return [=](i64 d) { return f32(f(s, h, j, d)); };
  }
}

// The next keys of j .. end-1 to take at once, at most `most`.
template <class F>
INLINE KeyRange run_of(F keys, i64 s, i64 j, i64 end, i64 most) {
  if constexpr (requires { keys.run(s, j, end, most); }) {
    return keys.run(s, j, end, most);
  } else {
    return {j, end - j < most ? end : j + most};
  }
}

// Zeros for padding t, in the heads that share key-value head h.
template <i64 group, i64 value_dim, class Store>
INLINE void store_padding(i64 t, i64 h, Store store) {
  NO_UNROLL
  for (i64 head = h * group; head < (h + 1) * group; ++head)
    for_each(value_dim, [=](i64 d) { store(t, head, d, 0.0f); });
}

// out[d] = out[d] * keep + sum_j p[j] v(j)(d), for d in 0..dim-1.
template <i64 dim, class P, class V>
INLINE void weighted_sum(P out, f32 keep, P p, i64 n, V v) {
  if constexpr (kSimt) {
    for_each(dim, [=](i64 d) {
      f32 sum = out[d] * keep;
      for (i64 j = 0; j < n; ++j) sum += p[j] * v(j)(d);
      out[d] = sum;
    });
  } else {
    for_each(dim, [=](i64 d) { out[d] *= keep; });
    i64 j = 0;
    for (; j + 4 <= n; j += 4) {
      auto v0 = v(j), v1 = v(j + 1), v2 = v(j + 2), v3 = v(j + 3);
      f32 p0 = p[j], p1 = p[j + 1], p2 = p[j + 2], p3 = p[j + 3];
      for_each(dim, [=](i64 d) { out[d] += (p0 * v0(d) + p1 * v1(d)) + (p2 * v2(d) + p3 * v3(d)); });
    }
    for (; j < n; ++j) {
      auto v0 = v(j);
      f32 p0 = p[j];
      for_each(dim, [=](i64 d) { out[d] += p0 * v0(d); });
    }
  }
}

// How many of the heads that share a key-value head are worked on at once: as many as fit in local memory.
constexpr i64 heads_at_once(i64 group, i64 dim, i64 value_dim) {
  const i64 most = (kSimt ? 32768 : 131072) / ((dim + value_dim + kKeyChunk) * i64(sizeof(f32)));
  i64 count = group;
  while (count > 1 && (count > most || group % count)) --count;
  return count;
}

// One query of heads head .. head + group - 1, which share key-value head h.
template <i64 group, i64 dim, i64 value_dim, class Q, class K, class V, class Sink, class Bias, class Store>
inline void attend(i64 t, i64 s, i64 h, i64 head, i64 first, i64 end, AttentionOptions o, Q q, K keys, V values,
                   Sink sink, Bias bias, Store store) {
  constexpr i64 chunk = kKeyChunk;
  LOCAL_ARRAY(f32, query, group * dim);
  LOCAL_ARRAY(f32, weight, group * chunk);
  LOCAL_ARRAY(f32, out, group * value_dim);
  auto query_at = &query[0], weight_at = &weight[0], out_at = &out[0];
  barrier();  // the arrays may still be read for the query before
  NO_UNROLL
  for (i64 g = 0; g < group; ++g) {
    for_each(dim, [=](i64 d) { query_at[g * dim + d] = f32(q(t, head + g, d)) * o.scale; });
    for_each(value_dim, [=](i64 d) { out_at[g * value_dim + d] = 0; });
  }
  barrier();
  f32 top[group], sum[group];
  for (i64 g = 0; g < group; ++g) {
    top[g] = -kInfinity<f32>, sum[g] = 0;
    if constexpr (!kSame<Sink, None>) top[g] = sink(head + g), sum[g] = 1;
  }
  for (KeyRange run = run_of(keys, s, first, end, chunk); run.first < run.end;
       run = run_of(keys, s, run.end, end, chunk)) {
    const i64 j0 = run.first, n = run.end - run.first;
    for_each(n, [=](i64 j) {
      auto key = row_of(keys, s, h, j0 + j);
      for (i64 g = 0; g < group; ++g) {
        f32 score = 0;
        for (i64 d = 0; d < dim; ++d) score = Add::combine(score, query_at[g * dim + d] * key(d));
        if (o.soft_cap > 0) score = o.soft_cap * tanh(score / o.soft_cap);
        if constexpr (!kSame<Bias, None>) score += f32(bias(t, head + g, j0 + j));
        weight_at[g * chunk + j] = score;
      }
    });
    barrier();
    NO_UNROLL
    for (i64 g = 0; g < group; ++g) {
      auto w = weight_at + g * chunk;
      f32 high = maximum(top[g], reduce<Max>(n, [=](i64 j) { return w[j]; }));
      f32 shift = high == -kInfinity<f32> ? 0 : high;  // all masked: every weight becomes e^-inf
      for_each(n, [=](i64 j) { w[j] = exp(w[j] - shift); });
      barrier();
      f32 keep = exp(top[g] - shift);
      sum[g] = sum[g] * keep + reduce<Add>(n, [=](i64 j) { return w[j]; });
      top[g] = high;
      weighted_sum<value_dim>(out_at + g * value_dim, keep, w, n, [=](i64 j) { return row_of(values, s, h, j0 + j); });
    }
    barrier();
  }
  NO_UNROLL
  for (i64 g = 0; g < group; ++g) {
    f32 inverse = sum[g] == 0 ? 0 : 1 / sum[g];
    for_each(value_dim, [=](i64 d) { store(t, head + g, d, out_at[g * value_dim + d] * inverse); });
  }
}

}  // namespace detail
}  // namespace tegula::kernel

#include KERNEL_ATTENTION

namespace tegula::kernel {

// For each query t and head h: softmax over its keys j of scale q(t, h) . k(s, h', j) + bias, times v(s, h', j), with
// h' = h / (heads / kv_heads). q(t, h, d); k and v are PagedCaches or lambdas (s, h', j, d); sink(h) is one more score
// without a value, or None; bias(t, h, j) or None; store(t, h, d, f32).
template <i64 heads, i64 kv_heads, i64 dim, i64 value_dim, class Batch, class Q, class K, class V, class Sink,
          class Bias, class Store>
inline void attention(Blocks blocks, Batch batch, i64 tokens, AttentionOptions o, Q q, K keys, V values, Sink sink,
                      Bias bias, Store store) {
  static_assert(heads % kv_heads == 0);
  constexpr i64 group = heads / kv_heads, at_once = detail::heads_at_once(group, dim, value_dim);
  i64 tile = attention_tile(tokens), tiles = (tokens + tile - 1) / tile;
  for (i64 b = blocks.begin; b < blocks.end; ++b) {
    // Late queries see more keys: early and late tiles take turns, so that a run of blocks is a fair share.
    i64 h = b / tiles, i = b % tiles, t0 = (i % 2 ? tiles - 1 - i / 2 : i / 2) * tile;
    i64 t1 = t0 + tile < tokens ? t0 + tile : tokens;
    if (detail::attend_tile<group, dim, value_dim>(t0, t1, h, batch, o, q, keys, values, sink, bias, store)) continue;
    for (i64 t = t0; t < t1; ++t) {
      i64 s = batch.sequence_of(t);
      if (!batch.holds(s, t)) {
        detail::store_padding<group, value_dim>(t, h, store);
        continue;
      }
      KeyRange seen = detail::seen_by(batch, o, t, s);
      for (i64 head = h * group; head < (h + 1) * group; head += at_once)
        detail::attend<at_once, dim, value_dim>(t, s, h, head, seen.first, seen.end, o, q, keys, values, sink, bias,
                                                store);
    }
  }
}

}  // namespace tegula::kernel
