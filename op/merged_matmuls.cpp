// Products of one left operand by several weights, as one kernel each. No person writes them: they are among matmul's
// facts, and the compiler makes them of matmuls.
#include "kernel/matmul.h"
#include "op/matmul.h"

namespace tegula::op {
namespace {

// The left operand of matmuls by weights: its leading axes are rows, one after another.
struct LeftOperand {
  Dim rows, depth;
  std::string split, index;  // declarations of l0, l1, ... from the row i; "l0, l1, "
  std::string rows_index() const { return index.substr(0, index.size() - 2); }

  explicit LeftOperand(const KernelCode& c) : depth(c.node.operand_type(0).shape.back()) {
    Shape lead = c.node.operand_type(0).shape;
    lead.pop_back();
    rows = product(lead);
    std::vector<std::string> names;
    for (size_t i = 0; i < lead.size(); ++i) names.push_back(str("l", i)), index += names.back() + ", ";
    split = c.split("i", lead, names);
  }
  std::string load(const KernelCode& c) const {
    std::string_view element = element_type(c.node.operand_type(0));
    std::string rows = c.by_rows(0) ? str("by_rows<", element, ">([=](i64 i) { ", split, "return ", c.load(0), "(",
                                          rows_index(), "); })")
                                    : str("joined_rows<", element, ">(", c.load(0), ", ", c.dim(depth),
                                          ", [=](i64 i, i64 k) { ", split, "return ", c.load(0), "(", index, "k); })");
    return c.node.attrs.boolean("round_a") ? "Rounded{" + rows + "}" : rows;
  }
};

std::string weight(const KernelCode& c, int operand) {
  return c.packed(operand) ? c.buffer(operand) : matrix_operand(c, operand);
}

std::vector<Type> infer_products(const Infer& i) {
  std::vector<Type> out;
  for (size_t w = 1; w < i.operands.size(); ++w) {
    if (i[0].rank() < 1 || i[w].rank() != 2 || !(i[w].shape[1] == i[0].shape.back()))
      i.error(text(i[0]), " x ", text(i[w]), ": expected [.., k] and a weight [n, k]");
    if (!i.op.variadic && i[w] != i[1]) i.error("weights of one type are expected: ", text(i[1]), " and ", text(i[w]));
    out.push_back(i[0]);
    out.back().shape.back() = i[w].shape[0];
  }
  return out;
}

KernelCall matmul2_kernel(const KernelCode& c) {
  LeftOperand a(c);
  const Dim& n = c.node.result_type().shape.back();
  return {"kernel/matmul.h", kernel::matmul_blocks(a.rows, n, c.simt),
          str("matmul2(blocks, ", c.dim(a.rows), ", ", c.dim(n), ", ", c.dim(a.depth), ", ", a.load(c), ", ",
              weight(c, 1), ", ", weight(c, 2), ", [=](i64 i, i64 j, auto x, auto y) { ", a.split, c.store(-1), "(",
              a.index, "j, x, y); });")};
}

KernelCall matmuls_kernel(const KernelCode& c) {
  LeftOperand a(c);
  Dim grid = 0;
  // One lambda, so that what brings its rows near is compiled once.
  std::string text = str("auto a = ", a.load(c), ";\n  Blocks rest = blocks;\n  ");
  for (int r = 0; r < int(c.node.results.size()); ++r) {
    const Dim& n = c.node.result_type(size_t(r)).shape.back();
    grid = grid + kernel::matmul_blocks(a.rows, n, c.simt);
    text +=
        str("rest = part(rest, matmul_blocks(", c.dim(a.rows), ", ", c.dim(n), "), [=](Blocks mine) { matmul(mine, ",
            c.dim(a.rows), ", ", c.dim(n), ", ", c.dim(a.depth), ", ", "a, ", weight(c, r + 1),
            ", [=](i64 i, i64 j, auto x) { ", a.split, c.store(r), "(", a.index, "j, x); }); });\n  ");
  }
  return {"kernel/matmul.h", std::move(grid), text};
}

constexpr AttrSpec kRoundA{"round_a", AttrKind::kBool, "false"};  // as matmul's

}  // namespace

// Two weights of one type, whose results are used together at each place.
constexpr Op matmul2{
    .name = "matmul2",
    .doc = "a @ transpose(b0) and a @ transpose(b1), for two weights of one type.",
    .operands = {{{"a", kNumbers},
                  {"b0", kDense | kQuantized, Access::kPacked},
                  {"b1", kDense | kQuantized, Access::kPacked}}},
    .attrs = {{kRoundA}},
    .infer = infer_products,
    .kernel = matmul2_kernel,
    .facts = {.row_operand = 0, .repeats_loads = true, .joint_store = true},
};

// Any weights: one launch whose blocks are those of the first product, then those of the second, and so on.
constexpr Op matmuls{
    .name = "matmuls",
    .doc = "a @ transpose(b) for each weight b.",
    .operands = {{{"a", kNumbers}, {"b", kDense | kQuantized, Access::kPacked}}},
    .variadic = true,
    .attrs = {{kRoundA}},
    .infer = infer_products,
    .kernel = matmuls_kernel,
    .facts = {.row_operand = 0, .repeats_loads = true},
};

}  // namespace tegula::op
