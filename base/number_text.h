// Floats as text, and back, without a locale: a host program that set one with a decimal comma must not change what
// graphs, JSON and generated code say.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tegula {

// The whole text as a decimal number, rounded to the nearest double as C and Python round it: what is too large is
// infinity, what is too small 0 with its sign. Also reads "nan" and "infinity". Nothing where it is no number.
std::optional<double> number_of(std::string_view text);

// The C++ expression of exactly this number, also where it is not finite: "0x1.8p+3f".
std::string cpp_text(float v);
std::string cpp_text(double v);

}  // namespace tegula
