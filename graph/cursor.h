// The words of graph text: what a parser takes from the front, one thing at a time. White space and comments are
// skipped before each. Throws Error with what was found and what was expected; never reads behind the text.
#pragma once

#include <string>
#include <string_view>

#include "graph/attr.h"

namespace tegula {

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end();
  // What is not taken leaves the cursor before white space and comments: comment() may want them.
  bool take(std::string_view token);
  void expect(std::string_view token);
  std::string word(std::string_view what);
  // The next character, not taken; 0 at the end.
  char peek();
  // The number of the line that it stands in, from 1.
  int line() const;
  // The comment that follows on this line, without "# ".
  std::string comment();

  Dim dim();
  Shape shape();
  DType dtype();
  Type type();
  // An integer in the range of `dtype`; those of u64 as their bits.
  int64_t integer(DType dtype = DType::kI64);
  // A finite text is a finite value of `dtype`, so that a number too large does not become infinity unseen.
  double number(DType dtype = DType::kF64);
  std::string quoted();
  Literal literal();

 private:
  void skip();
  std::string here();
  void hexadecimal(Literal& l);
  void element(Literal& l);

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace tegula
