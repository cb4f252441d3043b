// Fields of a file: numbers, texts, lists and the like, written to bytes or read from them.
// One idea: a struct says its fields once, in a function `fields(archive, x)` that is called with a FieldWriter to
// write and a FieldReader to read; numbers are little-endian, lists and texts come after their length.
// Invariant: a reader throws Error, whatever the bytes are, and allocates no more than they could fill.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/error.h"

namespace tegula {

template <class T>
concept Number = std::is_integral_v<T> || std::is_enum_v<T>;

class FieldWriter {
 public:
  std::string bytes;

  template <Number T>
  void operator()(const T& x) {
    const auto v = uint64_t(x);
    for (size_t i = 0; i < sizeof x; ++i) bytes += char(v >> 8 * i);
  }
  void operator()(const std::string& x) { (*this)(uint64_t(x.size())), bytes += x; }
  void operator()(const std::vector<uint8_t>& x) { (*this)(std::string(x.begin(), x.end())); }
  template <class T>
  void operator()(const std::vector<T>& x) {
    (*this)(uint64_t(x.size()));
    for (const T& item : x) (*this)(item);
  }
  template <class T>
  void operator()(const std::optional<T>& x) {
    (*this)(x.has_value());
    if (x) (*this)(*x);
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(const T& x) {
    fields(*this, const_cast<T&>(x));  // which a writer does not change
  }
};

class FieldReader {
 public:
  FieldReader(std::string_view bytes, std::string_view origin) : bytes_(bytes), origin_(origin) {}

  template <Number T>
  void operator()(T& x) {
    uint64_t v = 0;
    const std::string_view part = take(sizeof x);
    for (size_t i = 0; i < part.size(); ++i) v |= uint64_t(uint8_t(part[i])) << 8 * i;
    if (std::is_same_v<T, bool> && v > 1) damaged();
    x = T(v);
  }
  void operator()(std::string& x) { x = take(count(1)); }
  void operator()(std::vector<uint8_t>& x) {
    const std::string_view part = take(count(1));
    x.assign(part.begin(), part.end());
  }
  template <class T>
  void operator()(std::vector<T>& x) {
    const size_t n = count(1);  // every item has a byte at least
    if (++depth_ > kMaxDepth) damaged();
    x.clear();
    for (size_t i = 0; i < n; ++i) (*this)(x.emplace_back());
    --depth_;
  }
  template <class T>
  void operator()(std::optional<T>& x) {
    bool there = false;
    (*this)(there);
    if (there) (*this)(x.emplace());
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(T& x) {
    if (++depth_ > kMaxDepth) damaged();
    fields(*this, x);
    --depth_;
  }

  [[noreturn]] void damaged() const { fail(origin_, ": is damaged: make it anew"); }
  void expect(bool holds) const {
    if (!holds) damaged();
  }
  void expect_end() const { expect(bytes_.empty()); }

 private:
  std::string_view take(size_t n) {
    expect(n <= bytes_.size());
    const std::string_view part = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return part;
  }
  size_t count(size_t least_bytes) {
    uint64_t n = 0;
    (*this)(n);
    expect(n <= bytes_.size() / least_bytes);
    return size_t(n);
  }

  static constexpr int kMaxDepth = 1000;  // of lists in structs in lists

  std::string_view bytes_, origin_;
  int depth_ = 0;
};

}  // namespace tegula
