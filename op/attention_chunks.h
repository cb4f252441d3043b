// Attention by ops alone: what the kernels do not compute (f64, the gradient, batches of odd kinds).
// One idea: keys are taken kKeysAtOnce at a time by a scan, which carries a running maximum and sum per query (as
// kernel/attention.h does), so scores are only ever [.., t, kKeysAtOnce]; the gradient computes them again, chunk by
// chunk (arXiv:2205.14135, appendix B.2). Invariant: a score that is not seen is never an infinity, so that no
// derivative of any order is NaN.
#pragma once

#include "graph/op.h"

namespace tegula::op {

inline constexpr int64_t kKeysAtOnce = 128;

// softmax(q k^T * scale + bias) v where a query sees a key; q [.., t, d], k [.., s, d], v [.., s, e], whose leading
// axes broadcast. "No value" for the optional ones.
struct AttentionTerms {
  Value q, k, v;
  Value mask = {};      // [.., t, s], broadcasts: only where it holds
  Value sequence = {};  // i32[t], of queries that are keys as well: only those of one number, and none below 0
  Value bias = {};      // [.., 2 n - 1]: of a key j after the query n - 1 + j, its ends for what is farther away
  double scale = 0;     // 0: 1 / sqrt(d)
  bool causal = false;  // a query sees no key after its own place, the last query that of the last key
  int64_t window = 0;   // only keys that are fewer than so many away; 0: all
};

// [.., t, e]; zeros for a query that sees no key.
Value attention_by_chunks(const AttentionTerms& a);
// The cotangents of q, k, v and the bias from that of the result y.
struct AttentionGradient {
  Value q, k, v, bias;
};
AttentionGradient attention_gradient(const AttentionTerms& a, Value y, Value dy);

}  // namespace tegula::op
