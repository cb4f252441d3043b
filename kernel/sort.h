// Sorted order and the k largest of rows.
// One idea: what is sorted are indices, in the output itself, by (value, index); no two are equal, so any algorithm is
// stable and no memory beside the output is needed. A CPU keeps the best k in a heap and empties it; a SIMT block sorts
// with a bitonic network of ascending comparisons alone, which takes any length (Batcher 1968), or picks k times.
// Invariant: the order is total, NaN included, so every target gives the same result.
#pragma once

#include "kernel/block.h"

namespace tegula::kernel {

enum class Order {
  kAscending,   // NaN last
  kDescending,  // NaN last
  kLargest,     // descending, NaN first
};

constexpr auto sort_blocks(auto rows) { return rows; }

namespace detail {

// Does a at index i come before b at index j?
template <class T>
INLINE bool before(Order order, T a, i64 i, T b, i64 j) {
  bool a_nan = a != a, b_nan = b != b;
  if (a_nan || b_nan) return a_nan != b_nan ? (order == Order::kLargest) == a_nan : i < j;
  return a == b ? i < j : (order == Order::kAscending) == (a < b);
}

// out[0..k-1]: a heap with the entry that comes last on top; puts `index` in place of the entry at `hole`.
template <class P, class Before>
inline void sift_down(P out, i64 k, i64 hole, i64 index, Before comes_before) {
  for (i64 child; (child = 2 * hole + 1) < k; hole = child) {
    if (child + 1 < k && comes_before(out[child], out[child + 1])) ++child;
    if (!comes_before(index, out[child])) break;
    out[hole] = out[child];
  }
  using I = decltype(out[0] + 0);
  out[hole] = I(index);
}

template <class P, class Before>
inline void heap_select(P out, i64 n, i64 k, Before comes_before) {
  using I = decltype(out[0] + 0);
  for (i64 i = 0; i < k; ++i) out[i] = I(i);
  for (i64 i = k / 2; i-- > 0;) sift_down(out, k, i, out[i], comes_before);
  for (i64 i = k; i < n; ++i)
    if (comes_before(i, out[0])) sift_down(out, k, 0, i, comes_before);
  for (i64 last = k - 1; last > 0; --last) {  // the worst goes to the end
    i64 index = out[last];
    out[last] = out[0];
    sift_down(out, last, 0, index, comes_before);
  }
}

template <class P, class Before>
inline void bitonic_sort(P out, i64 n, Before comes_before) {
  using I = decltype(out[0] + 0);
  for_each(n, [=](i64 i) { out[i] = I(i); });
  for (i64 size = 2; size < 2 * n; size *= 2)
    for (i64 step = size / 2; step > 0; step /= 2) {
      barrier();
      for_each((n + 1) / 2 + step, [=](i64 t) {  // pairs; the first pass of a size mirrors its halves
        i64 low = t / step * 2 * step + t % step;
        i64 high = step == size / 2 ? t / step * 2 * step + 2 * step - 1 - t % step : low + step;
        if (high < n && comes_before(out[high], out[low])) {
          I swapped = out[low];
          out[low] = out[high], out[high] = swapped;
        }
      });
    }
  barrier();
}

template <class P, class Before>
inline void pick_select(P out, i64 n, i64 k, Before comes_before) {
  LOCAL_ARRAY(i64, best, kThreads);
  i32 t = thread_id();
  i64 last = -1;
  for (i64 r = 0; r < k; ++r) {
    i64 mine = -1;
    for (i64 i = t; i < n; i += kThreads)
      if ((last < 0 || comes_before(last, i)) && (mine < 0 || comes_before(i, mine))) mine = i;
    best[t] = mine;
    barrier();
    for (i32 half = kThreads / 2; half > 0; half /= 2) {
      if (t < half && best[t + half] >= 0 && (best[t] < 0 || comes_before(best[t + half], best[t])))
        best[t] = best[t + half];
      barrier();
    }
    last = best[0];
    barrier();
    for_each(1, [=](i64) { out[r] = decltype(out[0] + 0)(last); });
  }
  barrier();
}

}  // namespace detail

// out[row * k ...]: the indices of the first k of load(row, 0..n-1) in `order`; equal values by index. 0 <= k <= n;
// k = n sorts. out points to i32 or i64.
template <class P, class Load>
inline void select(Blocks blocks, i64 rows, i64 n, i64 k, Order order, Load load, P out) {
  i64 end = blocks.end < rows ? blocks.end : rows;
  for (i64 row = blocks.begin; row < end; ++row) {
    if (k <= 0) continue;
    auto comes_before = [=](i64 i, i64 j) { return detail::before(order, load(row, i), i, load(row, j), j); };
    if constexpr (!kSimt) {
      detail::heap_select(out + row * k, n, k, comes_before);
    } else if (k == n) {
      detail::bitonic_sort(out + row * k, n, comes_before);
    } else {
      detail::pick_select(out + row * k, n, k, comes_before);
    }
  }
}

}  // namespace tegula::kernel
