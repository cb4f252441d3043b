// What a Dim is made of, for the files that implement it: a sum of terms, each a coefficient times factors. Numbers are
// 64 bits, and arithmetic on them says so where they leave it: a shape that a user gave must not become a small one.
#pragma once

#include "base/error.h"
#include "graph/dim.h"

namespace tegula {

// One factor: a symbol (no arguments) or a call of two.
struct Factor {
  std::string key;  // its text; factors are equal exactly when their keys are
  std::string function;
  std::vector<Dim> arguments;
};

struct Dim::Term {
  int64_t coefficient = 0;
  std::vector<std::shared_ptr<const Factor>> factors;  // sorted by key

  std::string key() const {
    std::string out;
    for (const auto& f : factors) out += f->key + "*";
    return out;
  }
};

inline int64_t sum_of(int64_t a, int64_t b) {
  if (__builtin_add_overflow(a, b, &a)) fail("a dimension is larger than 64 bits can count");
  return a;
}
inline int64_t product_of(int64_t a, int64_t b) {
  if (__builtin_mul_overflow(a, b, &a)) fail("a dimension, or a product of them, is larger than 64 bits can count");
  return a;
}

inline int64_t floor_divide(int64_t a, int64_t b) {
  if (b == 0) fail("a dimension is divided by zero");
  if (b == -1) return product_of(a, -1);  // the one quotient that may not fit
  int64_t q = a / b;
  return q - (a % b != 0 && (a < 0) != (b < 0));
}

// The remainder with the divisor's sign; not by way of the quotient, whose product with b may not fit.
inline int64_t floor_remainder(int64_t a, int64_t b) {
  if (b == 0) fail("a dimension is divided by zero");
  if (b == -1) return 0;
  int64_t r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

}  // namespace tegula
