// Counting blocks: what the formulas of launches' grids are made of.
// One idea: a kernel's header says how many blocks it has by a template over the kind of number, which the kernel calls
// with i64 and the compiler with Dim (graph/dim.h, an expression over symbols), so that one formula serves both, and a
// launch that is written to a file carries it. Invariant: such a formula uses + - * and what is here, nothing else.
#pragma once

#include "kernel/target/target.h"

namespace tegula::kernel {

// Of numbers >= 0, by b > 0.
constexpr i64 floordiv(i64 a, i64 b) { return a / b; }
constexpr i64 ceildiv(i64 a, i64 b) { return (a + b - 1) / b; }
constexpr i64 min(i64 a, i64 b) { return a < b ? a : b; }
constexpr i64 max(i64 a, i64 b) { return a > b ? a : b; }

}  // namespace tegula::kernel
