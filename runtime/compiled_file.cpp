#include "runtime/compiled_file.h"

#include <algorithm>
#include <fstream>

#include "base/file.h"
#include "base/sha256.h"
#include "compile/layout.h"
#include "runtime/fields.h"

namespace tegula {

// What is not a plain list of fields: dims are texts, dtypes names, a step has its kind before it.

void fields(FieldWriter& a, Dim& x) { a(x.text()); }
void fields(FieldReader& a, Dim& x) {
  std::string text;
  a(text);
  size_t at = 0;
  try {
    x = parse_dim(text, at);
  } catch (const Error&) {
    a.damaged();
  }
  a.expect(at == text.size());
}

void fields(FieldWriter& a, Type& x) { a(std::string(name(x.dtype))), a(x.shape); }
void fields(FieldReader& a, Type& x) {
  std::string dtype;
  a(dtype), a(x.shape);
  const auto found = dtype_named(dtype);
  a.expect(found.has_value());
  x.dtype = *found;
  const int block = info(x.dtype).block_elements;
  a.expect(block == 1 || (!x.shape.empty() && divides(block, x.shape.back())));
  for (const Dim& d : x.shape) a.expect(!d.is_constant() || d.value() >= 0);
}

void fields(auto& a, Place& x) { a(x.buffer), a(x.offset); }
void fields(auto& a, Launch& x) {
  a(x.kernel), a(x.buffers), a(x.scalars), a(x.blocks), a(x.barrier), a(x.threads), a(x.shared_bytes);
}
void fields(auto& a, Copy& x) { a(x.from), a(x.to), a(x.bytes); }
void fields(auto& a, Branch& x);
void fields(auto& a, Loop& x);

void fields(FieldWriter& a, Step& x) {
  a(uint8_t(x.index()));
  std::visit([&](auto& step) { a(step); }, static_cast<Step::variant&>(x));
}
void fields(FieldReader& a, Step& x) {
  uint8_t kind = 0;
  a(kind);
  a.expect(kind < std::variant_size_v<Step::variant>);
  if (kind == 0) x = Launch();
  else if (kind == 1) x = Copy();
  else if (kind == 2) x = Branch();
  else x = Loop();
  std::visit([&](auto& step) { a(step); }, static_cast<Step::variant&>(x));
}

void fields(auto& a, Branch& x) { a(x.predicate), a(x.then), a(x.otherwise); }
void fields(auto& a, Loop& x) { a(x.predicate), a(x.condition), a(x.body); }
void fields(auto& a, Literal& x) { a(x.type), a(x.bytes); }
void fields(auto& a, Requirement& x) { a(x.nonnegative), a(x.message); }
void fields(auto& a, Target& x) { a(x.triple), a(x.cpu), a(x.features); }
void fields(auto& a, LaunchNote& x) { a(x.kernel), a(x.description), a(x.location); }
void fields(auto& a, CompiledParameter& x) {
  a(x.name), a(x.type), a(x.kind), a(x.packed), a(x.read), a(x.written), a(x.folded), a(x.literal);
}
void fields(auto& a, CompiledResult& x) { a(x.type), a(x.parameter); }
void fields(auto& a, Compiled& x) {
  a(x.name), a(x.identity), a(x.target), a(x.parameters), a(x.results), a(x.requirements);
  a(x.literals), a(x.scalars), a(x.arena_bytes), a(x.steps), a(x.code.kernels), a(x.launches);
}

namespace {

// The number goes up with every change of the fields, of how kernels are called, or of the packed layouts.
constexpr std::string_view kMagic = "tegula compiled 1\n", kMagicStart = "tegula compiled ";

std::string digest_of(std::string_view bytes) {
  const Digest digest = sha256({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  return {digest.begin(), digest.end()};
}

void write(FieldWriter& a, const Compiled& x) {
  a(x);
  a(std::vector<uint8_t>(x.code.bytes.begin(), x.code.bytes.end()));
  a(x.prelude != nullptr);
  if (x.prelude) write(a, *x.prelude);
}

// That everything which was read refers to what is there.
class Checker {
 public:
  Checker(const FieldReader& a, const Compiled& c) : a_(a), c_(c) {}

  void run() const {
    const size_t num_own = c_.num_own_parameters(), results = c_.prelude ? c_.prelude->results.size() : 0;
    for (size_t i = 0; i < c_.parameters.size(); ++i) {
      const CompiledParameter& p = c_.parameters[i];
      const bool weight = p.kind == ParameterKind::kWeight;
      a_.expect(p.kind <= ParameterKind::kState && p.is_own() == (i < num_own) && p.folded < int64_t(results));
      a_.expect(p.is_own() || weight);
      a_.expect(!weight || (p.type.has_constant_shape() && is_size(p.type)));
      a_.expect(!p.packed || (weight && has_packed_layout(p.type)));
      if (p.literal) literal(*p.literal), a_.expect(p.literal->type == p.type);
      if (p.folded >= 0) a_.expect(c_.prelude->results[size_t(p.folded)].type == p.type);
    }
    for (const CompiledResult& r : c_.results)
      a_.expect(r.parameter < 0 || (size_t(r.parameter) < c_.parameters.size() &&
                                    c_.parameters[size_t(r.parameter)].kind == ParameterKind::kState));
    for (const Literal& l : c_.literals) literal(l);
    scalar(c_.arena_bytes);
    steps(c_.steps);
    if (!c_.prelude) return;
    for (const CompiledParameter& p : c_.prelude->parameters) {
      const auto same = std::ranges::find(c_.parameters, p.name, &CompiledParameter::name);
      a_.expect(p.kind == ParameterKind::kWeight);
      a_.expect(!p.is_own() || (same != c_.parameters.end() && same->type == p.type));
    }
  }

 private:
  static bool is_size(const Type& t) {
    try {
      return t.bytes().value() >= 0;
    } catch (const Error&) {  // more than 64 bits
      return false;
    }
  }

  void literal(const Literal& l) const {
    a_.expect(l.type.has_constant_shape() && is_size(l.type) && l.type.bytes().value() == int64_t(l.bytes.size()));
  }
  void scalar(uint32_t i) const { a_.expect(i < c_.scalars.size()); }
  void place(const Place& p) const { a_.expect(p.buffer < c_.num_buffers()), scalar(p.offset); }

  void steps(const std::vector<Step>& steps) const {
    for (const Step& s : steps)
      std::visit([&](const auto& step) { check(step); }, static_cast<const Step::variant&>(s));
  }
  void check(const Launch& l) const {
    a_.expect(l.kernel < c_.code.kernels.size());
    for (const Place& p : l.buffers) place(p);
    for (uint32_t s : l.scalars) scalar(s);
    scalar(l.blocks);
  }
  void check(const Copy& c) const { place(c.from), place(c.to), scalar(c.bytes); }
  void check(const Branch& b) const { place(b.predicate), steps(b.then), steps(b.otherwise); }
  void check(const Loop& l) const { place(l.predicate), steps(l.condition), steps(l.body); }

  const FieldReader& a_;
  const Compiled& c_;
};

CompiledRef read(FieldReader& a, int depth) {
  a.expect(depth < 8);
  auto out = std::make_shared<Compiled>();
  a(*out);
  auto code = std::make_shared<std::vector<uint8_t>>();
  a(*code);
  out->code.bytes = *code, out->code.owner = code;
  bool has_prelude = false;
  a(has_prelude);
  if (has_prelude) out->prelude = read(a, depth + 1);
  Checker(a, *out).run();
  return out;
}

}  // namespace

std::string compiled_bytes(const Compiled& compiled) {
  FieldWriter writer;
  writer.bytes = kMagic;
  write(writer, compiled);
  return writer.bytes + digest_of(writer.bytes);
}

CompiledRef parse_compiled(std::string_view bytes, const std::string& origin) {
  if (!bytes.starts_with(kMagicStart)) fail(origin, ": is no compiled program, as tegula compile writes them");
  if (!bytes.starts_with(kMagic)) fail(origin, ": is a compiled program of another version of Tegula: compile it anew");
  const size_t end = std::max(bytes.size(), kMagic.size() + sizeof(Digest)) - sizeof(Digest);
  FieldReader reader(bytes.substr(kMagic.size(), end - kMagic.size()), origin);
  reader.expect(bytes.substr(end) == digest_of(bytes.substr(0, end)));
  CompiledRef out = read(reader, 0);
  reader.expect_end();
  return out;
}

void save_compiled(const Compiled& compiled, const std::string& path) {
  if (!compiled.code.kernels.empty() && compiled.code.bytes.empty())
    fail(path, ": ", compiled.name, " has no code to save: compile it for a device that runs");
  write_file(path, compiled_bytes(compiled));
}

CompiledRef load_compiled(const std::string& path) { return parse_compiled(read_file(path), path); }

bool is_compiled_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string start(kMagicStart.size(), '\0');
  return file.read(start.data(), std::streamsize(start.size())) && start == kMagicStart;
}

}  // namespace tegula
