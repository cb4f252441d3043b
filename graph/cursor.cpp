#include "graph/cursor.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/json.h"
#include "base/number_text.h"

namespace tegula {
namespace {

bool word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' || c == '/';
}

}  // namespace

// White space and comments.
void Cursor::skip() {
  for (;;) {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    if (at_ >= text_.size() || text_[at_] != '#') return;
    at_ = std::min(text_.find('\n', at_), text_.size());
  }
}

bool Cursor::at_end() { return skip(), at_ >= text_.size(); }

bool Cursor::take(std::string_view token) {
  size_t before = at_;
  skip();
  if (text_.substr(at_, token.size()) != token) return at_ = before, false;
  at_ += token.size();
  return true;
}

void Cursor::expect(std::string_view token) {
  if (!take(token)) fail("expected \"", token, "\", found ", here());
}

std::string Cursor::word(std::string_view what) {
  skip();
  size_t start = at_;
  while (at_ < text_.size() && word_char(text_[at_])) ++at_;
  if (at_ == start) fail("expected ", what, ", found ", here());
  return std::string(text_.substr(start, at_ - start));
}

char Cursor::peek() {
  size_t before = at_;
  skip();
  char c = at_ < text_.size() ? text_[at_] : '\0';
  at_ = before;
  return c;
}

// What stands here, for an error.
std::string Cursor::here() {
  skip();
  if (at_ >= text_.size()) return "the end of the text";
  auto line = text_.substr(at_, text_.find('\n', at_) - at_);
  return str('"', line.substr(0, 40), '"');
}

int Cursor::line() const {
  return 1 + int(std::count(text_.begin(), text_.begin() + std::min(at_, text_.size()), '\n'));
}

std::string Cursor::comment() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  if (at_ >= text_.size() || text_[at_] != '#') return "";
  size_t end = std::min(text_.find('\n', at_), text_.size());
  std::string_view found = text_.substr(at_ + 1, end - at_ - 1);
  at_ = end;
  while (!found.empty() && found.front() == ' ') found.remove_prefix(1);
  while (!found.empty() && (found.back() == ' ' || found.back() == '\r')) found.remove_suffix(1);
  return std::string(found);
}

Dim Cursor::dim() { return skip(), parse_dim(text_, at_); }

Shape Cursor::shape() {
  Shape out;
  expect("[");
  if (take("]")) return out;
  do out.push_back(dim());
  while (take(","));
  expect("]");
  return out;
}

DType Cursor::dtype() {
  std::string w = word("a dtype");
  if (auto d = dtype_named(w)) return *d;
  fail("\"", w, "\" is not a dtype");
}

Type Cursor::type() {
  Type t{dtype(), shape()};
  for (const Dim& d : t.shape)
    if (d.is_constant() && d.value() < 0) fail("a dimension of ", text(t), " is negative");
  if (is_quantized(t.dtype) && (t.shape.empty() || !divides(info(t.dtype).block_elements, t.shape.back())))
    fail(text(t), ": the last dimension must be a multiple of ", info(t.dtype).block_elements);
  return t;
}

int64_t Cursor::integer(DType dtype) {
  std::string w = word("an integer");
  bool is_signed = kind(dtype) == DTypeKind::kSigned, negative = w.starts_with('-');
  int spare_bits = 64 - 8 * info(dtype).block_bytes;
  int64_t low = is_signed ? INT64_MIN >> spare_bits : 0;
  uint64_t high = (is_signed ? uint64_t{INT64_MAX} : UINT64_MAX) >> spare_bits, magnitude = 0;
  auto [end, error] = std::from_chars(w.data() + negative, w.data() + w.size(), magnitude);
  if (error == std::errc::invalid_argument || end != w.data() + w.size()) fail("\"", w, "\" is not an integer");
  if (error != std::errc() || magnitude > (negative ? -uint64_t(low) : high))
    fail(w, " is out of the range of ", name(dtype), ", ", low, " to ", high);
  return int64_t(negative ? -magnitude : magnitude);
}

double Cursor::number(DType dtype) {
  skip();
  size_t start = at_;
  while (at_ < text_.size() && (word_char(text_[at_]) || text_[at_] == '+')) ++at_;
  std::string_view w = text_.substr(start, at_ - start);
  if (w == "nan") return std::nan("");
  if (w == "inf") return INFINITY;
  if (w == "-inf") return -INFINITY;
  std::optional<double> v = number_of(w);
  if (!v) fail("\"", w, "\" is not a number");
  if (!std::isfinite(literal_element(scalar_literal(dtype, *v), 0)))
    fail(w, " is out of the range of ", name(dtype), "; write inf or -inf for an infinity");
  return *v;
}

std::string Cursor::quoted() {
  skip();
  size_t start = at_;
  expect("\"");
  while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
  at_ = std::min(at_, text_.size());
  expect("\"");
  return Json::parse(text_.substr(start, at_ - start), "string").as_string();
}

Literal Cursor::literal() {
  Literal l{type(), {}};
  for (const Dim& d : l.type.shape)
    if (!d.is_constant()) fail("a literal's shape must be constant, found ", text(l.type));
  int64_t bytes = l.type.bytes().value(), one = info(l.type.dtype).block_bytes;
  if (take("hex")) {
    hexadecimal(l);
  } else {
    if (is_complex(l.type.dtype) || is_quantized(l.type.dtype))
      fail("a literal of ", name(l.type.dtype), " is written as hex");
    expect("(");
    if (!take(")")) {
      do element(l);
      while (take(","));
      expect(")");
    }
  }
  if (int64_t(l.bytes.size()) != bytes)
    fail("a literal of ", text(l.type), " has ", bytes / one, " elements, found ", int64_t(l.bytes.size()) / one);
  return l;
}

void Cursor::hexadecimal(Literal& l) {
  std::string digits = word("hexadecimal digits");
  if (digits.size() % 2) fail("a literal has ", digits.size(), " hexadecimal digits, expected two for each byte");
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    uint8_t b = 0;
    if (std::from_chars(digits.data() + i, digits.data() + i + 2, b, 16).ptr != digits.data() + i + 2)
      fail("\"", digits, "\" is not hexadecimal");
    l.bytes.push_back(b);
  }
}

void Cursor::element(Literal& l) {
  std::vector<uint8_t> bytes;
  const DTypeInfo& i = info(l.type.dtype);
  if (i.dtype == DType::kBool) {
    bool v = take("true");
    if (!v) expect("false");
    bytes = {uint8_t(v)};
  } else if (is_integer(i.dtype)) {
    int64_t v = integer(i.dtype);
    bytes.resize(size_t(i.block_bytes));
    std::memcpy(bytes.data(), &v, bytes.size());
  } else {
    bytes = scalar_literal(i.dtype, number(i.dtype)).bytes;
  }
  l.bytes.insert(l.bytes.end(), bytes.begin(), bytes.end());
}

}  // namespace tegula
