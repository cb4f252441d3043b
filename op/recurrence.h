// What ops with a recurrent state share: the operands that say where each sequence's tokens and state are.
#pragma once

#include "graph/op.h"

namespace tegula::op {

// Operands `first` .. first + 2 of an op whose state is operand 0 and whose tokens are axis 0 of operand 1: starts
// [s + 1], from [s] and to [s]. Error where their shapes differ.
void check_sequences(const Infer& i, size_t first);
// SequenceStates{...}, of kernel/recurrence.h.
std::string sequence_states(const KernelCode& c, int first);

}  // namespace tegula::op
