// Text -> Dim, by recursive descent whose depth is bounded.
#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/error.h"
#include "graph/dim.h"

namespace tegula {
namespace {

// sum := term (("+" | "-") term)*; term := atom ("*" atom)*; atom := "-"* (number | name | name(sum, sum) | (sum))
struct DimParser {
  std::string_view text;
  size_t& at;
  int depth = 0;

  void skip() {
    while (at < text.size() && text[at] == ' ') ++at;
  }
  bool take(char c) {
    skip();
    if (at < text.size() && text[at] == c) return ++at, true;
    return false;
  }
  void expect(char c) {
    if (!take(c)) fail("dimension: expected '", c, "' at \"", text.substr(std::min(at, text.size()), 20), "\"");
  }
  Dim sum() {
    if (++depth > 64) fail("dimension: nested too deeply");
    Dim out = term();
    for (;;) {
      if (take('+')) out = out + term();
      else if (take('-')) out = out - term();
      else break;
    }
    --depth;
    return out;
  }
  Dim term() {
    Dim out = atom();
    while (take('*')) out = out * atom();
    return out;
  }
  Dim atom() {
    bool negative = false;  // in a loop: a text may hold millions of signs
    while (take('-')) negative = !negative;
    return negative ? Dim(-1) * unsigned_atom() : unsigned_atom();
  }
  Dim unsigned_atom() {
    if (take('(')) {
      Dim out = sum();
      expect(')');
      return out;
    }
    skip();
    size_t start = at;
    while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_')) ++at;
    std::string word(text.substr(start, at - start));
    if (word.empty()) fail("dimension: expected a number or a name at \"", text.substr(start, 20), "\"");
    if (std::isdigit(static_cast<unsigned char>(word[0]))) {
      int64_t value = 0;
      auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
      if (end != word.data() + word.size())
        fail("dimension: \"", word.substr(0, 40), "\" is neither a number nor a name");
      if (error != std::errc()) fail("dimension: ", word.substr(0, 40), " is larger than 64 bits can count");
      return value;
    }
    if (!take('(')) return Dim::symbol(word);
    Dim a = sum();
    expect(',');
    Dim b = sum();
    expect(')');
    if (word == "floordiv") return floordiv(a, b);
    if (word == "mod") return mod(a, b);
    if (word == "max") return max(a, b);
    if (word == "min") return min(a, b);
    fail("dimension: unknown function \"", word, "\"; expected floordiv, mod, max or min");
  }
};

}  // namespace

Dim parse_dim(std::string_view text, size_t& at) { return DimParser{text, at}.sum(); }

}  // namespace tegula
