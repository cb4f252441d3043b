#include "runtime/run.h"

#include <algorithm>

#include "base/error.h"

namespace tegula {
namespace {

std::string shape_text(DType dtype, std::span<const int64_t> shape) {
  std::string out(name(dtype));
  out += '[';
  for (size_t i = 0; i < shape.size(); ++i) out += str(i ? ", " : "", shape[i]);
  return out + "]";
}

// Bytes of an array, or -1 where it has none: negative extents, broken blocks, more than 63 bits.
int64_t array_bytes(DType dtype, std::span<const int64_t> shape) {
  const DTypeInfo& i = info(dtype);
  int64_t bytes = i.block_bytes;
  for (size_t a = 0; a < shape.size(); ++a) {
    const bool last = a + 1 == shape.size();
    if (shape[a] < 0 || (last && shape[a] % i.block_elements)) return -1;
    if (__builtin_mul_overflow(bytes, last ? shape[a] / i.block_elements : shape[a], &bytes)) return -1;
  }
  return bytes;
}

size_t aligned(int64_t bytes) { return (size_t(bytes) + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment; }

// Makes `buffer` at least so large.
void grow(BufferRef& buffer, Device& device, int64_t bytes) {
  if (!buffer || buffer->bytes() < size_t(bytes)) buffer = device.allocate(aligned(std::max<int64_t>(1, bytes)));
}

}  // namespace

Run::Run(ProgramRef program)
    : program_(std::move(program)),
      compiled_(program_->compiled()),
      executable_(program_->executable_->copy()),
      symbols_(program_->symbols_.size(), -1),
      inputs_(compiled_.parameters.size()),
      bound_shape_(compiled_.parameters.size()),
      given_(compiled_.results.size()),
      own_(compiled_.results.size()),
      spare_(compiled_.results.size()),
      buffers_(compiled_.num_buffers(), program_->unused_),
      scalars_(compiled_.scalars.size()) {
  for (size_t i = 0; i < compiled_.literals.size(); ++i) buffers_[compiled_.literal_buffer(i)] = program_->literals_[i];
}

void Run::bind(int parameter, BufferRef buffer, DType dtype, std::span<const int64_t> shape) {
  const auto i = size_t(parameter);
  const CompiledParameter& p = compiled_.parameters[i];
  const auto mismatch = [&](const auto&... why) {
    fail("%", p.name, ": ", shape_text(dtype, shape), " was given, it is ", text(p.type), why...);
  };
  check(p.kind != ParameterKind::kWeight, "%", p.name, " is a weight: it is set, not bound");
  if (dtype != p.type.dtype || shape.size() != p.type.shape.size()) mismatch();
  const int64_t bytes = array_bytes(dtype, shape);
  if (bytes < 0) mismatch("; no array is like that");
  if (!buffer || buffer->bytes() < size_t(bytes))
    mismatch(" and has ", bytes, " bytes, its buffer ", buffer ? buffer->bytes() : 0);
  for (size_t a = 0; a < shape.size(); ++a)
    if (const int s = program_->axis_symbol_[i][a]; s >= 0 && symbols_[size_t(s)] != shape[a])
      symbols_[size_t(s)] = shape[a], stale_ = true;
  if (!std::ranges::equal(shape, bound_shape_[i])) bound_shape_[i].assign(shape.begin(), shape.end()), stale_ = true;
  if (inputs_[i] != buffer) inputs_[i] = std::move(buffer), stale_ = true;
}

void Run::bind_result(int result, BufferRef buffer) {
  const int state = compiled_.results[size_t(result)].parameter;
  if (state >= 0 && buffer)
    fail(compiled_.name, ": result ", result, " is the state %", compiled_.parameters[size_t(state)].name,
         ", which is changed where it is; bind the state to the buffer that it is to be in");
  if (given_[size_t(result)] != buffer) given_[size_t(result)] = std::move(buffer), stale_ = true;
}

void Run::run() {
  program_->fold_weights();
  if (stale_ || version_ != program_->version_) prepare();
  executable_->run(raw_, scalars_);
}

void Run::prepare() {
  stale_ = true;  // where anything throws
  version_ = program_->version_;
  check_shapes();
  for (const Requirement& r : compiled_.requirements)
    if (evaluate(r.nonnegative) < 0) fail(compiled_.name, ": ", r.message);
  for (size_t i = 0; i < scalars_.size(); ++i) scalars_[i] = evaluate(compiled_.scalars[i]);
  if (const int64_t bytes = scalars_[compiled_.arena_bytes]; bytes > 0) {
    grow(arena_, *program_->device(), bytes);
    buffers_[0] = arena_;
  }
  place_parameters();
  place_results();
  check_aliases();
  raw_.clear();
  for (const BufferRef& b : buffers_) raw_.push_back(b.get());
  stale_ = false;
}

// Each shape against the symbols as all inputs gave them.
void Run::check_shapes() const {
  for (size_t i = 0; i < bound_shape_.size(); ++i) {
    const CompiledParameter& p = compiled_.parameters[i];
    for (size_t a = 0; a < bound_shape_[i].size(); ++a)
      if (const int64_t want = evaluate(p.type.shape[a]); want != bound_shape_[i][a])
        fail("%", p.name, ": ", shape_text(p.type.dtype, bound_shape_[i]), " was given for ", text(p.type), ": axis ",
             a, " should be ", want);
  }
}

void Run::place_parameters() {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const CompiledParameter& p = compiled_.parameters[i];
    const bool is_weight = p.kind == ParameterKind::kWeight;
    const BufferRef& buffer = is_weight ? program_->weights_[i] : inputs_[i];
    if (!buffer && (p.read || !is_weight)) fail(compiled_.name, ": nothing was bound to %", p.name, ": ", text(p.type));
    if (p.written && !buffer->is_writable())
      fail("%", p.name, ": the run changes this state, and its buffer may only be read; give it a copy");
    buffers_[compiled_.parameter_buffer(i)] = buffer ? buffer : program_->unused_;
  }
}

bool Run::is_bound(const BufferRef& buffer) const {
  return std::ranges::find(inputs_, buffer) != inputs_.end() || std::ranges::find(given_, buffer) != given_.end();
}

// A buffer of the run's own that has become an input gives way to the one before it.
void Run::place_results() {
  for (size_t i = 0; i < compiled_.results.size(); ++i) {
    const CompiledResult& r = compiled_.results[i];
    if (r.parameter >= 0) continue;
    const int64_t bytes = evaluate(r.type.bytes());
    BufferRef& place = buffers_[compiled_.result_buffer(i)];
    if (given_[i]) {
      if (given_[i]->bytes() < size_t(bytes) || !given_[i]->is_writable())
        fail(compiled_.name, ": result ", i, ", ", text(r.type), ", has ", bytes, " bytes, the buffer given for it ",
             given_[i]->is_writable() ? str("only ", given_[i]->bytes()) : "may only be read");
      place = given_[i];
      continue;
    }
    if (own_[i] && is_bound(own_[i])) std::swap(own_[i], spare_[i]);
    if (own_[i] && is_bound(own_[i])) own_[i] = nullptr;
    grow(own_[i], *program_->device(), bytes);
    place = own_[i];
  }
}

// No buffer that the run writes may overlap another that it was given.
void Run::check_aliases() const {
  struct Part {
    uintptr_t begin, end;
    bool written;
    std::string (*name)(const Compiled&, size_t);
    size_t index;
  };
  std::vector<Part> parts;
  const auto add = [&](const BufferRef& b, bool written, auto name, size_t index) {
    if (!b || b->bytes() == 0) return;
    const auto begin = reinterpret_cast<uintptr_t>(b->host() ? b->host() : static_cast<const void*>(b.get()));
    parts.push_back({begin, begin + (b->host() ? b->bytes() : 1), written, name, index});
  };
  for (size_t i = 0; i < inputs_.size(); ++i)
    add(
        inputs_[i], compiled_.parameters[i].written,
        [](const Compiled& c, size_t p) { return "%" + c.parameters[p].name; }, i);
  for (size_t i = 0; i < given_.size(); ++i)
    add(given_[i], true, [](const Compiled&, size_t r) { return str("result ", r); }, i);
  std::ranges::sort(parts, {}, &Part::begin);
  const Part *last = nullptr, *last_written = nullptr;  // of those before, the ones that end last
  for (const Part& part : parts) {
    const Part* before = part.written ? last : last_written;
    if (before && before->end > part.begin) {
      const Part& changed = part.written ? part : *before;
      fail(compiled_.name, ": ", before->name(compiled_, before->index), " and ", part.name(compiled_, part.index),
           " share memory, and the run writes ", changed.name(compiled_, changed.index),
           "; give each a buffer of its own");
    }
    if (!last || part.end > last->end) last = &part;
    if (part.written && (!last_written || part.end > last_written->end)) last_written = &part;
  }
}

int64_t Run::symbol(std::string_view name) const {
  const auto at = std::ranges::find(program_->symbols_, name);
  const int64_t value = at == program_->symbols_.end() ? -1 : symbols_[size_t(at - program_->symbols_.begin())];
  if (value < 0) fail(compiled_.name, ": no input says what ", name, " is");
  return value;
}

int64_t Run::evaluate(const Dim& dim) const {
  return dim.evaluate([this](std::string_view name) { return symbol(name); });
}

const BufferRef& Run::result(int i) const {
  const int state = compiled_.results[size_t(i)].parameter;
  return buffers_[state >= 0 ? compiled_.parameter_buffer(size_t(state)) : compiled_.result_buffer(size_t(i))];
}

std::vector<int64_t> Run::result_shape(int i) const {
  std::vector<int64_t> out;
  for (const Dim& d : result_type(i).shape) out.push_back(evaluate(d));
  return out;
}

size_t Run::arena_bytes() const { return compiled_.scalars.empty() ? 0 : size_t(scalars_[compiled_.arena_bytes]); }

}  // namespace tegula
