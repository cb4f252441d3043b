// C++ text in, machine code out: the in-process compiler and its cache, as the other rooms see them.
// One idea: the product is a file in the cache (a shared object for a CPU, a module for a device) and its bytes, so a
// warm start opens that file and never loads the compiler, which is a shared library of its own (libtegula-jit.so).
// Invariant: a file that is handed out was checked whole against its checksum; its bytes stay while its owner lives.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "device/target.h"

namespace tegula {

struct Binary {
  std::string path;                // the file, for dlopen; for other targets too
  std::span<const uint8_t> bytes;  // what was compiled: ELF shared object, SPIR-V module, PTX text, HSA code object
  bool was_cached = false;
  double compile_ms = 0;              // 0 where it was cached
  std::shared_ptr<const void> owner;  // keeps `bytes` mapped
};

// Compiles complete C++20 translation units that include only "kernel/...", or finds them in the cache.
// Each source is compiled on its own thread where the target is a CPU, then all are linked into one shared object
// without dependencies; for other targets the sources are one translation unit, in order. Either way no two sources may
// define the same name. Entries are extern "C" functions; everything else is hidden, unless it says
// [[gnu::visibility("default")]] or [[clang::device_kernel]]. `name` is for people: timings, messages.
// Error, with Clang's first messages, for a source that does not compile (say `#line N "op silu %3 (llama.cpp:88)"` in
// it and they name the op), for one that the backend cannot translate, and where the compiler library is missing.
// Thread-safe.
Binary compile(const Target& target, std::span<const std::string> sources, std::string_view name);

// The same sources as assembly text (PTX, SPIR-V's text form, ...), one after another, for people to read. Also cached.
std::string assembly(const Target& target, std::span<const std::string> sources, std::string_view name);

}  // namespace tegula
