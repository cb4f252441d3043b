#include "compile/layout.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/parallel.h"
#include "compile/launch.h"
#include "graph/op.h"
#include "kernel/pack.h"

namespace tegula {
namespace {

const kernel::PackFormat* format_of(DType dtype) {
  std::string wanted(name(dtype));
  for (char& c : wanted) c = char(std::toupper(static_cast<unsigned char>(c)));
  for (const kernel::PackFormat& f : kernel::kPackFormats)
    if (f.name == wanted) return &f;
  return nullptr;
}

bool can_pack(const Parameter& p) { return p.kind == ParameterKind::kWeight && has_packed_layout(p.value.type()); }

// Does the body walk its parameter `i` by rows?
bool walks(const Graph& body, int i) {
  const Value v = body.parameters()[size_t(i)].value;
  for (const Node& n : body.nodes())
    for (size_t o = 0; o < n.operands.size(); ++o)
      if (n.operands[o] == v && walks_rows(n, o)) return true;
  return false;
}

}  // namespace

bool has_packed_layout(const Type& type) { return (type.rank() == 2 || type.rank() == 3) && format_of(type.dtype); }

bool walks_rows(const Node& n, size_t operand) {
  const Access packed = n.operand_type(operand).rank() == 3 ? Access::kPackedGroups : Access::kPacked;
  if (n.op->operands[std::min(operand, size_t(n.op->num_operands() - 1))].access != packed) return false;
  const Attr* transposed = n.attrs.find("transpose_b");
  return !transposed || std::get<bool>(*transposed);
}

std::vector<bool> packed_weights(const Graph& fused) {
  std::vector<bool> packed(fused.parameters().size());
  for (const Parameter& p : fused.parameters()) {
    if (!is_quantized(p.value.dtype())) continue;
    if (!can_pack(p))
      fail("%", p.name, ": ", text(p.value.type()),
           " must be a weight [n, k] or [e, n, k] of constant shape to be computed with");
    packed[size_t(p.value.index())] = true;
  }
  for (const Node& n : fused.nodes()) {
    if (n.op != &kLaunch) continue;
    for (size_t o = 0; o < n.operands.size(); ++o) {
      Value v = n.operands[o];
      if (!v.node() && can_pack(fused.parameters()[size_t(v.index())]) && walks(n.attrs.graph("body"), int(o)))
        packed[size_t(v.index())] = true;
    }
  }
  return packed;
}

BufferRef pack_weight(Device& device, const Type& type, std::span<const uint8_t> bytes) {
  const kernel::PackFormat& format = *format_of(type.dtype);
  int64_t n = type.shape[type.shape.size() - 2].value(), k = type.shape.back().value();
  int64_t count = type.rank() == 3 ? type.shape[0].value() : 1;  // of matrices, one after another
  int64_t groups = (n + kernel::kRows - 1) / kernel::kRows, packed_bytes = format.bytes(n, k),
          file_bytes = count ? int64_t(bytes.size()) / count : 0;
  BufferRef out = device.allocate(std::max<size_t>(1, size_t(count * packed_bytes)));
  std::vector<uint8_t> staged;
  uint8_t* to = static_cast<uint8_t*>(out->host());
  if (!to) staged.resize(size_t(count * packed_bytes)), to = staged.data();
  int64_t parts =
      std::clamp<int64_t>(int64_t(bytes.size() >> 20), 1, std::max(1u, std::thread::hardware_concurrency()));
  std::atomic<int64_t> next = 0;
  on_threads(size_t(parts), [&] {
    for (int64_t part; (part = next++) < parts;)
      for (int64_t i = 0; i < count; ++i)
        format.pack(bytes.data() + i * file_bytes, n, k, to + i * packed_bytes, groups * part / parts,
                    groups * (part + 1) / parts);
  });
  if (!staged.empty()) device.write(*out, 0, staged);
  return out;
}

}  // namespace tegula
