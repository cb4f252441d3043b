// What users are told where an op's operands or attributes do not fit, and what a run is told to check of symbolic
// dims.
#include <gtest/gtest.h>

#include "cases.h"
#include "graph/parse.h"
#include "op/ops.h"

namespace tegula::reference {
namespace {

// The error for a node over these parameters, without "t:1: "; empty where there is none.
std::string error_of(const std::string& parameters, const std::string& body, const std::string& before = "") {
  try {
    parse_graph(before + "graph @t(" + parameters + ") -> () { %r = " + body + " return }", all_ops(), "t");
  } catch (const Error& e) {
    std::string what = e.what();
    return what.substr(what.find(": ") + 2);
  }
  return "";
}

struct Wrong {
  const char *parameters, *body, *error;
};

TEST(Infer, ErrorsNameTheOpWhatWasFoundAndWhatWasExpected) {
  for (const Wrong& w : std::initializer_list<Wrong>{
           {"%x: f32[2, 3], %y: f32[4, 5]", "matmul %x, %y",
            "matmul: inner dimensions differ: f32[2, 3] x f32[4, 5] (3 vs 4)"},
           {"%x: f32[2], %y: i32[2]", "add %x, %y",
            "add: operands have different dtypes: f32[2] and i32[2]; cast one of them"},
           {"%x: i32[2]", "exp %x", "exp: operand x is i32[2]; its dtype must be one of f16, bf16, f32, f64"},
           {"%x: f32[2]", "sum %x {axes = [1]}", "sum: axis 1 is outside a value of rank 1"},
           {"%x: f32[2, 3]", "sum %x {axes = [1, -1]}", "sum: axis 1 is named twice"},
           {"%x: f32[2]", "sum %x {axis = 1}", "sum: there is no attribute \"axis\""},
           {"%x: f32[2]", "reshape %x", "reshape: attribute \"shape\" must be given"},
           {"%x: f32[2, 3]", "reshape %x {shape = [4]}", "reshape: f32[2, 3] has 6 elements, [4] has 4"},
           {"%x: f32[2, 3]", "transpose %x {axes = [0, 0]}", "transpose: axes must name each axis of f32[2, 3] once"},
           {"%x: f32[3]", "broadcast_to %x {shape = [2]}",
            "broadcast_to: shapes do not broadcast: f32[3] and f32[2] (3 vs 2)"},
           {"%x: f32[2, 3]", "squeeze %x {axes = [0]}", "squeeze: axis 0 of f32[2, 3] has length 2, expected 1"},
           {"%x: f32[5]", "slice %x {axes = [0], starts = [1], stops = [6]}",
            "slice: 1 to 6 by 1 is not inside axis 0 of f32[5]"},
           {"%x: f32[5]", "slice %x {axes = [0], starts = [5], stops = [-1], steps = [-1]}",
            "slice: 5 to -1 by -1 is not inside axis 0 of f32[5]"},
           {"%x: f32[5]", "slice %x {axes = [0], starts = [3], stops = [1]}",
            "slice: 3 to 1 by 1 is not inside axis 0 of f32[5]"},
           {"%x: f32[5]", "slice %x {axes = [0], starts = [0], stops = [1], steps = [0]}", "slice: a step is 0"},
           {"%x: f32[5]", "slice %x {axes = [0], starts = [0], stops = [1, 2]}",
            "slice: 1 axes need as many starts, stops and steps; found 1, 2 and 0"},
           {"%x: f32[2]", "pad %x {axes = [0], low = [-3], high = [0]}",
            "pad: a dimension of its result f32[-1] is negative"},
           {"", "iota {shape = [-1]}", "iota: a dimension of its result i32[-1] is negative"},
           {"%x: f32[2, 3], %y: f32[3, 3]", "concat %x, %y {axis = 1}",
            "concat: f32[2, 3] and f32[3, 3] differ beside axis 1"},
           {"%x: f32[2], %y: f32[3]", "stack %x, %y", "stack: operands differ: f32[2] and f32[3]"},
           {"%x: f32[4], %i: f32[2]", "take %x, %i",
            "take: operand indices is f32[2]; its dtype must be one of i32, i64"},
           {"%x: f32[4, 2], %i: i32[3], %u: f32[3]", "scatter %x, %i, %u",
            "scatter: updates are f32[3], expected f32[3, 2]"},
           {"%x: f32[4], %i: i32[3], %u: f32[3]", "scatter %x, %i, %u {mode = \"sub\"}",
            "scatter: mode \"sub\" is not one of set, add, mul, min, max"},
           {"%x: c64[4], %i: i32[3], %u: c64[3]", "scatter %x, %i, %u {mode = \"max\"}",
            "scatter: mode \"max\" does not take c64"},
           {"%x: f32[5], %i: i32[]", "dynamic_slice %x, %i {size = [6]}",
            "dynamic_slice: size 6 is more than axis 0 of f32[5] has"},
           {"%x: f32[3, 5]", "top_k %x {k = 6}", "top_k: k = 6 is more than axis 1 of f32[3, 5] has"},
           {"%x: f32[3, 0]", "argmax %x", "argmax: axis 1 of f32[3, 0] is empty"},
           {"%c: bool[2], %x: f32[2], %y: f64[2]", "where %c, %x, %y",
            "where: x and y have different dtypes: f32[2] and f64[2]; cast one of them"},
           {"%x: c64[2]", "cast %x {to = f32}", "cast: from c64 to f32 loses the imaginary part; use real"},
           {"%x: f32[2]", "cast %x {to = q8_0}",
            "cast: to q8_0 is not a cast; weights are quantised by `tegula convert`"},
           {"%x: f32[1, 3, 8], %w: f32[4, 2, 3]", "conv %x, %w",
            "conv: weight f32[4, 2, 3] takes 2 channels in 1 groups, x f32[1, 3, 8] has 3"},
           {"%x: f32[1, 2, 2], %w: f32[4, 2, 3]", "conv %x, %w",
            "conv: a window of 3 is longer than axis 2 of f32[1, 2, 2]"},
           {"%x: f32[2, 3], %y: f32[4]", "einsum %x, %y {equation = \"ij,j->i\"}",
            "einsum: \"ij,j->i\": axis 'j' is 3 long and 4 in f32[4]"},
           {"%x: f32[2, 2]", "einsum %x {equation = \"ii->i\"}", "einsum: \"ii->i\": 'i' stands twice in one operand"},
           {"%k: u32[3]", "random_bits %k {shape = [2]}", "random_bits: key is u32[3], expected u32[2]"},
           {"%x: f32[3, 4], %w: f32[3]", "layer_norm %x, %w", "layer_norm: weight is f32[3], expected f32[4]"},
           {"%x: f32[3, 4], %y: i32[4]", "cross_entropy %x, %y", "cross_entropy: labels are i32[4], expected i32[3]"},
       })
    EXPECT_EQ(error_of(w.parameters, w.body), w.error) << w.body;
}

TEST(Infer, ControlFlowNamesTheGraphAndItsTypes) {
  std::string f = "graph @f(%x: f32[2]) -> f32[2] { return %x }\n",
              g = "graph @g(%x: f32[2]) -> bool[] { %0 = constant {value = bool[] (true)} return %0 }\n";
  EXPECT_EQ(error_of("%x: f32[3]", "call %x {graph = @f}", f), "call: @f takes (f32[2]), given (f32[3])");
  EXPECT_EQ(error_of("%p: bool[2], %x: f32[2]", "cond %p, %x {then = @f, otherwise = @f}", f),
            "cond: predicate is bool[2], expected bool[]");
  EXPECT_EQ(error_of("%p: bool[], %x: f32[2]", "cond %p, %x {then = @f, otherwise = @g}", f + g),
            "cond: @g gives (bool[]), expected (f32[2])");
  EXPECT_EQ(error_of("%x: f32[2]", "while_loop %x {condition = @f, body = @f}", f),
            "while_loop: @f gives (f32[2]), expected (bool[])");
  EXPECT_EQ(error_of("%x: f32[2]", "while_loop %x {condition = @g, body = @f}", f + g), "");
  EXPECT_EQ(error_of("%x: f32[2]", "while_loop %x {condition = @g, body = @f, constants = 2}", f + g),
            "while_loop: 2 constants of 1 operands");
  EXPECT_EQ(error_of("%x: f32[2]", "scan %x {body = @f, length = [3], carries = 2}", f),
            "scan: 2 carries and 0 constants of 1 operands");
  EXPECT_EQ(error_of("%x: f32[4, 2]", "scan %x {body = @f, length = [3]}", f),
            "scan: operand 0 is f32[4, 2], expected an axis 0 of length 3");
  EXPECT_EQ(error_of("%x: f32[]", "scan %x {body = @f, length = [3]}", f),
            "scan: operand 0 is f32[], expected an axis of length 3");
  EXPECT_EQ(error_of("%x: f32[2]", "scan %x {body = @g, length = [3], carries = 1}", g),
            "scan: @g gives (bool[]), expected the carries (f32[2]) first");
  EXPECT_EQ(error_of("%x: f32[3, 2]", "scan %x {body = @f, length = [3]}", f), "");
}

// What requirements_of says is broken where the symbols have these values.
std::vector<std::string> broken(const std::string& parameters, const std::string& body, const Bindings& symbols) {
  auto graph = parse_graph("graph @t(" + parameters + ") -> () { %r = " + body + " return }", all_ops(), "t");
  std::vector<std::string> out;
  for (const Requirement& r : requirements_of(*graph))
    if (r.nonnegative.evaluate([&](std::string_view s) { return symbols.at(std::string(s)); }) < 0)
      out.push_back(r.message);
  return out;
}

TEST(Infer, WhatCannotBeDecidedIsRequiredOfTheRun) {
  const char* slice = "slice %x {axes = [0], starts = [2], stops = [n - 1]}";
  EXPECT_TRUE(broken("%x: f32[n]", slice, {{"n", 3}}).empty());
  EXPECT_EQ(broken("%x: f32[n]", slice, {{"n", 2}})[0], "slice: 2 to n - 1 by 1 is not inside axis 0 of f32[n]");
  EXPECT_TRUE(broken("%x: f32[n]", "reshape %x {shape = [floordiv(n, 2), 2]}", {{"n", 4}}).empty());
  EXPECT_EQ(broken("%x: f32[n]", "reshape %x {shape = [floordiv(n, 2), 2]}", {{"n", 5}}).size(), 1u);
  EXPECT_EQ(broken("%x: f32[n]", "arg_select %x {k = [3]}", {{"n", 2}})[0],
            "arg_select: k = 3 is more than the rows of f32[n] have");
  EXPECT_EQ(broken("%x: f32[n]", "pad %x {axes = [0], low = [-2], high = [0]}", {{"n", 1}})[0],
            "pad: a dimension of its result f32[n - 2] is negative");
}

TEST(Infer, EveryOpSaysWhatItIs) {
  for (const Op* op : all_ops()) {
    EXPECT_FALSE(op->doc.empty()) << op->name;
    EXPECT_EQ(op->doc.back(), '.') << op->name;
    bool control = op->name == "call" || op->name == "cond" || op->name == "while_loop";
    EXPECT_TRUE(control || op->is_elementwise() || op->element || op->kernel || !op->reduce.empty() || op->expand)
        << op->name << " has no code";
  }
}

}  // namespace
}  // namespace tegula::reference
