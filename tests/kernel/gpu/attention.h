// Causal attention over a pipeline, as kernel/attention.h is to be on chips with matrix instructions.
// One idea: rows are queries times the heads that share keys; keys and values come a chunk at a time; scores, weights
// and sums stay in registers (FlashAttention-2, arXiv:2307.08691). Where products are asynchronous, a slot has the keys
// of a chunk and the values of the one before: the next scores and the last weights' product are under way while the
// exponentials are computed. Invariant: query t of n stands at position num_keys - n + t and sees no key behind it.
#pragma once

#include "kernel/tile.h"

namespace tegula::kernel {

struct AttentionWork {
  i32 sequence, head, first_query, num_queries, first_chunk, end_key, position, split;  // position of the first query
  i32 steps;
};

// Which (sequence, head, queries, part of the keys) a work is. Late queries see more keys and are done first.
template <i32 per_tile, i32 kv_heads, i32 keys>
struct AttentionPlan {
  i32 sequences, queries, num_keys, splits;
  INLINE i32 tiles() const { return (queries + per_tile - 1) / per_tile; }
  INLINE i32 works() const { return sequences * kv_heads * tiles() * splits; }
  INLINE AttentionWork operator()(i32 w, bool async) const {
    const i32 split = w % splits, pairs = sequences * kv_heads, pair = w / splits % pairs;
    const i32 first = (tiles() - 1 - w / splits / pairs) * per_tile;
    const i32 n = queries - first < per_tile ? queries - first : per_tile, position = num_keys - queries + first;
    const i32 chunks = (position + n + keys - 1) / keys, each = (chunks + splits - 1) / splits;
    const i32 left = chunks - split * each, mine = left < 0 ? 0 : left < each ? left : each;
    const i32 end = (split * each + mine) * keys, seen = end < position + n ? end : position + n;
    return {pair / kv_heads,
            pair % kv_heads,
            first,
            n,
            split * each,
            seen,
            position,
            split,
            mine + (async && mine > 0 ? 1 : 0)};
  }
};

// q(t, head, d); keys(s, h) and values(s, h) are operands, a row for each key. A sequence's keys are shared by `splits`
// works: parts(split, t, head, d, x) gets the sums that are not yet divided; d = dim is the maximum (of exponents of
// two), dim + 1 the sum of weights. combine_parts makes the result of them.
template <class T, i32 heads, i32 kv_heads, i32 dim, class Q, class Keys, class Values, class Parts>
INLINE void attention_parts(i32 sequences, i32 queries, i32 num_keys, i32 splits, f32 scale, Q q, Keys keys,
                            Values values, Parts parts) {
  constexpr i32 group = heads / kv_heads, per_tile = T::kRows / group, mt = T::kMt, nt = T::kKeys / 8, no = dim / 8;
  using Near = LocalTile<T::kKeys, dim / 64>;
  using NearQueries = LocalTile<T::kRows, dim / 64>;
  struct State {
    enum { kSettles = 1 };
    Fragment<mt, no> o;
    Weights<mt, nt> weights;  // of the chunk before, where products are asynchronous
    PerRow<mt> top, sum;
  };
  const NearQueries near_q{local_base()};
  const f32 scale2 = scale * 1.44269504f;  // exponents of two
  const AttentionPlan<per_tile, kv_heads, T::kKeys> plan{sequences, queries, num_keys, splits};
  const i32 first = i32(block_id()), step_works = i32(num_blocks());
  const i32 mine = first < plan.works() ? (plan.works() - first + step_works - 1) / step_works : 0;
  pipeline<T::kThreads, T::kStages, NearQueries::kBytes, List<decltype(keys(0, 0)), decltype(values(0, 0))>, Near,
           Near>(
      mine, [=](i64 w) __attribute__((always_inline)) { return plan(first + i32(w) * step_works, kAsyncDot); },
      [=](auto filler, const AttentionWork& w, i32 step, auto&& near_k, auto&& near_v) __attribute__((always_inline)) {
        // Asynchronous products take values a step later; the first and the last slot repeat a chunk, whose weights are
        // zeros.
        const i32 last = (w.end_key - 1) / T::kKeys, at = w.first_chunk + step;
        const i32 k0 = (at < last ? at : last) * T::kKeys;
        const i32 v0 = !kAsyncDot ? k0 : (step > 0 ? at - 1 : at) * T::kKeys;
        auto inside = [&](i32 j0) { return w.end_key - j0 < T::kKeys ? w.end_key - j0 : T::kKeys; };
        filler.template fill<T::kThreads>(near_k, keys(w.sequence, w.head), k0, 0, inside(k0), dim);
        filler.template fill<T::kThreads>(near_v, values(w.sequence, w.head), v0, 0, inside(v0), dim);
      },
      [=](const AttentionWork& w) __attribute__((always_inline)) {
        State s;
        s.o.zero();
        if constexpr (kAsyncDot) s.weights = {};
        UNROLL
        for (i32 r = 0; r < 2 * mt; ++r) s.top.v[r] = -__builtin_inff(), s.sum.v[r] = 0;
        for (i32 e = T::fill_thread(); e < T::kFillRows * dim / 8; e += T::kFillThreads) {
          const i32 row = T::first_row() + e / (dim / 8), piece = e % (dim / 8), t = row / group, g = row % group;
          auto element = computed<bf16>(
              [=](i64, i64 d) { return f32(q(i64(w.sequence) * queries + w.first_query + t, w.head * group + g, d)); });
          local_store(near_q.piece(row, piece), t < w.num_queries ? eight_of(element, 0, piece * 8) : U32x4(0));
        }
        T::filled();
        return s;
      },
      [=](State& s, const AttentionWork& w, i32 step, auto near_k, auto near_v) __attribute__((always_inline)) {
        const i32 end = w.position + w.num_queries;
        const i32 v0 = (!kAsyncDot || step == 0 ? w.first_chunk + step : w.first_chunk + step - 1) * T::kKeys;
        if (v0 + T::kKeys > end) clear_rows<T>(near_v, end - v0);
        Fragment<mt, nt> x;
        dot_keys<T>(x, near_q, near_k);
        if constexpr (kAsyncDot) {
          dot_values<T>(s.o, s.weights, near_v);
          settle_older(x);
        }
        const i32 j0 = (w.first_chunk + step) * T::kKeys;
        if (j0 + T::kKeys > w.position + 1 ||
            j0 + T::kKeys > w.end_key)  // only the last chunks hide keys from some query
          each_element(x, [=](i32 r, i32 j, f32& score) __attribute__((always_inline)) {
            if (j0 + j > w.position + T::row(r) / group || j0 + j >= w.end_key) score = -__builtin_inff();
          });
        PerRow<mt> high = s.top, keep, shift;
        each_element(x, [&](i32 r, i32, f32& score)
                            __attribute__((always_inline)) { high.v[r] = __builtin_fmaxf(high.v[r], score); });
        high = across_quad(high, [](f32 a, f32 b) { return __builtin_fmaxf(a, b); });
        UNROLL
        for (i32 r = 0; r < 2 * mt; ++r) {
          shift.v[r] = high.v[r] == -__builtin_inff() ? 0 : high.v[r] * scale2;
          keep.v[r] = exp2_fast(s.top.v[r] * scale2 - shift.v[r]);
          s.sum.v[r] *= keep.v[r];
        }
        s.top = high;
        each_element(x, [&](i32 r, i32, f32& score) __attribute__((always_inline)) {
          score = exp2_fast(score * scale2 - shift.v[r]), s.sum.v[r] += score;
        });
        if constexpr (kAsyncDot) {
          settle(s.o);
          hold(x);  // rounding must not move up: it writes what the product under way may still read
          s.weights = packed(x);
        }
        each_element(s.o, [&](i32 r, i32, f32& o) __attribute__((always_inline)) { o *= keep.v[r]; });
        if constexpr (!kAsyncDot) dot_values<T>(s.o, packed(x), near_v);
      },
      [=](State& s, const AttentionWork& w) __attribute__((always_inline)) {
        s.sum = across_quad(s.sum, [](f32 a, f32 b) { return a + b; });
        UNROLL
        for (i32 r = 0; r < 2 * mt; ++r) {
          const i32 t = T::row(r) / group, head = w.head * group + T::row(r) % group;
          const i64 query = i64(w.sequence) * queries + w.first_query + t;
          const bool there = t < w.num_queries;
          if (there && lane_id() % 4 == 0) {
            parts(w.split, query, head, dim, s.top.v[r] * scale2);
            parts(w.split, query, head, dim + 1, s.sum.v[r]);
          }
          UNROLL
          for (i32 p = 0; p < no / 4; ++p) {
            const auto eight = neighbours(s.o, r / 2, r % 2, p);
            if (there) {
              UNROLL
              for (i32 e = 0; e < 8; ++e) parts(w.split, query, head, 32 * p + 8 * (lane_id() % 4) + e, eight.v[e]);
            }
          }
        }
      });
}

// The parts of one query and head put together: part(split, d) as above; by the threads first, first + count, ...
template <i32 dim, class Part, class Store>
INLINE void combine_parts(i32 splits, i32 first, i32 count, Part part, Store store) {
  f32 top = -__builtin_inff(), sum = 0;
  for (i32 s = 0; s < splits; ++s) top = __builtin_fmaxf(top, part(s, dim));
  const f32 shift = top == -__builtin_inff() ? 0 : top;
  for (i32 s = 0; s < splits; ++s) sum += exp2_fast(part(s, dim) - shift) * part(s, dim + 1);
  for (i32 d = first; d < dim; d += count) {
    f32 x = 0;
    for (i32 s = 0; s < splits; ++s) x += exp2_fast(part(s, dim) - shift) * part(s, d);
    store(d, sum == 0 ? 0 : x / sum);
  }
}

}  // namespace tegula::kernel
