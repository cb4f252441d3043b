// dim.h: the normal form, and arithmetic that keeps it.
#include "graph/dim.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/error.h"

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

namespace {

// Far beyond any model's shapes; within them, arithmetic on what a user wrote takes no noticeable time.
constexpr size_t kMaxTerms = 256, kMaxFactors = 64;

// Sums and products that say so where they leave 64 bits: a shape that a user gave must not become a small one.
int64_t sum_of(int64_t a, int64_t b) {
  if (__builtin_add_overflow(a, b, &a)) fail("a dimension is larger than 64 bits can count");
  return a;
}
int64_t product_of(int64_t a, int64_t b) {
  if (__builtin_mul_overflow(a, b, &a)) fail("a dimension, or a product of them, is larger than 64 bits can count");
  return a;
}

int64_t floor_divide(int64_t a, int64_t b) {
  if (b == 0) fail("a dimension is divided by zero");
  if (b == -1) return product_of(a, -1);  // the one quotient that may not fit
  int64_t q = a / b;
  return q - (a % b != 0 && (a < 0) != (b < 0));
}

// The remainder with the divisor's sign; not by way of the quotient, whose product with b may not fit.
int64_t floor_remainder(int64_t a, int64_t b) {
  if (b == 0) fail("a dimension is divided by zero");
  if (b == -1) return 0;
  int64_t r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

int64_t apply(std::string_view f, int64_t a, int64_t b) {
  if (f == "floordiv") return floor_divide(a, b);
  if (f == "mod") return floor_remainder(a, b);
  if (f == "max") return std::max(a, b);
  return std::min(a, b);
}

}  // namespace

Dim Dim::symbol(std::string_view name) {
  auto factor = std::make_shared<Factor>();
  factor->key = name;
  return from_terms({Term{1, {std::move(factor)}}});
}

int64_t Dim::value() const {
  check(is_constant(), "dimension ", text(), " is not a constant");
  return constant_;
}

std::vector<Dim::Term> Dim::to_terms() const {
  if (terms_) return *terms_;
  if (constant_ == 0) return {};
  return {Term{constant_, {}}};
}

Dim Dim::from_terms(std::vector<Term> terms) {
  std::sort(terms.begin(), terms.end(), [](const Term& a, const Term& b) {
    return a.factors.size() != b.factors.size() ? a.factors.size() > b.factors.size() : a.key() < b.key();
  });
  std::vector<Term> merged;
  for (Term& t : terms) {
    if (!merged.empty() && merged.back().key() == t.key())
      merged.back().coefficient = sum_of(merged.back().coefficient, t.coefficient);
    else merged.push_back(std::move(t));
  }
  std::erase_if(merged, [](const Term& t) { return t.coefficient == 0; });
  if (merged.size() > kMaxTerms) fail("a dimension has more than ", kMaxTerms, " terms");
  if (merged.empty()) return Dim(0);
  if (merged.size() == 1 && merged[0].factors.empty()) return Dim(merged[0].coefficient);
  Dim out;
  out.terms_ = std::make_shared<const std::vector<Term>>(std::move(merged));
  return out;
}

Dim Dim::call(std::string_view function, const Dim& a, const Dim& b) {
  auto factor = std::make_shared<Factor>();
  factor->key = str(function, "(", a.text(), ", ", b.text(), ")");
  factor->function = function;
  factor->arguments = {a, b};
  return from_terms({Term{1, {std::move(factor)}}});
}

Dim operator+(const Dim& a, const Dim& b) {
  if (a.is_constant() && b.is_constant()) return sum_of(a.constant_, b.constant_);
  auto terms = a.to_terms();
  auto more = b.to_terms();
  terms.insert(terms.end(), more.begin(), more.end());
  return Dim::from_terms(std::move(terms));
}

Dim operator-(const Dim& a, const Dim& b) { return a + Dim(-1) * b; }

Dim operator*(const Dim& a, const Dim& b) {
  if (a.is_constant() && b.is_constant()) return product_of(a.constant_, b.constant_);
  std::vector<Dim::Term> out;
  for (const auto& x : a.to_terms())
    for (const auto& y : b.to_terms()) {
      Dim::Term t{product_of(x.coefficient, y.coefficient), x.factors};
      t.factors.insert(t.factors.end(), y.factors.begin(), y.factors.end());
      if (t.factors.size() > kMaxFactors)
        fail("a dimension, or a product of them, has a term of more than ", kMaxFactors, " factors");
      std::sort(t.factors.begin(), t.factors.end(), [](const auto& p, const auto& q) { return p->key < q->key; });
      out.push_back(std::move(t));
    }
  return Dim::from_terms(std::move(out));
}

Dim floordiv(const Dim& a, const Dim& b) {
  if (b.is_constant() && (a.is_constant() || b.is(0))) return floor_divide(a.constant_, b.constant_);
  Dim quotient;
  if (divides(b, a, &quotient)) return quotient;
  return Dim::call("floordiv", a, b);
}

Dim ceildiv(const Dim& a, const Dim& b) {
  Dim quotient;
  if (divides(b, a, &quotient)) return quotient;
  return floordiv(a + b - 1, b);
}

Dim mod(const Dim& a, const Dim& b) {
  if (b.is_constant() && (a.is_constant() || b.is(0))) return floor_remainder(a.constant_, b.constant_);
  if (divides(b, a)) return 0;
  return Dim::call("mod", a, b);
}

Dim max(const Dim& a, const Dim& b) {
  if (a == b) return a;
  if (a.is_constant() && b.is_constant()) return std::max(a.constant_, b.constant_);
  Dim difference = a - b;  // decides 2*n + 1 against 2*n
  if (difference.is_constant()) return difference.constant_ >= 0 ? a : b;
  return a.text() < b.text() ? Dim::call("max", a, b) : Dim::call("max", b, a);
}

Dim min(const Dim& a, const Dim& b) {
  if (a == b) return a;
  if (a.is_constant() && b.is_constant()) return std::min(a.constant_, b.constant_);
  Dim difference = a - b;
  if (difference.is_constant()) return difference.constant_ <= 0 ? a : b;
  return a.text() < b.text() ? Dim::call("min", a, b) : Dim::call("min", b, a);
}

bool operator==(const Dim& a, const Dim& b) {
  if (a.is_constant() || b.is_constant()) return a.is_constant() && b.is_constant() && a.constant_ == b.constant_;
  if (a.terms_ == b.terms_) return true;
  return std::equal(a.terms_->begin(), a.terms_->end(), b.terms_->begin(), b.terms_->end(),
                    [](const Dim::Term& x, const Dim::Term& y) {
                      return x.coefficient == y.coefficient &&
                             std::equal(x.factors.begin(), x.factors.end(), y.factors.begin(), y.factors.end(),
                                        [](const auto& p, const auto& q) { return p->key == q->key; });
                    });
}

bool Dim::is_certainly_nonnegative() const {
  if (!terms_) return constant_ >= 0;
  auto factor_is = [](const std::shared_ptr<const Factor>& f) {
    if (f->function.empty()) return true;
    const Dim &a = f->arguments[0], &b = f->arguments[1];
    bool first = a.is_certainly_nonnegative(), second = b.is_certainly_nonnegative();
    if (f->function == "max") return first || second;
    if (f->function == "mod") return second;  // has the divisor's sign
    return first && second;
  };
  return std::all_of(terms_->begin(), terms_->end(), [&](const Term& t) {
    return t.coefficient >= 0 && std::all_of(t.factors.begin(), t.factors.end(), factor_is);
  });
}

int64_t Dim::evaluate(const std::function<int64_t(std::string_view)>& lookup) const {
  if (!terms_) return constant_;
  int64_t sum = 0;
  for (const Term& t : *terms_) {
    int64_t product = t.coefficient;
    for (const auto& f : t.factors)
      product = product_of(product, f->function.empty() ? lookup(f->key)
                                                        : apply(f->function, f->arguments[0].evaluate(lookup),
                                                                f->arguments[1].evaluate(lookup)));
    sum = sum_of(sum, product);
  }
  return sum;
}

Dim Dim::substitute(const std::function<Dim(std::string_view)>& lookup) const {
  if (!terms_) return *this;
  Dim sum = 0;
  for (const Term& t : *terms_) {
    Dim product = t.coefficient;
    for (const auto& f : t.factors) {
      if (f->function.empty()) {
        product = product * lookup(f->key);
        continue;
      }
      Dim a = f->arguments[0].substitute(lookup), b = f->arguments[1].substitute(lookup);
      product = product * (f->function == "floordiv" ? floordiv(a, b)
                           : f->function == "mod"    ? mod(a, b)
                           : f->function == "max"    ? max(a, b)
                                                     : min(a, b));
    }
    sum = sum + product;
  }
  return sum;
}

void Dim::collect_symbols(std::vector<std::string>& names) const {
  if (!terms_) return;
  for (const Term& t : *terms_)
    for (const auto& f : t.factors) {
      if (!f->function.empty())
        for (const Dim& a : f->arguments) a.collect_symbols(names);
      else if (std::find(names.begin(), names.end(), f->key) == names.end()) names.push_back(f->key);
    }
}

std::string Dim::text() const {
  if (!terms_) return std::to_string(constant_);
  std::string out;
  for (const Term& t : *terms_) {
    int64_t c = t.coefficient;
    if (!out.empty()) out += c < 0 ? " - " : " + ";
    else if (c < 0) out += "-";
    uint64_t magnitude = c < 0 ? -uint64_t(c) : uint64_t(c);
    bool first = true;
    if (magnitude != 1 || t.factors.empty()) out += std::to_string(magnitude), first = false;
    for (const auto& f : t.factors) {
      if (!first) out += "*";
      out += f->key;
      first = false;
    }
  }
  return out;
}

Dim product(std::span<const Dim> dims) {
  Dim out = 1;
  for (const Dim& d : dims) out = out * d;
  return out;
}

bool divides(const Dim& b, const Dim& a, Dim* quotient) {
  auto divisor = b.to_terms();
  if (divisor.size() != 1) {  // zero divides nothing; of sums, only a sum by itself is recognised
    if (divisor.empty() || !(a == b)) return false;
    if (quotient) *quotient = 1;
    return true;
  }
  std::vector<Dim::Term> out;
  for (Dim::Term t : a.to_terms()) {
    if (floor_remainder(t.coefficient, divisor[0].coefficient)) return false;
    t.coefficient = floor_divide(t.coefficient, divisor[0].coefficient);
    for (const auto& f : divisor[0].factors) {
      auto same = std::find_if(t.factors.begin(), t.factors.end(), [&](const auto& g) { return g->key == f->key; });
      if (same == t.factors.end()) return false;
      t.factors.erase(same);
    }
    out.push_back(std::move(t));
  }
  if (quotient) *quotient = Dim::from_terms(std::move(out));
  return true;
}

std::string text(std::span<const Dim> shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + shape[i].text();
  return out + "]";
}

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
