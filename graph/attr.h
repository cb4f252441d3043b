// Attributes: the compile-time arguments of an op.
// One idea: an op declares its attributes (AttrSpec); Attrs holds only declared ones, in order of name, defaults filled
// in, so that equal nodes print equally.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "graph/type.h"

namespace tegula {

class Graph;

// A small constant: its type (constant dims) and its elements, row-major.
struct Literal {
  Type type;
  std::vector<uint8_t> bytes;
  bool operator==(const Literal&) const = default;
};

// A 0-d literal of `dtype`, converted from v. Throws Error for quantised dtypes.
Literal scalar_literal(DType dtype, double v);
// Element i of a literal of real numbers, as a double.
double literal_element(const Literal& literal, int64_t i);

using GraphRef = std::shared_ptr<const Graph>;
using AttrValue =
    std::variant<bool, int64_t, double, std::string, DType, std::vector<int64_t>, std::vector<Dim>, Literal, GraphRef>;

// A value of one of the kinds. Copied and destroyed in attr.cpp: inlined, that was half of what a file of models
// compiled.
struct Attr : AttrValue {
  using AttrValue::AttrValue;
  Attr(const Attr& other);
  Attr(Attr&& other) noexcept;
  Attr& operator=(const Attr& other);
  Attr& operator=(Attr&& other) noexcept;
  ~Attr();
};

enum class AttrKind : uint8_t { kBool, kInt, kFloat, kString, kDType, kInts, kDims, kLiteral, kGraph };  // as in Attr

struct AttrSpec {
  std::string_view name;
  AttrKind kind;
  std::string_view fallback = {};  // in graph text; empty: it must be given
  std::string_view doc = {};
};

class Attrs {
 public:
  using Item = std::pair<std::string, Attr>;
  Attrs();
  Attrs(std::initializer_list<Item> items);
  Attrs(const Attrs& other);
  Attrs(Attrs&& other) noexcept;
  Attrs& operator=(const Attrs& other);
  Attrs& operator=(Attrs&& other) noexcept;
  ~Attrs();

  void set(std::string_view name, Attr value);
  const Attr* find(std::string_view name) const;
  const std::vector<Item>& items() const { return items_; }

  // The attribute of that kind; absent or of another kind is our own mistake, for infer has run.
  template <class T>
  const T& get(std::string_view name) const {
    const Attr* a = find(name);
    if (!a || !std::holds_alternative<T>(*a)) missing(name);
    return std::get<T>(*a);
  }
  bool boolean(std::string_view name) const { return get<bool>(name); }
  int64_t integer(std::string_view name) const { return get<int64_t>(name); }
  double number(std::string_view name) const { return get<double>(name); }
  const std::vector<int64_t>& ints(std::string_view name) const { return get<std::vector<int64_t>>(name); }
  const Shape& dims(std::string_view name) const { return get<std::vector<Dim>>(name); }
  const Graph& graph(std::string_view name) const { return *get<GraphRef>(name); }

 private:
  [[noreturn]] static void missing(std::string_view name);
  std::vector<Item> items_;
};

}  // namespace tegula
