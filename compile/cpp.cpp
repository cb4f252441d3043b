#include "compile/cpp.h"

#include <cstring>

#include "base/error.h"
#include "base/number_text.h"

namespace tegula {
namespace {

template <class T>
T part(const Literal& l, size_t i) {
  T v;
  std::memcpy(&v, l.bytes.data() + i * sizeof v, sizeof v);
  return v;
}

}  // namespace

std::string cpp_literal(const Literal& l) {
  switch (l.type.dtype) {
    case DType::kBool: return l.bytes[0] ? "true" : "false";
    case DType::kF16:
    case DType::kBF16:
    case DType::kF32: return cpp_text(float(literal_element(l, 0)));
    case DType::kF64: return cpp_text(literal_element(l, 0));
    case DType::kC64: return str("c64(", cpp_text(part<float>(l, 0)), ", ", cpp_text(part<float>(l, 1)), ")");
    case DType::kC128: return str("c128(", cpp_text(part<double>(l, 0)), ", ", cpp_text(part<double>(l, 1)), ")");
    default: break;
  }
  uint64_t bits = 0;
  std::memcpy(&bits, l.bytes.data(), l.bytes.size());
  return str(info(l.type.dtype).cpp, "(", bits, "u)");
}

std::vector<std::string> index_names(size_t rank) {
  std::vector<std::string> out;
  for (size_t i = 0; i < rank; ++i) out.push_back(str("i", i));
  return out;
}

std::string index_parameters(size_t rank) {
  std::string out;
  for (const std::string& i : index_names(rank)) out += (out.empty() ? "i64 " : ", i64 ") + i;
  return out;
}

std::string joined(const std::vector<std::string>& items, std::string_view separator) {
  std::string out;
  for (const std::string& i : items) out += str(&i == &items.front() ? "" : separator, i);
  return out;
}

std::string DimArguments::operator()(const Dim& dim) {
  if (dim.is_constant()) return std::to_string(dim.value());
  for (size_t i = 0; i < dims_.size(); ++i)
    if (dims_[i] == dim) return str("d", i);
  dims_.push_back(dim);
  return str("d", dims_.size() - 1);
}

std::string offset(const Shape& shape, const std::vector<std::string>& index, DimArguments& dim) {
  std::string out;
  for (size_t a = 0; a < shape.size(); ++a) {
    if (shape[a].is(1)) continue;
    out = out.empty() ? "(" + index[a] + ")" : "(" + out + " * " + dim(shape[a]) + " + (" + index[a] + "))";
  }
  return out.empty() ? "0" : out;
}

std::string split_index(std::string_view flat, const Shape& shape, const std::vector<std::string>& names,
                        DimArguments& dim) {
  std::string out, rest(flat);
  size_t first = 0;
  while (first < shape.size() && shape[first].is(1)) ++first;
  for (size_t a = shape.size(); a-- > 0;) {
    if (shape[a].is(1)) out = "i64 " + names[a] + " = 0; " + out;
    else if (a == first) out = "i64 " + names[a] + " = " + rest + "; " + out;
    else {
      out = "i64 " + names[a] + " = " + rest + " % " + dim(shape[a]) + "; " + out;
      rest = "(" + rest + " / " + dim(shape[a]) + ")";
    }
  }
  return out;
}

}  // namespace tegula
