// Cases of the op matrix: control flow.
#include "base/error.h"
#include "cases.h"

namespace tegula::reference {

void add_control_cases(std::vector<Case>& out) {
  const char* square_and_sum =
      "graph @f(%x: T[3], %y: T[3]) -> (T[3], T[]) {\n  %0 = mul %x, %y\n  %1 = sum %0\n  return %0, %1\n}\n";
  out.push_back({.op = "call",
                 .parameters = "%x: T[3], %y: T[3]",
                 .body = "call %x, %y {graph = @f}",
                 .results = 2,
                 .dtypes = kFloats,
                 .before = square_and_sum});
  std::string branches =
      "graph @f(%x: T[3], %i: i32[]) -> T[3] {\n  %0 = sin %x\n  return %0\n}\n"
      "graph @g(%x: T[3], %i: i32[]) -> T[3] {\n  %0 = mul %x, %x\n  return %0\n}\n";
  out.push_back({.op = "cond",
                 .parameters = "%p: bool[], %x: T[3], %i: i32[]",
                 .body = "cond %p, %x, %i {then = @f, otherwise = @g}",
                 .dtypes = kFloats,
                 .before = branches});
  std::string halve =
      "graph @above(%x: T[], %i: i32[]) -> bool[] {\n  %0 = constant {value = T[] (0.5)}\n  %1 = greater %x, %0\n"
      "  return %1\n}\n"
      "graph @halve(%x: T[], %i: i32[]) -> (T[], i32[]) {\n  %0 = constant {value = T[] (0.5)}\n  %1 = mul %x, %0\n"
      "  %2 = constant {value = i32[] (1)}\n  %3 = add %i, %2\n  return %1, %3\n}\n";
  out.push_back({.op = "while_loop",
                 .parameters = "%x: T[], %i: i32[]",
                 .body = "while_loop %x, %i {condition = @above, body = @halve}",
                 .results = 2,
                 .low = 1,
                 .high = 20,
                 .dtypes = kFloats,
                 .before = halve});
  // Two carries of which one counts, one input walked, one constant, a stack.
  std::string cell =
      "graph @cell(%h: T[3], %i: i32[], %x: T[3], %w: T[3, 3]) -> (T[3], i32[], T[]) {\n  %0 = mul %h, %x\n"
      "  %1 = tanh %0\n  %2 = reshape %1 {shape = [1, 3]}\n  %3 = matmul %2, %w\n  %4 = reshape %3 {shape = [3]}\n"
      "  %5 = constant {value = i32[] (1)}\n  %6 = add %i, %5\n  %7 = cast %i {to = T}\n  %8 = mul %4, %7\n"
      "  %9 = sum %8\n  return %4, %6, %9\n}\n";
  for (const char* reverse : {"false", "true"})
    out.push_back(
        {.op = "scan",
         .parameters = "%h: T[3], %i: i32[], %x: T[n, 3], %w: T[3, 3]",
         .body = str("scan %h, %i, %x, %w {body = @cell, length = [n], carries = 2, constants = 1, reverse = ", reverse,
                     "}"),
         .results = 3,
         .low = -1,
         .high = 1,
         .dtypes = kFloats,
         .before = cell});
  // Only elements, each by itself; and a sum whose gradient keeps nothing.
  out.push_back({.op = "scan",
                 .parameters = "%s: T[2], %x: T[3, 2]",
                 .body = "scan %s, %x {body = @add, length = [3], carries = 1}",
                 .results = 2,
                 .dtypes = kFloats,
                 .before = "graph @add(%s: T[2], %x: T[2]) -> (T[2], T[2]) {\n  %0 = add %s, %x\n  %1 = mul %x, %x\n"
                           "  return %0, %1\n}\n"});
}

}  // namespace tegula::reference
