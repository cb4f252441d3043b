// Attention of many queries on a CPU: scores and weighted sums as small matrix products of the matmul's micro-kernel.
// One idea: up to 64 rows (queries x heads that share keys) meet 128 keys at a time; keys are staged transposed and
// values as they are, once for all rows, and a row's running maximum and sum are kept as in kernel/attention.h.
// Invariant: a weight outside what its query may see is zero.
#pragma once

namespace tegula::kernel::detail {

inline constexpr i32 kTileQueries = 16, kTileHeads = 4, kTileKeys = 128;

constexpr i32 whole_columns(i64 n) { return i32((n + Sizes<f32>::kCols - 1) / Sizes<f32>::kCols * Sizes<f32>::kCols); }

// c[rows][cols] (+)= a b, c_stride apart; b in strips of kCols columns, `depth` deep.
inline void small_matmul(const f32* a, const f32* b, i32 rows, i32 cols, i32 depth, f32* c, i32 c_stride, bool first) {
  using S = Sizes<f32>;
  NO_UNROLL
  for (i32 j = 0; j < cols; j += S::kCols) {
    NO_UNROLL
    for (i32 i = 0; i < rows;) {
      if (rows - i > S::kRows - S::kFewRows) {
        micro_dot<f32, S::kRows>(a + i * S::kRowStride, b + j * depth, depth, c + i * c_stride + j, c_stride, first);
        i += S::kRows;
      } else {
        micro_dot<f32, S::kFewRows>(a + i * S::kRowStride, b + j * depth, depth, c + i * c_stride + j, c_stride, first);
        i += S::kFewRows;
      }
    }
  }
}

// Queries t0 .. t0+n-1 of sequence s, heads h0 .. h0+heads-1, which share key-value head h.
template <i64 dim, i64 value_dim, class Batch, class Q, class K, class V, class Sink, class Bias, class Store>
INLINE void attend_rows(i64 t0, i32 n, i64 s, i64 h, i64 h0, i32 heads, Batch batch, AttentionOptions o, Q q, K keys,
                        V values, Sink sink, Bias bias, Store store) {
  using S = Sizes<f32>;
  constexpr i32 most = kTileQueries * kTileHeads + S::kRows, width = whole_columns(value_dim);
  alignas(64) f32 query[most * S::kRowStride], weight[most * S::kRowStride], out[most * width];
  alignas(64) f32 panel[kTileKeys * (dim > width ? dim : width)];
  f32 top[most], sum[most];
  const i32 rows = n * heads, padded = rows + S::kRows;
  for_each(i64(padded) * width, [p = out](i64 i) { p[i] = 0; });
  NO_UNROLL
  for (i32 r = 0; r < padded; ++r) {
    f32* to = query + r * S::kRowStride;
    if (r < rows) {
      i64 t = t0 + r / heads, head = h0 + r % heads;
      for_each(dim, [=](i64 d) { to[d] = f32(q(t, head, d)) * o.scale; });
      top[r] = -kInfinity<f32>, sum[r] = 0;
      if constexpr (!kSame<Sink, None>) top[r] = sink(head), sum[r] = 1;
    } else {
      for_each(dim, [=](i64 d) { to[d] = 0; });
    }
  }
  KeyRange all = {seen_by(batch, o, t0, s).first, seen_by(batch, o, t0 + n - 1, s).end};
  NO_UNROLL
  for (KeyRange run = run_of(keys, s, all.first, all.end, kTileKeys); run.first < run.end;
       run = run_of(keys, s, run.end, all.end, kTileKeys)) {
    const i64 j0 = run.first;
    const i32 num_keys = i32(run.end - j0), cols = whole_columns(num_keys);
    NO_UNROLL
    for (i32 l = 0; l < cols; ++l) {
      f32* to = panel + l / S::kCols * (S::kCols * dim) + l % S::kCols;
      if (l < num_keys) {
        auto key = row_of(keys, s, h, j0 + l);
        NO_UNROLL
        for (i64 d = 0; d < dim; ++d) to[d * S::kCols] = key(d);
      } else {
        NO_UNROLL
        for (i64 d = 0; d < dim; ++d) to[d * S::kCols] = 0;
      }
    }
    small_matmul(query, panel, rows, cols, dim, weight, S::kRowStride, true);
    NO_UNROLL
    for (i32 r = 0; r < rows; ++r) {
      i64 t = t0 + r / heads, head = h0 + r % heads;
      KeyRange seen = seen_by(batch, o, t, s);
      i32 low = i32(seen.first - j0), high = seen.end - j0 < num_keys ? i32(seen.end - j0) : num_keys;
      f32* w = weight + r * S::kRowStride;
      for_each(kTileKeys, [=](i64 j) {
        f32 score = w[j];
        if (o.soft_cap > 0) score = o.soft_cap * tanh(score / o.soft_cap);
        if constexpr (!kSame<Bias, None>)
          if (j < num_keys) score += f32(bias(t, head, j0 + j));
        w[j] = j >= low && j < high ? score : -kInfinity<f32>;
      });
      f32 largest = maximum(top[r], reduce<Max>(kTileKeys, [=](i64 j) { return w[j]; }));
      f32 shift = largest == -kInfinity<f32> ? 0 : largest, keep = exp(top[r] - shift);
      sum[r] = sum[r] * keep + reduce<Add>(kTileKeys, [=](i64 j) { return w[j] = exp(w[j] - shift); });
      top[r] = largest;
      for_each(width, [p = out + r * width, keep](i64 d) { p[d] *= keep; });
    }
    NO_UNROLL
    for (i32 l = 0; l < num_keys; ++l) {
      auto value = row_of(values, s, h, j0 + l);
      NO_UNROLL
      for (i32 j = 0; j < width; j += S::kCols) {
        f32* to = panel + j * num_keys + l * S::kCols;
        i64 inside = value_dim - j < S::kCols ? value_dim - j : S::kCols;
        for_each(inside, [=](i64 d) { to[d] = value(j + d); });
        for (i64 d = inside; d < S::kCols; ++d) to[d] = 0;
      }
    }
    small_matmul(weight, panel, rows, width, num_keys, out, width, false);
  }
  NO_UNROLL
  for (i32 r = 0; r < rows; ++r) {
    i64 t = t0 + r / heads, head = h0 + r % heads;
    f32 inverse = sum[r] == 0 ? 0 : 1 / sum[r];
    for_each(value_dim, [=, p = out + r * width](i64 d) { store(t, head, d, p[d] * inverse); });
  }
}

// Queries t0 .. t1-1 of all heads that share key-value head h; false where they are too few, or heads too wide.
template <i64 group, i64 dim, i64 value_dim, class Batch, class Q, class K, class V, class Sink, class Bias,
          class Store>
inline bool attend_tile(i64 t0, i64 t1, i64 h, Batch batch, AttentionOptions o, Q q, K keys, V values, Sink sink,
                        Bias bias, Store store) {
  if constexpr (dim > Sizes<f32>::kDepth || value_dim > Sizes<f32>::kDepth) {
    return false;
  } else {
    if (t1 - t0 < 2) return false;
    NO_UNROLL
    for (i64 t = t0; t < t1;) {
      i64 s = batch.sequence_of(t);
      if (!batch.holds(s, t)) {
        store_padding<group, value_dim>(t++, h, store);
        continue;
      }
      i64 end = batch.first_query(s) + batch.num_queries(s), last = end < t1 ? end : t1;
      NO_UNROLL
      for (i64 g = 0; g < group; g += kTileHeads)
        attend_rows<dim, value_dim>(t, i32(last - t), s, h, h * group + g,
                                    i32(group - g < kTileHeads ? group - g : kTileHeads), batch, o, q, keys, values,
                                    sink, bias, store);
      t = last;
    }
    return true;
  }
}

}  // namespace tegula::kernel::detail
