// Batches of sequences as attention reads them: which queries and keys a sequence has, and where a paged cache keeps
// them. One idea: a batch answers for a sequence's first query and its numbers of queries and keys, whatever its layout
// is. Invariant: nothing that starts, lengths and tables say reaches outside a buffer.
#pragma once

#include "kernel/types.h"

namespace tegula::kernel {

// Queries that are keys as well: sequence s is starts[s] .. starts[s + 1] - 1 of `tokens`. Starts outside 0 .. tokens
// are moved there; a token that no sequence holds is padding.
struct SelfBatch {
  GLOBAL const i32* starts;
  i64 sequences, tokens;

  i64 sequence_of(i64 t) const {  // the last that starts at t or before; empty sequences are passed over
    i64 low = 0, high = sequences;
    while (high - low > 1) {
      i64 middle = (low + high) / 2;
      (starts[middle] <= t ? low : high) = middle;
    }
    return low;
  }
  i64 first_query(i64 s) const { return starts[s] < 0 ? 0 : starts[s] < tokens ? starts[s] : tokens; }
  i64 num_queries(i64 s) const {
    i64 n = first_query(s + 1) - first_query(s);
    return n > 0 ? n : 0;
  }
  bool holds(i64 s, i64 t) const { return s < sequences && t >= first_query(s) && t < first_query(s) + num_queries(s); }
  i64 num_keys(i64 s) const { return num_queries(s); }
};

// The same queries, whose keys are cached and new: lengths[s], no more than there is `room` for.
struct RaggedBatch : SelfBatch {
  GLOBAL const i32* lengths;
  i64 room;

  i64 num_keys(i64 s) const { return lengths[s] < 0 ? 0 : lengths[s] < room ? lengths[s] : room; }
};

// `sequences` of equal length, one after another.
struct DenseBatch {
  i64 sequences, queries, keys;

  i64 sequence_of(i64 t) const { return t / queries; }
  i64 first_query(i64 s) const { return s * queries; }
  i64 num_queries(i64) const { return queries; }
  bool holds(i64, i64) const { return true; }
  i64 num_keys(i64) const { return keys; }
};

struct KeyRange {
  i64 first, end;  // first .. end-1
};

// Keys or values in pages: data[pages][block_size][kv_heads][dim], pages of sequence s in table[s * max_blocks ...]. A
// functor over the elements of key j of head h. A key in a page that the cache does not have is seen by no query.
template <class T, i64 kv_heads, i64 dim>
struct PagedCache {
  GLOBAL const T* data;
  GLOBAL const i32* table;
  i64 max_blocks, block_size, pages;

  bool has(i64 s, i64 j) const {
    i64 page = table[s * max_blocks + j / block_size];
    return page >= 0 && page < pages;
  }
  // The first keys of j .. end-1 that stand in pages of the cache without a gap, at most `most`.
  KeyRange run(i64 s, i64 j, i64 end, i64 most) const {
    while (j < end && !has(s, j)) j += block_size - j % block_size;
    if (j >= end) return {end, end};
    i64 last = end - j < most ? end : j + most;
    for (i64 i = j + block_size - j % block_size; i < last; i += block_size)
      if (!has(s, i)) last = i;
    return {j, last};
  }
  auto operator()(i64 s, i64 h, i64 j) const {
    GLOBAL const T* row =
        data + ((table[s * max_blocks + j / block_size] * block_size + j % block_size) * kv_heads + h) * dim;
    return [=](i64 d) { return f32(load(row + d)); };
  }
};

}  // namespace tegula::kernel
