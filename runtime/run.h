// Run: one use of a program at a time: its inputs, its results, and the memory between them.
// One idea: shapes are bound, not compiled: the inputs' shapes say what the symbols are, and only where they changed
// are the sizes that depend on them computed anew. A state is donated: the run may change its buffer, which the result
// that continues it then is. Other results are written to buffers of the run's own, or to those that the caller gives.
// Invariants: a run with unchanged symbols and buffers allocates nothing; what a run writes is no buffer that it reads.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/program.h"

namespace tegula {

class Run {
 public:
  // Any number of one program's runs may be under way at the same time, each on a thread of its own.
  explicit Run(ProgramRef program);

  // An input or a state, of this dtype and shape. Error where they or the buffer's size are not as the parameter wants.
  void bind(int parameter, BufferRef buffer, DType dtype, std::span<const int64_t> shape);
  // Where to write a result that is not a state's; null: to a buffer of the run's own, as at first.
  void bind_result(int result, BufferRef buffer);

  // Error naming the parameter or symbol that nothing was bound to, or the buffers that may not be one.
  // Returns when the work is queued; Device::read waits for it.
  void run();

  // Result i of the last run and its shape. It may be bound as an input of the next one.
  const BufferRef& result(int i) const;
  std::vector<int64_t> result_shape(int i) const;
  const Type& result_type(int i) const { return compiled_.results[size_t(i)].type; }

  const Program& program() const { return *program_; }
  size_t arena_bytes() const;  // as of the last run

 private:
  int64_t symbol(std::string_view name) const;
  int64_t evaluate(const Dim& dim) const;
  void prepare();
  void check_shapes() const;
  void place_parameters();
  void place_results();
  void check_aliases() const;
  bool is_bound(const BufferRef& buffer) const;

  ProgramRef program_;
  const Compiled& compiled_;
  std::unique_ptr<Executable> executable_;
  std::vector<int64_t> symbols_;                   // -1: not known
  std::vector<BufferRef> inputs_;                  // by parameter: what was bound
  std::vector<std::vector<int64_t>> bound_shape_;  // by parameter
  std::vector<BufferRef> given_, own_, spare_;     // by result: the caller's; the run's, and the one before it
  BufferRef arena_;
  std::vector<BufferRef> buffers_;  // as the schedule counts them
  std::vector<Buffer*> raw_;
  std::vector<int64_t> scalars_;
  bool stale_ = true;  // symbols or buffers changed since the last run
  uint64_t version_ = 0;
};

}  // namespace tegula
