// A compiled program as a file, read back by a process that needs no compiler.
// One idea: the file is the struct (runtime/compiled.h), field by field, in one order that one function spells for
// both ways. It ends in the SHA-256 of what precedes it. Invariant: what was read refers only to what is there; that
// its code does what it should is as with any program that is run. Weights are not in it.
#pragma once

#include <string>
#include <string_view>

#include "runtime/compiled.h"

namespace tegula {

// Replaces what was there, at once. Error where there is no code in it (compiled for null), or the file cannot be
// written.
void save_compiled(const Compiled& compiled, const std::string& path);

// Error where the file is not one, is damaged, or is of another version of Tegula.
CompiledRef load_compiled(const std::string& path);
bool is_compiled_file(const std::string& path);

// The same in memory; `origin` names it in errors.
std::string compiled_bytes(const Compiled& compiled);
CompiledRef parse_compiled(std::string_view bytes, const std::string& origin);

}  // namespace tegula
