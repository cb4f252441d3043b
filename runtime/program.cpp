#include "runtime/program.h"

#include <algorithm>

#include "base/error.h"
#include "runtime/run.h"

namespace tegula {

Program::Program(CompiledRef compiled, DeviceRef device)
    : Program(std::move(compiled), std::make_shared<WeightStore>(std::move(device))) {}

Program::Program(CompiledRef compiled, WeightStoreRef store)
    : compiled_(std::move(compiled)), store_(std::move(store)), num_own_(compiled_->num_own_parameters()) {
  check_target();
  load();
  const auto& all = compiled_->parameters;
  weights_.resize(all.size()), in_prelude_.assign(all.size(), -1), axis_symbol_.resize(all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    const CompiledParameter& p = all[i];
    for (const Dim& d : p.type.shape) {
      std::vector<std::string> names;
      d.collect_symbols(names);
      const bool binds = names.size() == 1 && d == Dim::symbol(names[0]);
      const auto at = binds ? std::ranges::find(symbols_, names[0]) : symbols_.end();
      axis_symbol_[i].push_back(binds ? int(at - symbols_.begin()) : -1);
      if (binds && at == symbols_.end()) symbols_.push_back(names[0]);
    }
    if (p.kind != ParameterKind::kWeight) continue;
    if (p.read) weights_[i] = store_->find(stored_name(i), p.type, p.packed);
    if (p.read && p.literal && !weights_[i])
      weights_[i] = store_->place(stored_name(i), p.type, p.packed, p.literal->bytes, compiled_);
    if (p.folded >= 0 && !weights_[i]) prelude_is_due_ = true;
  }
  if (compiled_->prelude)
    for (size_t i = 0; i < prelude_compiled().parameters.size(); ++i)
      if (const CompiledParameter& p = prelude_compiled().parameters[i]; p.is_own())
        in_prelude_[size_t(std::ranges::find(all, p.name, &CompiledParameter::name) - all.begin())] = int(i);
}

void Program::check_target() const {
  const Target there = device()->target(), &wanted = compiled_->target;
  if (wanted.triple != there.triple || wanted.cpu != there.cpu)
    fail(compiled_->name, " was compiled for ", wanted.triple, " ", wanted.cpu, ", the device ", device()->name(),
         " is ", there.triple, " ", there.cpu, "; compile it for this device");
  for (const std::string& feature : wanted.features)
    if (!std::ranges::binary_search(there.features, feature))
      fail(compiled_->name, " was compiled for a processor with ", feature.substr(1), ", which the device ",
           device()->name(), " lacks; compile it for this one");
}

void Program::load() {
  const Compiled& c = *compiled_;
  for (const Literal& l : c.literals) {
    literals_.push_back(device()->allocate(std::max<size_t>(l.bytes.size(), 1)));
    device()->write(*literals_.back(), 0, l.bytes);
  }
  unused_ = device()->allocate(kBufferAlignment);
  executable_ = device()->load(c.code, c.steps, c.num_buffers(), c.scalars.size());
}

// What the compiler added is this graph's; other names mean the same tensor in every program of the store.
std::string Program::stored_name(size_t parameter) const {
  const CompiledParameter& p = compiled_->parameters[parameter];
  if (p.folded >= 0) return str(prelude_compiled().identity, " result ", p.folded);
  return p.literal ? str(compiled_->identity, " ", p.name) : p.name;
}

Program& Program::prelude() {
  if (!prelude_) prelude_ = std::make_shared<Program>(compiled_->prelude, device());
  return *prelude_;
}

std::vector<int> Program::missing_weights() const {
  std::lock_guard lock(mutex_);
  std::vector<int> missing;
  for (size_t i = 0; i < num_own_; ++i) {
    const CompiledParameter& p = compiled_->parameters[i];
    if (p.kind != ParameterKind::kWeight) continue;
    const int folded = prelude_is_due_ ? in_prelude_[i] : -1;
    const bool fed = folded < 0 || (prelude_ && prelude_->weights_[size_t(folded)]);
    if ((p.read && !weights_[i]) || !fed) missing.push_back(int(i));
  }
  return missing;
}

bool Program::set_weight(int parameter, std::span<const uint8_t> bytes, std::shared_ptr<const void> owner) {
  const auto i = size_t(parameter);
  const CompiledParameter& p = compiled_->parameters[i];
  check(p.kind == ParameterKind::kWeight, "%", p.name, " is no weight");
  if (int64_t(bytes.size()) != p.type.bytes().value())
    fail("weight ", p.name, ": ", bytes.size(), " bytes were given, ", text(p.type), " has ", p.type.bytes().value());
  std::lock_guard lock(mutex_);
  ++version_;
  bool all_copied = true;
  if (in_prelude_[i] >= 0) {
    all_copied = prelude().set_weight(in_prelude_[i], bytes, owner);
    prelude_is_due_ = true;
  }
  if (!p.read) return all_copied;
  bool copied = false;
  weights_[i] = store_->place(stored_name(i), p.type, p.packed, bytes, std::move(owner), &copied);
  return copied && all_copied;
}

std::vector<int> Program::fold_weights() {
  if (!prelude_is_due_) return {};
  std::lock_guard lock(mutex_);
  if (!prelude_is_due_) return {};
  const auto& all = compiled_->parameters;
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].literal && in_prelude_[i] >= 0) prelude().set_weight(in_prelude_[i], all[i].literal->bytes, compiled_);
  prelude();
  {
    Run run(prelude_);
    run.run();
    for (size_t i = 0; i < all.size(); ++i)
      if (all[i].folded >= 0) take_folded(run.result(all[i].folded), i);
  }
  for (BufferRef& weight : prelude_->weights_) weight = nullptr;
  prelude_->store_ = std::make_shared<WeightStore>(device());
  prelude_is_due_ = false, ++version_;
  std::vector<int> unneeded;
  for (size_t i = 0; i < num_own_; ++i)
    if (in_prelude_[i] >= 0 && !all[i].read) unneeded.push_back(int(i));
  return unneeded;
}

// A result of the prelude becomes a weight.
void Program::take_folded(const BufferRef& from, size_t parameter) {
  const CompiledParameter& p = compiled_->parameters[parameter];
  if (!p.packed) {
    store_->keep(stored_name(parameter), p.type, false, from);
    weights_[parameter] = from;
    return;
  }
  const auto bytes = size_t(p.type.bytes().value());
  std::vector<uint8_t> copy;
  const auto* host = static_cast<const uint8_t*>(from->host());
  if (!host) {
    copy.resize(bytes), device()->read(*from, 0, copy);
    host = copy.data();
  }
  weights_[parameter] = store_->place(stored_name(parameter), p.type, true, {host, bytes}, nullptr);
}

}  // namespace tegula
