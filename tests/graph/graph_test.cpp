// Dims in normal form, inference errors, and print -> parse -> print.
#include <gtest/gtest.h>

#include "graph/parse.h"

namespace tegula {
namespace {

constexpr Op kAdd{.name = "add", .doc = "", .operands = {{{"x", kNumbers}, {"y", kNumbers}}}, .scalar = "x + y"};
constexpr Op kFill{
    .name = "fill",
    .doc = "",
    .attrs = {{{"value", AttrKind::kLiteral}, {"note", AttrKind::kString, "\"\""}, {"axes", AttrKind::kInts, "[]"}}},
    .infer = [](const Infer& i) { return std::vector<Type>{i.attrs.get<Literal>("value").type}; }};
constexpr Op kTwice{.name = "twice",
                    .doc = "",
                    .attrs = {{{"first", AttrKind::kGraph}, {"second", AttrKind::kGraph}}},
                    .infer = [](const Infer&) { return std::vector<Type>{{DType::kF32, {}}}; }};
constexpr const Op* kList[] = {&kAdd, &kFill, &kTwice};

Dim n = Dim::symbol("n"), b = Dim::symbol("b");

TEST(Dim, NormalForm) {
  EXPECT_EQ((n + 1) * (n - 1), n * n - 1);
  EXPECT_EQ(floordiv(n * b * 4, b * 2), n * 2);
  EXPECT_EQ(mod(n * 32, 8), Dim(0));
  EXPECT_EQ(max(n + 1, n), n + 1);
  EXPECT_EQ(max(n, b), max(b, n));
  EXPECT_EQ(ceildiv(n * 64, 32), n * 2);
  EXPECT_FALSE(ceildiv(n, 32) == floordiv(n, 32));
  EXPECT_EQ((n - n).value(), 0);
  EXPECT_EQ(ceildiv(n, 32).evaluate([](std::string_view) { return 65; }), 3);
  EXPECT_EQ(floordiv(n, b).substitute([](std::string_view s) { return s == "n" ? b * 6 : Dim(2) * b; }), Dim(3));
}

TEST(Dim, KnowsWhatCannotBeNegative) {
  for (const Dim& d : {Dim(0), n, n * b + 2, floordiv(n, 4), mod(n - 7, 5), max(n - 3, 0), ceildiv(n, b + 1)})
    EXPECT_TRUE(d.is_certainly_nonnegative()) << d.text();
  for (const Dim& d : {Dim(-1), n - 1, n - b, min(n - 3, b), floordiv(n - 1, 2)})
    EXPECT_FALSE(d.is_certainly_nonnegative()) << d.text();
}

TEST(Dim, OverflowIsAnErrorNotASmallNumber) {
  Dim big = int64_t{1} << 40;
  EXPECT_THROW(big * big, Error);
  EXPECT_THROW((n * n).evaluate([](std::string_view) { return int64_t{1} << 40; }), Error);
  EXPECT_THROW(Dim(INT64_MAX) + 1, Error);
  EXPECT_THROW((Type{DType::kF64, {int64_t{1} << 60}}).bytes(), Error);
  EXPECT_THROW(floordiv(Dim(INT64_MIN), -1), Error);
  EXPECT_THROW(floordiv(Dim(INT64_MIN) * n, -1), Error);
  EXPECT_THROW(floordiv(n, b).evaluate([](std::string_view s) { return s == "n" ? INT64_MIN : -1; }), Error);
  EXPECT_EQ(mod(Dim(INT64_MIN), -1), Dim(0));
  EXPECT_EQ(mod(Dim(INT64_MIN), 3), Dim(1));
  EXPECT_EQ(mod(Dim(7), -4), Dim(-1));
  EXPECT_EQ(max(Dim(INT64_MIN), INT64_MAX), Dim(INT64_MAX));
  EXPECT_EQ(min(Dim(INT64_MIN), INT64_MAX), Dim(INT64_MIN));
}

TEST(Dim, DivisionByZeroIsAnError) {
  for (const Dim& a : {Dim(0), Dim(7), n, n + b}) {
    EXPECT_THROW(floordiv(a, 0), Error) << a.text();
    EXPECT_THROW(ceildiv(a, 0), Error) << a.text();
    EXPECT_THROW(mod(a, 0), Error) << a.text();
  }
  EXPECT_THROW(floordiv(n, b).evaluate([](std::string_view) { return 0; }), Error);
  EXPECT_THROW(mod(n, b).evaluate([](std::string_view) { return 0; }), Error);
  EXPECT_THROW(mod(n, b).substitute([](std::string_view) { return 0; }), Error);
}

std::string error_of_dim(const std::string& text) {
  try {
    size_t at = 0;
    parse_dim(text, at);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

std::string repeated(std::string_view part, size_t times) {
  std::string out;
  while (times--) out += part;
  return out;
}

TEST(Dim, LongTextsNeitherOverflowTheStackNorHang) {
  for (size_t signs : {2'000'000, 2'000'001}) {
    size_t at = 0;
    EXPECT_EQ(parse_dim(repeated("-", signs) + "n", at), signs % 2 ? Dim(-1) * n : n);
    EXPECT_EQ(at, signs + 1);
  }
  EXPECT_EQ(error_of_dim(repeated("-", 2'000'000)), "dimension: expected a number or a name at \"\"");
  EXPECT_EQ(error_of_dim(repeated("(", 2'000'000)), "dimension: nested too deeply");
  EXPECT_EQ(error_of_dim(repeated("-(", 2'000'000)), "dimension: nested too deeply");
  EXPECT_EQ(error_of_dim(repeated("max(", 2'000'000)), "dimension: nested too deeply");
  EXPECT_EQ(error_of_dim(repeated("(", 63) + "n" + repeated(")", 63)), "");
  EXPECT_EQ(error_of_dim(repeated("n*", 1'000'000) + "n"),
            "a dimension, or a product of them, has a term of more than 64 factors");
  std::string sum = "n";
  for (int i = 0; i < 300; ++i) sum += str(" + n", i);
  EXPECT_EQ(error_of_dim(sum), "a dimension has more than 256 terms");
  std::string product = "n";
  for (int i = 0; i < 40; ++i) product += str("*(a", i, " + b", i, ")");
  EXPECT_EQ(error_of_dim(product), "a dimension has more than 256 terms");
}

TEST(Dim, TextReadsBack) {
  for (const Dim& d : {Dim(-3), Dim(INT64_MAX), n, n * b * 2 - n + 7, ceildiv(n + b, 16) * 16, mod(n * n, b + 1),
                       max(n, 4) - min(b, 2)}) {
    size_t at = 0;
    std::string t = d.text();
    EXPECT_EQ(parse_dim(t, at), d) << t;
    EXPECT_EQ(at, t.size());
  }
}

std::string error_of(std::string_view text) {
  try {
    parse_graph(text, kList, "t");
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

TEST(Graph, PrintsWhatItParses) {
  std::string source =
      "graph @inner(%x: i64[]) -> i64[] {\n"
      "  %0 = add %x, %x : i64[]\n"
      "  return %0\n"
      "}\n"
      "graph @main(%x: f32[b, 4], %w: f32[4] weight, %s: f32[floordiv(3 + n, 4), 4] state) -> (f32[b, 4], f32[2]) {\n"
      "  %0 = add %x, %w : f32[b, 4]  # layers.3 \"a\"\n"
      "  %1 = fill {axes = [1, -2], note = \"q\\\"\", value = f32[2] (1.5, -inf)} : f32[2]\n"
      "  return %0, %1\n"
      "}\n";
  auto g = parse_graph(source, kList, "t");
  std::string once = print_graph(*g);
  EXPECT_EQ(print_graph(*parse_graph(once, kList, "t")), once);
  EXPECT_NE(once.find("value = f32[2] (1.5, -inf)"), std::string::npos) << once;
  EXPECT_EQ(g->nodes()[0].location, "layers.3 \"a\"");
  EXPECT_EQ(g->symbols(), (std::vector<std::string>{"b", "n"}));
}

TEST(Graph, LiteralsKeepTheirBits) {
  auto g = parse_graph(
      "graph @g() -> (u64[1], i64[1], bf16[1]) { %0 = fill {value = u64[1] (18446744073709551615)}\n"
      "%1 = fill {value = i64[1] (-9223372036854775807)} %2 = fill {value = bf16[1] (0.10009765625)} return %0, %1, %2 "
      "}",
      kList, "t");
  std::string text = print_graph(*g);
  EXPECT_NE(text.find("18446744073709551615"), std::string::npos);
  EXPECT_NE(text.find("-9223372036854775807"), std::string::npos);
  EXPECT_NE(text.find("(0.10009765625)"), std::string::npos) << text;
}

std::string error_of_literal(std::string_view literal) {
  return error_of(str("graph @g() -> f32[] { %0 = fill {value = ", literal, "} }"));
}

TEST(Graph, LiteralsOutOfRangeAreErrorsNotOtherNumbers) {
  const std::pair<const char*, const char*> ranges[] = {
      {"i8[2] (-128, 128)", "128 is out of the range of i8, -128 to 127"},
      {"i8[] (300)", "300 is out of the range of i8, -128 to 127"},
      {"i8[] (-129)", "-129 is out of the range of i8, -128 to 127"},
      {"u8[2] (255, -1)", "-1 is out of the range of u8, 0 to 255"},
      {"i16[] (32768)", "32768 is out of the range of i16, -32768 to 32767"},
      {"u32[] (4294967296)", "4294967296 is out of the range of u32, 0 to 4294967295"},
      {"i64[2] (-9223372036854775808, 9223372036854775808)",
       "9223372036854775808 is out of the range of i64, -9223372036854775808 to 9223372036854775807"},
      {"u64[] (18446744073709551616)", "18446744073709551616 is out of the range of u64, 0 to 18446744073709551615"},
      {"f16[2] (65504, 65520)", "65520 is out of the range of f16; write inf or -inf for an infinity"},
      {"bf16[] (-3.4e38)", "-3.4e38 is out of the range of bf16; write inf or -inf for an infinity"},
      {"f32[] (1e39)", "1e39 is out of the range of f32; write inf or -inf for an infinity"},
      {"f64[] (1e400)", "1e400 is out of the range of f64; write inf or -inf for an infinity"},
      {"i8[] (1.5)", "\"1.5\" is not an integer"},
      {"i8[] (-)", "\"-\" is not an integer"},
      {"f32[] (.)", "\".\" is not a number"}};
  for (const auto& [literal, error] : ranges) EXPECT_EQ(error_of_literal(literal), str("t:1: ", error));
  EXPECT_EQ(error_of("graph @g() -> f32[] { %0 = fill {axes = [9223372036854775808]} }"),
            "t:1: 9223372036854775808 is out of the range of i64, -9223372036854775808 to 9223372036854775807");
}

TEST(Graph, TextsThatEndTooSoonAreErrors) {
  EXPECT_EQ(error_of("graph @g() -> f32[] { %0 = fill {note = \"a\\"),
            "t:1: expected \"\"\", found the end of the text");
  EXPECT_EQ(error_of_literal("u8[1] hex 012"), "t:1: a literal has 3 hexadecimal digits, expected two for each byte");
}

TEST(Graph, DimensionsBeyond64BitsAreErrors) {
  EXPECT_EQ(error_of("graph @m(%x: f32[9223372036854775808]) -> f32[n] { return %x }"),
            "t:1: dimension: 9223372036854775808 is larger than 64 bits can count");
  EXPECT_EQ(error_of("graph @m(%x: f32[9x]) -> f32[n] { return %x }"),
            "t:1: dimension: \"9x\" is neither a number nor a name");
  EXPECT_EQ(error_of("graph @m(%x: f32[n], %y: f32[floordiv(-2147483648*4294967296*n, -1)]) -> f32[n] { return %x }"),
            "t:1: a dimension, or a product of them, is larger than 64 bits can count");
  EXPECT_EQ(error_of("graph @m(%x: f32[mod(n, 0)]) -> f32[n] { return %x }"), "t:1: a dimension is divided by zero");
}

TEST(Graph, AWeightHasAConstantShape) {
  EXPECT_EQ(error_of("graph @m(%w: f32[n] weight) -> f32[n] {\n  %0 = exp %w : f32[n]\n  return %0\n}\n"),
            "t:1: graph @m: the weight %w is f32[n]; a weight's shape has no symbols, for it is placed before a run "
            "binds them: give numbers, or make it an input");
  EXPECT_THROW(Graph().parameter("w", {DType::kF32, {4, n}}, ParameterKind::kWeight), Error);
}

TEST(Graph, BodiesHaveOnlyInputs) {
  for (std::string kind : {"state", "weight"})
    EXPECT_EQ(error_of("graph @a(%x: f32[4] " + kind + ") -> f32[4] { return %x }\n" +
                       "graph @main() -> f32[] { %0 = twice {first = @a, second = @a} return %0 }"),
              "t:2: @a: %x is a " + kind +
                  ", expected only inputs in a body: only the program owns states and weights, and hands them to its "
                  "bodies");
}

// @g0, and `times` graphs that each name the one before as their `first` and `second` bodies.
std::string nested(int times, bool both) {
  std::string out = "graph @g0() -> f32[] { %0 = fill {value = f32[] (1)} return %0 }\n";
  for (int i = 1; i <= times; ++i)
    out += str("graph @g", i, "() -> f32[] { %0 = twice {first = @g", i - 1, ", second = @g", both ? i - 1 : 0,
               "} return %0 }\n");
  return out;
}

TEST(Graph, NestedBodiesAreBounded) {
  EXPECT_EQ(error_of(nested(63, false)), "");
  EXPECT_EQ(error_of(nested(60'000, false)), "t:65: @g63: graphs are nested more than 64 deep");
  EXPECT_EQ(error_of(nested(18, true)), "");
  EXPECT_EQ(error_of(nested(40, true)), "t:20: @g18: with its bodies the graph has more than 1000000 nodes");
}

TEST(Graph, ErrorsNameTheOpAndBothShapes) {
  EXPECT_EQ(error_of("graph @g(%x: f32[2, 3], %y: f32[4]) -> f32[2] {\n %0 = add %x, %y\n return %0 }"),
            "t:2: add: shapes do not broadcast: f32[2, 3] and f32[4] (3 vs 4)");
  EXPECT_EQ(error_of("graph @g(%x: f32[2], %y: i32[2]) -> f32[2] { %0 = add %x, %y return %0 }"),
            "t:1: add: operands have different dtypes: f32[2] and i32[2]; cast one of them");
  EXPECT_EQ(error_of("graph @g(%x: f32[2]) -> f32[3] { return %x }"), "t:1: return: stated as f32[3] but it is f32[2]");
  EXPECT_NE(error_of("graph @g(%x: f32[2]) -> f32[2] { %0 = nope %x return %0 }").find("there is no op \"nope\""),
            std::string::npos);
  EXPECT_NE(error_of("graph @g(%x: q4_k[2, 100]) -> f32[2] { return %x }").find("multiple of 256"), std::string::npos);
  EXPECT_NE(error_of("graph @g(%x: f32[2]) -> f32[2] { return %y }").find("no value %y"), std::string::npos);
  EXPECT_NE(error_of("graph @g(%x: f32[2], %x: f32[2]) -> f32[2] { return %x }").find("two parameters"),
            std::string::npos);
  EXPECT_NE(error_of("").find("no graph"), std::string::npos);
}

// A graph of one op that names two bodies.
std::string printed_with(const GraphRef& first, const GraphRef& second) {
  Graph g("main");
  g.set_results(g.append(kTwice, {}, {{"first", first}, {"second", second}}));
  return print_graph(g);
}
std::shared_ptr<Graph> body_of(Dim length, ParameterKind kind = ParameterKind::kInput) {
  auto g = std::make_shared<Graph>("f");
  g->set_results({g->parameter("x", {DType::kF32, {length}}, kind)});
  return g;
}

TEST(Graph, DifferentBodiesOfOneNamePrintUnderTwo) {
  const std::string text = printed_with(body_of(2), body_of(3));
  EXPECT_NE(text.find("first = @f, second = @f.2"), std::string::npos) << text;
  EXPECT_EQ(print_graph(*parse_graph(text, kList, "test")), text);
  EXPECT_NE(printed_with(body_of(2), body_of(2)).find("first = @f, second = @f}"), std::string::npos);
}

TEST(Graph, BodiesBuiltInCppHaveOnlyInputs) {
  for (ParameterKind kind : {ParameterKind::kState, ParameterKind::kWeight})
    EXPECT_THROW(printed_with(body_of(2), body_of(2, kind)), Error);
}

TEST(Graph, LiteralsTooSmallForADoubleAreZero) {
  const std::string text =
      "graph @m() -> f64[5] {\n"
      "  %0 = fill {value = f64[5] (1e-400, -1e-99999999999999999999, 1e-310, 0.001e-321, 12345e-300)}\n"
      "  return %0\n}\n";
  EXPECT_NE(print_graph(*parse_graph(text, kList, "test")).find("(0.0, -0.0, 1e-310, 0.0, 1.2345e-296)"),
            std::string::npos);
}

}  // namespace
}  // namespace tegula
