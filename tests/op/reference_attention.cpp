// Attention and what goes with it, written from the definitions: one query, one key at a time.
#include <cmath>

#include "base/error.h"
#include "reference.h"

namespace tegula::reference {
namespace {

// sum of softmax(scores)[k] * values[k]; `sink` is one more score, without a value.
std::vector<Real> weighted(const std::vector<Real>& scores, const std::vector<std::vector<Real>>& values, size_t d,
                           const Real* sink = nullptr) {
  Real top = sink ? *sink : -INFINITY, sum = 0;
  for (Real s : scores) top = std::max(top, s);
  std::vector<Real> out(d);
  for (size_t k = 0; k < scores.size(); ++k) {
    Real w = std::exp(scores[k] - top);
    sum += w;
    for (size_t i = 0; i < d; ++i) out[i] += w * values[k][i];
  }
  if (sink) sum += std::exp(*sink - top);
  for (Real& v : out) v = sum == 0 ? 0 : v / sum;
  return out;
}

// ALiBi's slopes, as its paper gives them: of n heads 2^(-8 / n), 2^(-16 / n), ...; where n is no power of two, those
// of the power below it, then every second one of the power above it.
Real slope_exponent(int64_t head, int64_t heads) {
  int64_t below = 1;
  while (below * 2 <= heads) below *= 2;
  return head < below ? Real(head + 1) / Real(below) : Real(1 + 2 * (head - below)) / Real(2 * below);
}

Array paged_attention(const Call& c) {
  const Array &q = c.in[0], &keys = c.in[1], &values = c.in[2], &table = c.in[3], &starts = c.in[4], &lengths = c.in[5];
  Array y = c.result();
  int64_t size = keys.shape[1], group = q.shape[1] / keys.shape[2], d = q.shape[2],
          window = c.attrs().integer("window");
  Real scale = c.attrs().number("scale"), cap = c.attrs().number("soft_cap");
  for (int64_t s = 0; s < lengths.shape[0]; ++s)
    for (int64_t t = starts.integer({s}); t < starts.integer({s + 1}); ++t)
      for (int64_t h = 0; h < q.shape[1]; ++h) {
        int64_t place = lengths.integer({s}) - starts.integer({s + 1}) + t;  // of the token in its sequence
        std::vector<Real> scores;
        std::vector<std::vector<Real>> seen;
        for (int64_t p = window ? std::max(place - window + 1, int64_t(0)) : 0; p <= place; ++p) {
          Index at{table.integer({s, p / size}), p % size, h / group, 0};
          Real dot = 0;
          seen.push_back({});
          for (at[3] = 0; at[3] < d; ++at[3]) {
            dot += q.real({t, h, at[3]}) * keys.real(at);
            if (at[3] < y.shape[2]) seen.back().push_back(values.real(at));
          }
          scores.push_back(cap > 0 ? cap * std::tanh(dot * scale / cap) : dot * scale);
          scores.back() += c.attrs().number("alibi") * std::exp2(-8 * slope_exponent(h, q.shape[1])) * Real(p);
        }
        Real sink = c.in.size() > 6 ? c.in[6].real({h}) : 0;
        std::vector<Real> out = weighted(scores, seen, size_t(y.shape[2]), c.in.size() > 6 ? &sink : nullptr);
        for (int64_t i = 0; i < y.shape[2]; ++i) y.set({t, h, i}, out[size_t(i)]);
      }
  return y;
}

Array ragged_attention(const Call& c) {
  const Array &q = c.in[0], &k = c.in[1], &v = c.in[2], &starts = c.in[3];
  Array y = c.result();
  int64_t window = c.attrs().integer("window"), group = q.shape[1] / k.shape[1];
  for (int64_t s = 0; s + 1 < starts.shape[0]; ++s)
    for (int64_t t = starts.integer({s}); t < starts.integer({s + 1}); ++t)
      for (int64_t h = 0; h < q.shape[1]; ++h) {
        std::vector<Real> scores;
        std::vector<std::vector<Real>> seen;
        for (int64_t key = starts.integer({s}); key < starts.integer({s + 1}); ++key) {
          if (window && std::abs(key - t) >= window) continue;
          Real dot = 0;
          for (int64_t d = 0; d < q.shape[2]; ++d) dot += q.real({t, h, d}) * k.real({key, h / group, d});
          scores.push_back(dot * c.attrs().number("scale"));
          if (c.in.size() > 4) {
            int64_t reach = c.in[4].shape[1] / 2;
            scores.back() += c.in[4].real({h, reach + std::min(std::max(key - t, -reach), reach)});
          }
          seen.push_back({});
          for (int64_t d = 0; d < v.shape[2]; ++d) seen.back().push_back(v.real({key, h / group, d}));
        }
        std::vector<Real> out = weighted(scores, seen, size_t(v.shape[2]));
        for (int64_t d = 0; d < v.shape[2]; ++d) y.set({t, h, d}, out[size_t(d)]);
      }
  return y;
}

// Each sequence's tokens, and its state out of one slot into another.
template <class F>
void for_sequences(const Array& starts, const Array& from, const Array& to, F f) {
  for (int64_t s = 0; s < from.shape[0]; ++s)
    f(starts.integer({s}), starts.integer({s + 1}), from.integer({s}), to.integer({s}));
}

Arrays causal_conv(const Call& c) {
  Array state = c.in[0], y = c.result(1);
  const Array &x = c.in[1], &w = c.in[2];
  int64_t width = w.shape[1];
  for_sequences(c.in[3], c.in[4], c.in[5], [&](int64_t first, int64_t end, int64_t from, int64_t to) {
    for (int64_t channel = 0; channel < x.shape[1]; ++channel) {
      std::vector<Real> seen;  // what was kept, then the new tokens
      for (int64_t r = 0; r < width - 1; ++r) seen.push_back(from < 0 ? 0 : c.in[0].real({from, r, channel}));
      for (int64_t t = first; t < end; ++t) {
        seen.push_back(x.real({t, channel}));
        Real sum = 0;
        for (int64_t j = 0; j < width; ++j) sum += w.real({channel, j}) * seen[seen.size() - size_t(width - j)];
        y.set({t, channel}, sum);
      }
      for (int64_t r = 0; r < width - 1; ++r) state.set({to, r, channel}, seen[seen.size() - size_t(width - 1 - r)]);
    }
  });
  return {state, y};
}

Arrays linear_attention(const Call& c) {
  Array state = c.in[0], y = c.result(1);
  const Array &q = c.in[1], &k = c.in[2], &v = c.in[3], &decay = c.in[4];
  int64_t heads = v.shape[1], group = heads / q.shape[1], n = q.shape[2];
  auto kept = [&](int64_t t, int64_t h, int64_t i, int64_t j) {
    Index at{t, h, i, j};
    for (size_t a = 0; a < 4; ++a)
      if (decay.shape[a] == 1) at[a] = 0;
    return decay.real(at);
  };
  for_sequences(c.in[5], c.in[6], c.in[7], [&](int64_t first, int64_t end, int64_t from, int64_t to) {
    for (int64_t h = 0; h < heads; ++h)
      for (int64_t j = 0; j < v.shape[2]; ++j) {
        std::vector<Real> column;
        for (int64_t i = 0; i < n; ++i) column.push_back(from < 0 ? 0 : c.in[0].real({from, h, i, j}));
        for (int64_t t = first; t < end; ++t) {
          Real known = 0, added = v.real({t, h, j}), sum = 0;
          for (int64_t i = 0; i < n; ++i) column[size_t(i)] *= kept(t, h, i, j);
          for (int64_t i = 0; i < n; ++i) known += k.real({t, h / group, i}) * column[size_t(i)];
          if (c.in.size() > 8) added = c.in[8].real({t, h}) * (added - known);
          for (int64_t i = 0; i < n; ++i) {
            column[size_t(i)] += k.real({t, h / group, i}) * added;
            sum += q.real({t, h / group, i}) * column[size_t(i)];
          }
          y.set({t, h, j}, sum);
        }
        for (int64_t i = 0; i < n; ++i) state.set({to, h, i, j}, column[size_t(i)]);
      }
  });
  return {state, y};
}

// Does the mask, which broadcasts, hide the score at this index?
bool masked(const Array& mask, const Index& at) {
  Index i(at.end() - int64_t(mask.shape.size()), at.end());
  for (size_t a = 0; a < i.size(); ++a)
    if (mask.shape[a] == 1) i[a] = 0;
  return mask.at(i) == Complex(0);
}

// The last two axes of an index are a query's place and a place in its value.
Array attention(const Call& c) {
  const Array &q = c.in[0], &k = c.in[1], &v = c.in[2];
  Array y = c.result();
  int64_t keys = k.shape[k.shape.size() - 2], ahead = keys - q.shape[q.shape.size() - 2];
  Real scale = c.attrs().number("scale");
  if (scale == 0) scale = 1 / std::sqrt(Real(q.shape.back()));
  for_each(y.shape, [&](const Index& i) {
    int64_t query = i[i.size() - 2];
    auto at = [&](int64_t row, int64_t column) {
      Index out(i.begin(), i.end() - 2);
      out.push_back(row), out.push_back(column);
      return out;
    };
    std::vector<Real> scores;
    std::vector<std::vector<Real>> seen;
    for (int64_t key = 0; key < keys; ++key) {
      if (c.attrs().boolean("causal") && key > query + ahead) continue;
      if (c.in.size() > 3 && masked(c.in[3], at(query, key))) continue;
      Real dot = 0;
      for (int64_t e = 0; e < q.shape.back(); ++e) dot += q.real(at(query, e)) * k.real(at(key, e));
      scores.push_back(dot * scale);
      seen.push_back({v.real(at(key, i.back()))});
    }
    y.set(i, weighted(scores, seen, 1)[0]);
  });
  return y;
}

}  // namespace

void add_attention(Table& t) {
  t["paged_attention"] = [](const Call& c) -> Arrays { return {paged_attention(c)}; };
  t["ragged_attention"] = [](const Call& c) -> Arrays { return {ragged_attention(c)}; };
  t["causal_conv"] = causal_conv;
  t["linear_attention"] = linear_attention;
  t["attention"] = [](const Call& c) -> Arrays { return {attention(c)}; };
  t["flash_attention"] = t["attention"];
  t["cache_write"] = [](const Call& c) -> Arrays {
    Array y = c.in[0];
    const Array& values = c.in[2];
    for_each(values.shape, [&](const Index& i) {
      int64_t slot = c.in[1].integer({i[0]});
      if (slot >= 0 && slot < y.shape[0] * y.shape[1])
        y.set({slot / y.shape[1], slot % y.shape[1], i[1], i[2]}, values.at(i));
    });
    return {y};
  };
  t["rope"] = [](const Call& c) -> Arrays {  // each pair is a complex number times cos + i sin
    const Array &x = c.in[0], &cosines = c.in[1], &sines = c.in[2];
    Array y = x;
    int64_t half = cosines.shape[1];
    for (int64_t t = 0; t < x.shape[0]; ++t)
      for (int64_t h = 0; h < x.shape[1]; ++h)
        for (int64_t p = 0; p < half; ++p) {
          bool interleaved = c.attrs().boolean("interleaved");
          Index re{t, h, interleaved ? 2 * p : p}, im{t, h, interleaved ? 2 * p + 1 : p + half};
          Complex z = Complex(x.real(re), x.real(im)) * Complex(cosines.real({t, p}), sines.real({t, p}));
          y.set(re, z.real()), y.set(im, z.imag());
        }
    return {y};
  };
}

}  // namespace tegula::reference
