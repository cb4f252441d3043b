// Op: everything that is known of one operation, in one constexpr object; op/ holds one header per op.
// One idea: an op is data. Builder functions, parser keywords, docs, tests and the compiler read it; nothing registers.
// An op has one way to become code: `scalar`, `element`, `reduce`, `kernel`, or `expand` into other ops (control flow,
// which the compiler itself knows, has none). One with a kernel may have an expansion as well: what its gradient and
// its batches are taken of, and what computes it in f64, since such kernels compute in f32.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "graph/graph.h"

namespace tegula {

// A set of dtypes that an operand may have.
using DTypeSet = uint32_t;
constexpr DTypeSet set_of(DType d) { return 1u << int(d); }
constexpr DTypeSet kBools = set_of(DType::kBool);
constexpr DTypeSet kSignedInts = set_of(DType::kI8) | set_of(DType::kI16) | set_of(DType::kI32) | set_of(DType::kI64);
constexpr DTypeSet kUnsignedInts = set_of(DType::kU8) | set_of(DType::kU16) | set_of(DType::kU32) | set_of(DType::kU64);
constexpr DTypeSet kInts = kSignedInts | kUnsignedInts;
constexpr DTypeSet kFloats = set_of(DType::kF16) | set_of(DType::kBF16) | set_of(DType::kF32) | set_of(DType::kF64);
constexpr DTypeSet kComplexes = set_of(DType::kC64) | set_of(DType::kC128);
constexpr DTypeSet kReals = kInts | kFloats;
constexpr DTypeSet kNumbers = kReals | kComplexes;
constexpr DTypeSet kDense = kBools | kNumbers;  // every dtype whose elements stand alone
constexpr DTypeSet kQuantized = ~kDense & ((set_of(DType::kMXFP4) << 1) - 1);
constexpr DTypeSet kIndices = set_of(DType::kI32) | set_of(DType::kI64);
// The names in a set, as errors and docs print them.
std::string text_of(DTypeSet set);

enum class Access : uint8_t {
  kLoad,          // read element by element through a lambda: producers fuse into it
  kBuffer,        // read as a contiguous buffer
  kPacked,        // a weight in the kernel's packed layout where the layout pass packed it, else as kLoad
  kPackedGroups,  // the same of a weight [e, n, k]: e packed matrices, one after another
};

struct Operand {
  std::string_view name = {};  // empty: no such operand
  DTypeSet dtypes = kDense;
  Access access = Access::kLoad;
};

inline constexpr int kMaxOperands = 12, kMaxAttrs = 8;

// What an op needs of dims whose symbols are not known yet: that one is >= 0. A run checks it when it binds them.
struct Requirement {
  Dim nonnegative;
  std::string message;  // what the user is told where it is not
};

// What infer is given. Attributes are complete and of their declared kinds, operand dtypes are in their sets.
struct Infer {
  const Op& op;
  std::span<const Type> operands;
  const Attrs& attrs;
  std::vector<Requirement>* requirements = nullptr;  // where to collect them; null: not asked for

  const Type& operator[](size_t i) const { return operands[i]; }
  // Throws Error "OP: PARTS".
  template <class... Parts>
  [[noreturn]] void error(const Parts&... parts) const;
  // Error "OP: PARTS" where d is certainly negative; a requirement of the run where it might be.
  template <class... Parts>
  void require(const Dim& d, const Parts&... parts) const;
  // The same where a differs from b.
  template <class... Parts>
  void require_equal(const Dim& a, const Dim& b, const Parts&... parts) const {
    require(a - b, parts...), require(b - a, parts...);
  }
  // The attribute's value, which must be in low..high; else an Error that names it.
  int64_t integer(std::string_view name, int64_t low, int64_t high) const;
  // The axis attribute's value in 0..rank-1 (negative counts from the end), or an Error.
  int axis(int64_t axis, int rank) const;
};

// What a gradient rule is given. It returns one cotangent per operand, in the operand's dtype; "no value" means zero.
// A cotangent may have the shape of the result where the operand was broadcast: the caller sums it back.
struct Vjp {
  const Node& node;
  std::span<const Value> operands;  // the node's, as values of the graph being built
  std::span<const Value> results;
  std::span<const Value> cotangents;  // of the results; never "no value" (zeros are made)

  // As rules are written on paper: y = f(x), dy the cotangent of y.
  Value x(size_t i = 0) const { return operands[i]; }
  Value y(size_t i = 0) const { return results[i]; }
  Value dy(size_t i = 0) const { return cotangents[i]; }
};

// What a batching rule is given: operands whose axis 0 is the batch where `batched` says so.
// It returns the results, each with the batch as axis 0.
struct Batch {
  const Node& node;
  std::span<const Value> operands;
  std::span<const bool> batched;
  Dim size;  // of the batch axis
};

// What an element rule (an op that only re-reads its operands: transpose, slice, pad, ...) is given:
// it returns the C++ expression of one element of the result.
struct ElementCode {
  const Node& node;
  std::span<const std::string> index;  // C++ expression (i64) of each index of the result's element
  std::function<std::string(int operand, const std::vector<std::string>& index)> element;
  std::function<std::string(const Dim&)> dim;          // C++ expression of a Dim
  std::function<std::string(const Literal&)> literal;  // C++ expression of a 0-d literal
};

// What a kernel rule is given and returns: one call of a template of kernel/.
struct KernelCode {
  const Node& node;
  std::function<std::string(int operand)> load;  // name of a lambda over the operand's indices
  // Does load(operand) give, for the indices but the last, a functor over the last? Only for the op's row_operand.
  std::function<bool(int operand)> by_rows;
  std::function<std::string(int operand)> buffer;  // name of a pointer, or of a Packed<...> for a packed operand
  std::function<bool(int operand)> packed;
  // Name of a lambda over the result's indices and the value; of -1: over the indices and the values of all results,
  // which then have one shape and are stored together.
  std::function<std::string(int result)> store;
  std::function<std::string(const Dim&)> dim;
  std::function<std::string(int result)> result;  // name of the pointer that the result is written to, if reads_back
  // Declarations that split the i64 `flat` into indices over `shape`, named `names`.
  std::function<std::string(std::string_view flat, const Shape& shape, const std::vector<std::string>& names)> split;
  bool simt;  // compiled for blocks of many threads: some grids differ
};
struct KernelCall {
  std::string header;  // "kernel/matmul.h"
  Dim grid;            // how many blocks the launch has: by the formula of the kernel's header (`matmul_blocks`, ...)
  std::string text;    // the C++ statement; `blocks` is in scope
};

// About how many instructions one element takes, which decides between computing a value again and storing it.
enum class Cost : uint8_t {
  kFree,            // only re-reads what it is given
  kConversion,      // free where every value stays what it is (bf16 to f32), else as kCheap
  kCheap,           // one or a few
  kSeveral,         // a division, a root, an index that comes from memory
  kTranscendental,  // dozens: exp, fmod, a loop
};

// What passes may know of an op beside its rules: they decide by these and name no op.
struct Facts {
  Cost cost = Cost::kCheap;            // of an element; not asked of kernels and reductions
  bool moves = false;                  // each element of the result is one of operand 0
  bool inlines = false;                // its attribute "graph" may take its place
  std::optional<double> neutral = {};  // x OP neutral is x, exactly; a zero with its sign
  bool commutes = false;               // x OP y is y OP x
  int8_t in_place = -1;  // result 0 is this operand's buffer, changed (scatter); copied first where still needed

  // Of kernel rules.
  int8_t row_operand = -1;     // the operand that may come by rows (KernelCode::by_rows)
  bool repeats_loads = false;  // loads an operand's element more than once or twice (matmul, conv)
  bool joint_store = false;    // has several results of one shape and calls store(-1)
  bool reads_back = false;     // writes its one result by pointer and reads it again (sort)
  // What nodes that share operand 0 become where operand 1 of each is a weight [n, k], walked by rows: one node of this
  // op, over operand 0 and the weights. `paired`: two, of weights of one type, whose results are used together;
  // `merged`: up to kMostMerged. Null: there is no such kernel.
  const Op* paired = nullptr;
  const Op* merged = nullptr;
};
inline constexpr size_t kMostMerged = 4;

struct Op {
  std::string_view name;
  std::string_view doc;
  std::array<Operand, kMaxOperands> operands = {};
  bool variadic = false;  // the last operand may come any number of times
  uint8_t optional = 0;   // so many of the last operands may be left out
  std::array<AttrSpec, kMaxAttrs> attrs = {};
  // Result types. Null for elementwise ops: operands broadcast as in NumPy and have one dtype.
  std::vector<Type> (*infer)(const Infer&) = nullptr;
  // Elementwise: the result's dtype where it is not the operands' (comparisons give bool).
  DType (*result_dtype)(DType operand) = nullptr;

  // C++ expression over the operands' names, the attributes' names and T (the computing type); math is kernel/math.h's.
  std::string_view scalar = {};
  std::string (*element)(const ElementCode&) = nullptr;
  std::string_view header = {};  // of kernel/, that these need beside math.h
  // Name of the combining function in kernel/block.h: "Add", "Max", ...; the op has attributes axes and keep_dims.
  std::string_view reduce = {};
  KernelCall (*kernel)(const KernelCode&) = nullptr;
  Values (*expand)(const Node&, std::span<const Value> operands) = nullptr;

  Facts facts = {};
  // kernel rule: would a node of 16-bit floats round on the way? Then it is computed in f32, and rounded once.
  bool (*rounds_often)(const Attrs&) = nullptr;

  // The same for less, exact for every value, over these values of the graph being built; empty: it stays as it is.
  Values (*simplify)(const Node&, std::span<const Value> operands) = nullptr;
  // The same in parts that run side by side, where the node's results are too few to share out; empty: they aren't.
  Values (*split)(const Node&, std::span<const Value> operands) = nullptr;

  Values (*vjp)(const Vjp&) = nullptr;  // null: expand's gradient, or not differentiable
  bool differentiable = true;           // false: cotangents stop here (comparisons, argmax)
  // Null: the elementwise rule, or expand's; so also where it gives no values.
  Values (*batch)(const Batch&) = nullptr;

  bool is_elementwise() const { return !scalar.empty(); }
  int num_operands() const;
  int min_operands() const { return num_operands() - optional - (variadic ? 1 : 0); }
  const AttrSpec* find_attr(std::string_view attr) const;

  // Appends to the graph of its operands: `matmul(x, w)`.
  Value operator()(std::span<const Value> operands, Attrs attrs = {}) const;
  Value operator()(Value a, Attrs attrs = {}) const { return (*this)(std::span<const Value>(&a, 1), std::move(attrs)); }
  Value operator()(Value a, Value b, Attrs attrs = {}) const { return all({a, b}, std::move(attrs))[0]; }
  Value operator()(Value a, Value b, Value c, Attrs attrs = {}) const { return all({a, b, c}, std::move(attrs))[0]; }
  const Values& all(Values operands, Attrs attrs = {}) const;
};

template <class... Parts>
void Infer::error(const Parts&... parts) const {
  fail(op.name, ": ", parts...);
}

template <class... Parts>
void Infer::require(const Dim& d, const Parts&... parts) const {
  if (d.is_certainly_nonnegative()) return;
  if (d.is_constant()) error(parts...);
  if (requirements) requirements->push_back({d, str(op.name, ": ", parts...)});
}

// The shape that operands of these shapes broadcast to, as NumPy; a symbolic axis matches itself or 1. Throws Error.
Shape broadcast_shapes(std::string_view op, std::span<const Type> operands);
// Checks arity, dtypes and attributes, fills in defaults, and infers. What Graph::append does before adding.
std::vector<Type> infer_types(const Op& op, std::span<const Type> operands, Attrs& attrs,
                              std::vector<Requirement>* requirements = nullptr);
// What a run of the graph has to check of its dims: each op's requirements, and that no dim of a value is negative.
std::vector<Requirement> requirements_of(const Graph& graph);

// The literal of a node whose op has no operands: its value, or where of rank 0 that of each element. Null: it has
// none.
const Literal* literal_of(const Node& node);

// The list of ops that a parser or printer looks names up in.
using OpList = std::span<const Op* const>;
const Op* find_op(OpList ops, std::string_view name);

}  // namespace tegula
