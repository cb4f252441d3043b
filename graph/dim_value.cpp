// dim.h: what is asked of an expression: its sign, its value, its symbols and its text.
#include <algorithm>

#include "graph/dim_terms.h"

namespace tegula {
namespace {

int64_t apply(std::string_view f, int64_t a, int64_t b) {
  if (f == "floordiv") return floor_divide(a, b);
  if (f == "mod") return floor_remainder(a, b);
  if (f == "max") return std::max(a, b);
  return std::min(a, b);
}

}  // namespace

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

std::string text(std::span<const Dim> shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + shape[i].text();
  return out + "]";
}

}  // namespace tegula
