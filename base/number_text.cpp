#include "base/number_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace tegula {
namespace {

// Of a number beyond a double's range: whether it is small. Decides by the power of ten of its first digit that counts.
bool is_small(std::string_view text) {
  const size_t e = text.find_first_of("eE");
  int64_t exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view digits = text.substr(e + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    if (std::from_chars(digits.begin(), digits.end(), exponent).ec == std::errc::result_out_of_range)
      return digits.starts_with('-');
  }
  const std::string_view mantissa = text.substr(0, e);
  return exponent <
         int64_t(mantissa.find_first_of("123456789")) - int64_t(std::min(mantissa.find('.'), mantissa.size()));
}

template <class T>
std::string hex_text(T v, const char* suffix) {
  if (std::isnan(v)) return std::string("__builtin_nan") + suffix + "(\"\")";
  if (std::isinf(v)) return std::string(v < 0 ? "-" : "") + "__builtin_inf" + suffix + "()";
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, std::abs(v), std::chars_format::hex).ptr;
  const std::string magnitude = "0x" + std::string(digits, end) + suffix;
  return std::signbit(v) ? "(-" + magnitude + ")" : magnitude;
}

}  // namespace

std::optional<double> number_of(std::string_view text) {
  double v = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), v);
  if (error == std::errc::invalid_argument || end != text.end()) return std::nullopt;
  if (error == std::errc()) return v;
  v = is_small(text) ? 0.0 : std::numeric_limits<double>::infinity();
  return text.starts_with('-') ? -v : v;
}

std::string cpp_text(float v) { return hex_text(v, "f"); }
std::string cpp_text(double v) { return hex_text(v, ""); }

}  // namespace tegula
