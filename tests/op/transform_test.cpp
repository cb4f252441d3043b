// Gradients and batches where the table of cases does not reach: several uses, ties, stops, branches, errors, symbols.
#include <gtest/gtest.h>

#include "base/error.h"
#include "cases.h"
#include "graph/parse.h"
#include "op/operators.h"
#include "op/ops.h"
#include "tensor/jvp.h"
#include "tensor/vjp.h"
#include "tensor/vmap.h"

namespace tegula::reference {
namespace {

std::shared_ptr<Graph> parsed(const std::string& text) { return parse_graph(text, all_ops(), "t"); }

Array vector(std::initializer_list<double> values) {
  Array a(DType::kF64, {int64_t(values.size())});
  size_t i = 0;
  for (double v : values) a.data[i++] = v;
  return a;
}
std::vector<double> numbers(const Array& a) {
  std::vector<double> out;
  for (Complex z : a.data) out.push_back(double(z.real()));
  return out;
}

// d sum(%r) / d x at x, for a body of lines over %x: f64[n] that ends in %r.
std::vector<double> gradient(const std::string& lines, const Array& x) {
  auto g = parsed("graph @t(%x: f64[n]) -> () {\n" + lines + "\n%loss = sum %r return }");
  Value loss = g->nodes().back().results[0], at = g->parameters()[0].value;
  g->set_results(grad(loss, {&at, 1}));
  return numbers(evaluate(*g, {x})[0]);
}

TEST(Vjp, AddsUpOverAllUsesOfAValue) {
  EXPECT_EQ(gradient("%a = mul %x, %x\n%b = add %a, %x\n%r = mul %b, %a", vector({2})), (std::vector<double>{44}));
}

TEST(Vjp, EqualExtremesShare) {
  EXPECT_EQ(gradient("%r = max %x", vector({1, 3, 3, 2})), (std::vector<double>{0, 0.5, 0.5, 0}));
  EXPECT_EQ(gradient("%r = maximum %x, %x", vector({1})), (std::vector<double>{1}));
  EXPECT_EQ(gradient("%r = cummax %x", vector({1, 3, 3, 2})), (std::vector<double>{1, 1, 2, 0}));
}

TEST(Vjp, ProductsAreRightWhereElementsAreZero) {
  EXPECT_EQ(gradient("%r = prod %x", vector({2, 0, 3})), (std::vector<double>{0, 6, 0}));
  EXPECT_EQ(gradient("%r = prod %x", vector({2, 0, 0})), (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(gradient("%r = cumulative_prod %x", vector({2, 0, 3})), (std::vector<double>{1, 8, 0}));
}

// Counts, products and sums on the way are beyond f16; the gradients are not.
TEST(Vjp, Of16BitFloatsRoundsOnce) {
  auto gradient_of = [](const std::string& lines, const std::vector<double>& x) {
    auto g = parsed(str("graph @t(%x: f16[", x.size(), "]) -> () {\n", lines, "\n return }"));
    Value y = g->nodes().back().results[0], at = g->parameters()[0].value, ct = scalar(*g, DType::kF16, 1);
    g->set_results(vjp({&y, 1}, {&ct, 1}, {&at, 1}));
    Array a(DType::kF16, {int64_t(x.size())});
    for (size_t i = 0; i < x.size(); ++i) a.set({int64_t(i)}, x[i]);
    return numbers(evaluate(*g, {a})[0]);
  };
  EXPECT_NEAR(gradient_of("%y = max %x", std::vector<double>(70000, 3))[5], 1 / 70000.0, 1e-7);
  const std::vector<double> of_prod = gradient_of("%y = prod %x", {512, 512, 1 / 512.0, 1 / 256.0});
  EXPECT_EQ(of_prod, (std::vector<double>{1 / 256.0, 1 / 256.0, 1024, 512}));
  // tanh' = 1 - tanh^2, of which f16 holds nothing where tanh is near 1
  EXPECT_NEAR(gradient_of("%t = tanh %x\n%y = sum %t", {4})[0], 1 - std::pow(double(_Float16(std::tanh(4))), 2), 1e-6);
}

TEST(Vjp, StopsWhereItShould) {
  EXPECT_EQ(gradient("%s = stop_gradient %x\n%r = mul %s, %x", vector({3})), (std::vector<double>{3}));
  EXPECT_EQ(gradient("%f = floor %x\n%r = mul %f, %x", vector({2.5})), (std::vector<double>{2}));
  EXPECT_EQ(gradient("%i = cast %x {to = i32}\n%f = cast %i {to = f64}\n%r = mul %f, %x", vector({2.5})),
            (std::vector<double>{2}));
}

TEST(Vjp, ReachesValuesInTheMiddle) {
  auto g = parsed("graph @t(%x: f64[2]) -> () { %a = exp %x %b = mul %a, %x %loss = sum %b return }");
  Value a = g->nodes()[0].results[0], x = g->parameters()[0].value, loss = g->nodes().back().results[0];
  Value wrt[] = {a, x};
  g->set_results(grad(loss, wrt));
  Arrays y = evaluate(*g, {vector({0, 1})});
  EXPECT_EQ(numbers(y[0]), (std::vector<double>{0, 1}));
  EXPECT_NEAR(numbers(y[1])[1], 2 * std::exp(1.0), 1e-12);
}

TEST(Vjp, OneThatIsNotReachedIsZeros) {
  auto g = parsed("graph @t(%x: f64[n], %y: f64[n]) -> () { %loss = sum %x return }");
  Value y = g->parameters()[1].value;
  g->set_results(grad(g->nodes().back().results[0], {&y, 1}));
  EXPECT_EQ(numbers(evaluate(*g, {vector({1, 2}), vector({3, 4})})[0]), (std::vector<double>{0, 0}));
}

TEST(Vjp, ErrorsSayWhatHasNoGradient) {
  auto error = [](const std::string& text, size_t wrt) -> std::string {
    auto g = parsed(text);
    Value v = g->parameters()[wrt].value, loss = g->nodes().back().results[0];
    try {
      grad(loss, {&v, 1});
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(error("graph @t(%x: i32[2]) -> () { %0 = cast %x {to = f32} %1 = sum %0 return }", 0),
            "vjp: i32[2] has no gradient; only floats and complex numbers have");
  EXPECT_EQ(error("graph @t(%x: f32[2]) -> () { %0 = neg %x return }", 0),
            "grad: the loss is f32[2], expected a 0-d float");
  EXPECT_EQ(error("graph @c(%x: f32[]) -> bool[] { %0 = less %x, %x return %0 }\n"
                  "graph @b(%x: f32[]) -> f32[] { return %x }\n"
                  "graph @t(%x: f32[]) -> () { %0 = while_loop %x {condition = @c, body = @b} return }",
                  0),
            "while_loop: has no gradient, because how often it runs is not known beforehand");
}

TEST(Vjp, SumsOverWhatWasBroadcast) {
  auto g = parsed(
      "graph @t(%x: f64[1, 2], %y: f64[], %z: f64[n, 3, 2]) -> () "
      "{ %0 = mul %x, %z %1 = mul %0, %y %loss = sum %1 return }");
  Values wrt{g->parameters()[0].value, g->parameters()[1].value};
  g->set_results(grad(g->nodes().back().results[0], wrt));
  EXPECT_EQ(g->results()[0].type(), wrt[0].type());
  EXPECT_EQ(g->results()[1].type(), wrt[1].type());
}

TEST(Vjp, SaysWhereANodeComesFrom) {
  auto g = parsed("graph @t(%x: f64[2]) -> () { %0 = exp %x # llama.cpp:88\n %1 = sum %0 # loss\n return }");
  Value x = g->parameters()[0].value;
  grad(g->nodes().back().results[0], {&x, 1});
  EXPECT_EQ(g->nodes().back().location, "llama.cpp:88 vjp");
  EXPECT_EQ(g->location(), "");
}

TEST(Vmap, LeavesWhatIsNotBatchedAlone) {
  auto g = parsed("graph @t(%x: f64[2], %y: f64[2]) -> () { %0 = exp %y %1 = add %x, %0 return }");
  g->set_results(g->nodes().back().results);
  bool flags[] = {true, false};
  auto batched = vmap(*g, flags, Dim::symbol("b"));
  EXPECT_EQ(text(batched->nodes()[0].result_type()), "f64[2]");
  EXPECT_EQ(text(batched->results()[0].type()), "f64[b, 2]");
}

TEST(Vmap, OfVmapAddsTwoAxes) {
  auto g = parsed("graph @t(%x: f64[2, 3], %w: f64[3, 4]) -> () { %0 = matmul %x, %w %1 = softmax %0 return }");
  g->set_results(g->nodes().back().results);
  bool x_only[] = {true, false};
  auto twice = vmap(*vmap(*g, x_only, 5), x_only, Dim::symbol("b"));
  EXPECT_EQ(text(twice->results()[0].type()), "f64[b, 5, 2, 4]");
}

TEST(Vmap, NamesTheOpThatCannotBeBatched) {
  auto g = parsed(
      "graph @t(%c: f32[2, 2, 1, 4], %s: i32[1], %v: f32[1, 1, 4]) -> () { %0 = cache_write %c, %s, %v return }");
  bool flags[] = {true, false, false};
  EXPECT_THROW(
      {
        try {
          vmap(*g, flags, 2);
        } catch (const Error& e) {
          EXPECT_STREQ(e.what(), "cache_write: has no batching rule");
          throw;
        }
      },
      Error);
}

// A batch in which the elements take different branches and different numbers of turns.
TEST(Vmap, BranchesAndLoopsGoTheirOwnWays) {
  auto g = parsed(
      "graph @small(%x: f64[]) -> bool[] { %0 = constant {value = f64[] (100.0)} %1 = less %x, %0 return %1 }\n"
      "graph @double(%x: f64[]) -> f64[] { %0 = add %x, %x return %0 }\n"
      "graph @minus(%x: f64[]) -> f64[] { %0 = neg %x return %0 }\n"
      "graph @t(%p: bool[], %x: f64[]) -> () {\n"
      "  %0 = while_loop %x {condition = @small, body = @double}\n"
      "  %1 = cond %p, %0 {then = @minus, otherwise = @double}\n  return }");
  g->set_results(g->nodes().back().results);
  bool flags[] = {true, true};
  auto batched = vmap(*g, flags, 3);
  Array p(DType::kBool, {3});
  p.data = {1, 0, 1};
  EXPECT_EQ(numbers(evaluate(*batched, {p, vector({1, 30, 200})})[0]), (std::vector<double>{-128, 240, -200}));
}

}  // namespace
}  // namespace tegula::reference
