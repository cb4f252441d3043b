#include "runtime/program_cache.h"

#include "base/error.h"
#include "runtime/canonical_text.h"
#include "runtime/compile_graph.h"

namespace tegula {

ProgramRef ProgramCache::find(std::string_view text) {
  const auto at = by_text_.find(text);
  if (at == by_text_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, at->second);
  return at->second->program;
}

ProgramRef ProgramCache::get(const Graph& graph) {
  std::string text = canonical_text(graph);
  {
    std::lock_guard lock(mutex_);
    if (ProgramRef found = find(text)) return found;
  }
  for (const Parameter& p : graph.parameters())
    check(p.kind != ParameterKind::kWeight, "graph @", graph.name(), " has weights: its program is not shared");
  auto made = std::make_shared<Program>(compile_graph(graph, *device_, graph.name()), device_);
  std::lock_guard lock(mutex_);
  ++num_compiled_;
  if (ProgramRef found = find(text)) return found;  // another thread was faster
  entries_.push_front({std::move(text), made});
  by_text_.emplace(entries_.front().text, entries_.begin());
  if (entries_.size() > most_) by_text_.erase(entries_.back().text), entries_.pop_back();
  return made;
}

size_t ProgramCache::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

size_t ProgramCache::num_compiled() const {
  std::lock_guard lock(mutex_);
  return num_compiled_;
}

}  // namespace tegula
