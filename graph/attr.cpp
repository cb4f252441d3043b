// attr.h: the values, their order and their text.
#include "graph/attr.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"

namespace tegula {
namespace {

// Round to nearest even from f32 to a 16-bit float of 5 + 10 or 8 + 7 bits.
uint16_t to_bf16(float v) {
  uint32_t u = std::bit_cast<uint32_t>(v);
  if (std::isnan(v)) return uint16_t((u >> 16) | 0x40);
  return uint16_t((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}

template <class T>
void put(std::vector<uint8_t>& out, T v) {
  out.resize(sizeof v);
  std::memcpy(out.data(), &v, sizeof v);
}

template <class T>
double take(const Literal& l, int64_t i) {
  T v;
  std::memcpy(&v, l.bytes.data() + size_t(i) * sizeof v, sizeof v);
  return double(v);
}

// Truncation as in a cast, without undefined behaviour outside the range.
template <class T>
T to_integer(double v) {
  if (std::isnan(v)) return 0;
  if (v <= double(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  if (v >= double(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
  return T(v);
}

}  // namespace

Literal scalar_literal(DType dtype, double v) {
  Literal out{{dtype, {}}, {}};
  switch (dtype) {
    case DType::kBool: put(out.bytes, uint8_t(v != 0)); break;
    case DType::kI8: put(out.bytes, to_integer<int8_t>(v)); break;
    case DType::kI16: put(out.bytes, to_integer<int16_t>(v)); break;
    case DType::kI32: put(out.bytes, to_integer<int32_t>(v)); break;
    case DType::kI64: put(out.bytes, to_integer<int64_t>(v)); break;
    case DType::kU8: put(out.bytes, to_integer<uint8_t>(v)); break;
    case DType::kU16: put(out.bytes, to_integer<uint16_t>(v)); break;
    case DType::kU32: put(out.bytes, to_integer<uint32_t>(v)); break;
    case DType::kU64: put(out.bytes, to_integer<uint64_t>(v)); break;
    case DType::kF16: put(out.bytes, static_cast<_Float16>(v)); break;
    case DType::kBF16: put(out.bytes, to_bf16(float(v))); break;
    case DType::kF32: put(out.bytes, float(v)); break;
    case DType::kF64: put(out.bytes, v); break;
    case DType::kC64:
      out.bytes.resize(8);
      {
        float re = float(v);
        std::memcpy(out.bytes.data(), &re, 4);
      }
      break;
    case DType::kC128:
      out.bytes.resize(16);
      std::memcpy(out.bytes.data(), &v, 8);
      break;
    default: fail("constant: there is no literal of dtype ", name(dtype));
  }
  return out;
}

double literal_element(const Literal& l, int64_t i) {
  switch (l.type.dtype) {
    case DType::kBool: return take<uint8_t>(l, i);
    case DType::kI8: return take<int8_t>(l, i);
    case DType::kI16: return take<int16_t>(l, i);
    case DType::kI32: return take<int32_t>(l, i);
    case DType::kI64: return take<int64_t>(l, i);
    case DType::kU8: return take<uint8_t>(l, i);
    case DType::kU16: return take<uint16_t>(l, i);
    case DType::kU32: return take<uint32_t>(l, i);
    case DType::kU64: return take<uint64_t>(l, i);
    case DType::kF16: return take<_Float16>(l, i);
    case DType::kBF16: {
      uint16_t v;
      std::memcpy(&v, l.bytes.data() + size_t(i) * 2, 2);
      return std::bit_cast<float>(uint32_t(v) << 16);
    }
    case DType::kF32: return take<float>(l, i);
    case DType::kF64: return take<double>(l, i);
    default: check(false, "literal_element of ", name(l.type.dtype)); return 0;
  }
}

Attr::Attr(const Attr&) = default;
Attr::Attr(Attr&&) noexcept = default;
Attr& Attr::operator=(const Attr&) = default;
Attr& Attr::operator=(Attr&&) noexcept = default;
Attr::~Attr() = default;

Attrs::Attrs() = default;
Attrs::Attrs(std::initializer_list<Item> items) {
  for (const Item& i : items) set(i.first, i.second);
}
Attrs::Attrs(const Attrs&) = default;
Attrs::Attrs(Attrs&&) noexcept = default;
Attrs& Attrs::operator=(const Attrs&) = default;
Attrs& Attrs::operator=(Attrs&&) noexcept = default;
Attrs::~Attrs() = default;

void Attrs::set(std::string_view name, Attr value) {
  auto at = std::lower_bound(items_.begin(), items_.end(), name,
                             [](const Item& i, std::string_view n) { return i.first < n; });
  if (at != items_.end() && at->first == name) at->second = std::move(value);
  else items_.insert(at, {std::string(name), std::move(value)});
}

const Attr* Attrs::find(std::string_view name) const {
  for (const Item& i : items_)
    if (i.first == name) return &i.second;
  return nullptr;
}

void Attrs::missing(std::string_view name) {
  check(false, "attribute \"", name, "\" is absent or of another kind");
  std::abort();
}

}  // namespace tegula
