// Recurrent states of a ragged batch: a short causal convolution, and linear attention, whose state is a matrix of each
// head (Mamba arXiv:2312.00752, 2405.21060; gated delta rule 2412.06464).
// One idea: a sequence's state stands in a slot; a launch reads it in one slot and leaves it in another or the same, so
// that the caller can share, fork and keep states like pages of a cache.
// Invariant: a sequence's tokens are walked in order, alone, in f32: what it gives does not depend on the batch. A slot
// that is written is read by no other sequence of the launch.
#pragma once

#include "kernel/block.h"
#include "kernel/grid.h"

namespace tegula::kernel {

// New tokens of sequence s: starts[s] .. starts[s + 1] - 1 of `tokens`; its state is read in slot from[s] (zeros where
// there is no such slot) and left in slot to[s] of `slots` (nowhere where there is no such slot). Tokens before the
// first sequence and from starts[sequences] on are padding: they give zeros.
struct SequenceStates {
  GLOBAL const i32 *starts, *from, *to;
  i64 sequences, tokens, slots;

  i64 end() const { return inside(starts[sequences], tokens); }
  i64 first(i64 s) const { return inside(starts[s], end()); }
  i64 count(i64 s) const { return first(s + 1) > first(s) ? first(s + 1) - first(s) : 0; }
  bool reads(i64 s) const { return from[s] >= 0 && from[s] < slots; }
  bool writes(i64 s) const { return to[s] >= 0 && to[s] < slots; }

  // Runs f(t) for each token that is padding.
  template <class F>
  void for_padding(F f) const {
    for (i64 t = 0; t < first(0); ++t) f(t);
    for (i64 t = end(); t < tokens; ++t) f(t);
  }

  static i64 inside(i64 t, i64 end) { return t < 0 ? 0 : t < end ? t : end; }
};

inline constexpr i64 kStateLanes = 64;  // columns of a block

// Number of blocks; for the host as well. Parts: sequences, or the heads of all sequences, with the padding as one more
// sequence behind them.
constexpr auto recurrence_blocks(auto parts, auto columns) { return parts * ceildiv(columns, kStateLanes); }

namespace detail {

// Runs f(part, first column, columns) over a launch of recurrence_blocks(parts, columns).
template <class F>
inline void for_columns(Blocks blocks, i64 parts, i64 columns, F f) {
  i64 pieces = (columns + kStateLanes - 1) / kStateLanes, end = parts * pieces;
  for (i64 b = blocks.begin; b < (blocks.end < end ? blocks.end : end); ++b) {
    i64 c0 = b % pieces * kStateLanes;
    f(b / pieces, c0, columns - c0 < kStateLanes ? columns - c0 : kStateLanes);
  }
}

}  // namespace detail

// y[t, c] = sum_j w(c, j) x(t - width + 1 + j, c), where tokens before a sequence's first new one are in its state
// [slots, width - 1, channels].
template <i64 width, class T, class X, class W, class Store>
inline void causal_conv(Blocks blocks, SequenceStates q, i64 channels, GLOBAL T* state, X x, W w, Store store_y) {
  detail::for_columns(blocks, q.sequences + 1, channels, [=](i64 s, i64 c0, i64 lanes) {
    if (s == q.sequences) {
      q.for_padding([=](i64 t) { for_each(lanes, [=](i64 l) { store_y(t, c0 + l, 0.0f); }); });
      return;
    }
    const i64 first = q.first(s), count = q.count(s), kept = (width - 1) * channels;
    GLOBAL T* old = state + (q.reads(s) ? q.from[s] : 0) * kept;
    const bool has_old = q.reads(s);
    auto input = [=](i64 i, i64 c) -> f32 {
      if (i >= 0) return f32(x(first + i, c));
      return has_old ? f32(load(old + (width - 1 + i) * channels + c)) : 0.0f;
    };
    for (i64 t = 0; t < count; ++t)
      for_each(lanes, [=](i64 l) {
        f32 sum = 0;
        for (i64 j = 0; j < width; ++j) sum += f32(w(c0 + l, j)) * input(t - width + 1 + j, c0 + l);
        store_y(first + t, c0 + l, sum);
      });
    if (!q.writes(s)) return;
    GLOBAL T* kept_now = state + q.to[s] * kept;
    for (i64 r = 0; r < width - 1; ++r)
      for_each(lanes, [=](i64 l) { store(kept_now + r * channels + c0 + l, input(count - width + 1 + r, c0 + l)); });
  });
}

// For each token of each sequence and head h: S = decay(t, h)(i, j) S + k(t, h', i) v(t, h, j), y[t, h, j] = sum_i
// q(t, h', i) S[i, j], with h' = h / (heads / key_heads); with a beta(t, h) not v but beta (v - sum_i k S) is added. S
// is the state [slots, heads, keys, columns].
template <bool delta, class Q, class K, class V, class Decay, class Beta, class Store>
inline void linear_attention(Blocks blocks, SequenceStates states, i64 heads, i64 key_heads, i64 keys, i64 columns,
                             GLOBAL f32* state, Q q, K k, V v, Decay decay, Beta beta, Store store_y) {
  LOCAL_ARRAY(f32, values, kStateLanes);
  LOCAL_ARRAY(f32, sums, kStateLanes);
  auto value = &values[0], sum = &sums[0];
  const i64 group = heads / key_heads, size = keys * columns;
  detail::for_columns(blocks, (states.sequences + 1) * heads, columns, [=](i64 part, i64 c0, i64 lanes) {
    const i64 s = part / heads, h = part % heads;
    if (s == states.sequences) {
      states.for_padding([=](i64 t) { for_each(lanes, [=](i64 l) { store_y(t, h, c0 + l, 0.0f); }); });
      return;
    }
    const i64 first = states.first(s), count = states.count(s);
    if (!states.writes(s)) {
      for (i64 t = first; t < first + count; ++t) for_each(lanes, [=](i64 l) { store_y(t, h, c0 + l, 0.0f); });
      return;
    }
    GLOBAL f32* now = state + (states.to[s] * heads + h) * size + c0;
    GLOBAL const f32* before = state + (states.reads(s) ? (states.from[s] * heads + h) * size : 0) + c0;
    if (!states.reads(s)) {
      for (i64 i = 0; i < keys; ++i) for_each(lanes, [=](i64 l) { now[i * columns + l] = 0; });
    } else if (before != now) {
      for (i64 i = 0; i < keys; ++i) for_each(lanes, [=](i64 l) { now[i * columns + l] = before[i * columns + l]; });
    }
    for (i64 t = first; t < first + count; ++t) {
      auto keep = decay(t, h);
      for_each(lanes, [=](i64 l) { value[l] = f32(v(t, h, c0 + l)), sum[l] = 0; });
      if constexpr (delta) {
        for (i64 i = 0; i < keys; ++i) {
          f32 key = f32(k(t, h / group, i));
          for_each(lanes, [=](i64 l) { sum[l] += key * f32(keep(i, c0 + l)) * now[i * columns + l]; });
        }
        f32 rate = f32(beta(t, h));
        for_each(lanes, [=](i64 l) { value[l] = rate * (value[l] - sum[l]), sum[l] = 0; });
      }
      for (i64 i = 0; i < keys; ++i) {
        f32 key = f32(k(t, h / group, i)), query = f32(q(t, h / group, i));
        for_each(lanes, [=](i64 l) {
          f32 x = f32(keep(i, c0 + l)) * now[i * columns + l] + key * value[l];
          now[i * columns + l] = x;
          sum[l] += query * x;
        });
      }
      for_each(lanes, [=](i64 l) { store_y(t, h, c0 + l, sum[l]); });
    }
  });
}

}  // namespace tegula::kernel
