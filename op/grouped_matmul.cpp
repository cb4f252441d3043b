#include "op/grouped_matmul.h"

#include "kernel/grouped_matmul.h"
#include "op/concat.h"
#include "op/grouped_outer.h"
#include "op/matmul.h"
#include "op/operators.h"
#include "op/pad.h"
#include "op/reduction.h"
#include "op/slice.h"

namespace tegula::op {
namespace {

std::string row_groups(const KernelCode& c) {
  return str("RowGroups{", c.buffer(2), ", ", c.dim(c.node.operand_type(2).shape[0]), ", ",
             c.dim(c.node.operand_type(0).shape[0]), "}");
}

// Groups of a batch are more groups, where the rows behind the last are a group as well: sizes [b, e + 1].
Value all_sizes(const Batch& b, size_t operand, const Dim& rows) {
  Value sizes = with_batch(b, operand);
  Value sum_of_each = sum(sizes, {{"axes", std::vector<int64_t>{1}}, {"keep_dims", true}});
  Value rest = dim_value(*sizes.graph, rows, DType::kI32) - sum_of_each;
  return concat(sizes, rest, {{"axis", int64_t{1}}});
}

// The first two axes as one.
Value joined(Value x) {
  Shape shape(x.shape().begin() + 1, x.shape().end());
  shape[0] = shape[0] * x.dim(0);
  return reshape(x, {{"shape", shape}});
}

Value in_dtype(Value x, DType dtype) { return x.dtype() == dtype ? x : cast(x, {{"to", dtype}}); }

}  // namespace

std::vector<Type> infer_grouped_matmul(const Infer& i) {
  const Type &a = i[0], &b = i[1], &sizes = i[2];
  if (a.rank() != 2 || b.rank() != 3 || sizes.rank() != 1)
    i.error("expected a [m, k], b [e, n, k] and sizes [e], found ", text(a), ", ", text(b), " and ", text(sizes));
  if (!is_quantized(b.dtype) && a.dtype != b.dtype && !(is_float(a.dtype) && is_float(b.dtype)))
    i.error("operands have different dtypes: ", text(a), " x ", text(b), "; cast one of them");
  i.require_equal(a.shape[1], b.shape[2], "inner dimensions differ: ", text(a), " x ", text(b), " (", a.shape[1].text(),
                  " vs ", b.shape[2].text(), ")");
  i.require_equal(b.shape[0], sizes.shape[0], "groups differ in number: ", text(b), " and ", text(sizes));
  return {{a.dtype, {a.shape[0], b.shape[1]}}};
}

KernelCall grouped_matmul_kernel(const KernelCode& c) {
  const Type &a = c.node.operand_type(0), &b = c.node.operand_type(1);
  std::string load_b = c.packed(1) ? c.buffer(1) : str("[=](i64 g) { return ", matrix_operand(c, 1, ", g"), "; }");
  return {"kernel/grouped_matmul.h", kernel::grouped_matmul_blocks(a.shape[0], b.shape[1], b.shape[0], c.simt),
          str("grouped_matmul(blocks, ", row_groups(c), ", ", c.dim(b.shape[1]), ", ", c.dim(a.shape[1]), ", ",
              matrix_operand(c, 0), ", ", load_b, ", ", c.store(0), ");")};
}

// y = a b[g]^T: da = dy b[g], db[g] = dy^T a over the rows of the group.
Values vjp_grouped_matmul(const Vjp& v) {
  Value a = v.x(0), b = v.x(1), sizes = v.x(2), dy = v.dy();
  if (is_quantized(b.dtype())) b = cast(b, {{"to", a.dtype()}});
  Value da = grouped_matmul(dy, swap_last(b), sizes);
  return {da, is_quantized(v.x(1).dtype()) ? Value() : in_dtype(grouped_outer(dy, a, sizes), b.dtype()), Value()};
}

Values batch_grouped_matmul(const Batch& b) {
  Value a = with_batch(b, 0), sizes = all_sizes(b, 2, a.dim(1)), weights = b.operands[1];
  if (is_quantized(weights.dtype())) weights = cast(weights, {{"to", a.dtype()}});
  if (!b.batched[1]) weights = with_batch_axis(weights, b.size);
  weights = pad(weights, {{"axes", std::vector<int64_t>{1}}, {"low", Shape{0}}, {"high", Shape{1}}});
  Value y = grouped_matmul(joined(a), joined(weights), joined(sizes));
  return {reshape(y, {{"shape", Shape{b.size, a.dim(1), y.dim(1)}}})};
}

std::vector<Type> infer_grouped_outer(const Infer& i) {
  const Type &x = i[0], &y = i[1], &sizes = i[2];
  if (x.rank() != 2 || y.rank() != 2 || sizes.rank() != 1)
    i.error("expected x [m, n], y [m, k] and sizes [e], found ", text(x), ", ", text(y), " and ", text(sizes));
  if (x.dtype != y.dtype && !(is_float(x.dtype) && is_float(y.dtype)))
    i.error("operands have different dtypes: ", text(x), " and ", text(y), "; cast one of them");
  i.require_equal(x.shape[0], y.shape[0], "x and y have different numbers of rows: ", text(x), " and ", text(y));
  return {{x.dtype, {sizes.shape[0], x.shape[1], y.shape[1]}}};
}

KernelCall grouped_outer_kernel(const KernelCode& c) {
  const Dim &groups = c.node.operand_type(2).shape[0], &n = c.node.operand_type(0).shape[1],
            &k = c.node.operand_type(1).shape[1];
  return {"kernel/grouped_matmul.h", groups * kernel::matmul_blocks(n, k, c.simt),
          str("grouped_outer(blocks, ", row_groups(c), ", ", c.dim(n), ", ", c.dim(k), ", ", matrix_operand(c, 0), ", ",
              matrix_operand(c, 1), ", ", c.store(0), ");")};
}

// c[g] = x^T y: dx = y dc[g]^T, dy = x dc[g].
Values vjp_grouped_outer(const Vjp& v) {
  Value x = v.x(0), y = v.x(1), sizes = v.x(2), dc = v.dy();
  return {in_dtype(grouped_matmul(y, dc, sizes), x.dtype()),
          in_dtype(grouped_matmul(x, swap_last(dc), sizes), y.dtype()), Value()};
}

Values batch_grouped_outer(const Batch& b) {
  Value x = with_batch(b, 0), y = with_batch(b, 1), sizes = all_sizes(b, 2, x.dim(1));
  Value c = grouped_outer(joined(x), joined(y), joined(sizes));
  c = reshape(c, {{"shape", Shape{b.size, sizes.dim(1), c.dim(1), c.dim(2)}}});
  return {slice_axis(c, 1, 0, sizes.dim(1) - 1)};
}

}  // namespace tegula::op
