// Ragged sequences in terms of ops, for the expansions of kernels that read them: what SelfBatch and SequenceStates are
// to kernel/. Invariant: nothing that starts, from and to say reaches outside; such places are of no sequence and no
// slot.
#pragma once

#include "graph/op.h"

namespace tegula::op {

// Of tokens in a list, of which sequence i has starts[i] .. starts[i + 1] - 1.
struct Sequences {
  Dim size;            // how many
  Value first, count;  // i32 [size]: of the tokens of each
  Value number;        // i32 [tokens]: the sequence of each, `size` for padding
  Value inside;        // bool [tokens]: not padding
  Value place;         // i32 [tokens]: in its sequence
};
Sequences sequences_of(Value starts, const Dim& tokens);
// Indices into so many slots, those below 0 outside rather than counted from the end.
Value slots_from(Value indices, const Dim& slots);
// [n] as [n, 1, ..], which broadcasts against x [n, ..].
Value column_for(Value flags, Value x);

// Error where some floats among an op's operands are f64 and others are not: its kernel computes in f32.
void check_all_f64(const Infer& i);

// --- batching: the batch becomes more heads, or channels, of the same tokens ---

// May it, where operand `starts` and all integers after it say what the sequences are? It is then of constant size.
bool shares_sequences(const Batch& b, size_t starts);
// Operand i with the batch in front of its axis `axis`, as one with it.
Value fold_batch(const Batch& b, size_t i, int axis);
// A result of such operands, with the batch as axis 0 again.
Value unfold_batch(const Batch& b, Value y, int axis);

}  // namespace tegula::op
