// The programs of this process, by the text of their graphs: what eager tensors and repeated calls find again.
// One idea: equal graphs share one loaded program, whoever built them; a lookup of a known small graph, with a run made
// and bound, takes microseconds (bench/lookup.cpp). Invariant: at most `most` programs are kept, those used last; one
// that goes stays whole for those who hold it. Thread-safe.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "runtime/program.h"

namespace tegula {

class ProgramCache {
 public:
  explicit ProgramCache(DeviceRef device, size_t most = 4096) : device_(std::move(device)), most_(most) {}

  // Compiles the graph where none like it is here. It may have no weights: a program that has is its model's own.
  ProgramRef get(const Graph& graph);

  size_t size() const;
  size_t num_compiled() const;  // so far, those that went again included

 private:
  struct Entry {
    std::string text;
    ProgramRef program;
  };
  ProgramRef find(std::string_view text);

  DeviceRef device_;
  const size_t most_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the last used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_text_;
  size_t num_compiled_ = 0;
};

}  // namespace tegula
