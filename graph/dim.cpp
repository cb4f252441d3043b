// dim.h: the normal form, and arithmetic that keeps it.
#include <algorithm>

#include "graph/dim_terms.h"

namespace tegula {

// Far beyond any model's shapes; within them, arithmetic on what a user wrote takes no noticeable time.
static constexpr size_t kMaxTerms = 256, kMaxFactors = 64;

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

}  // namespace tegula
