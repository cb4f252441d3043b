// Matrix product, batched over leading axes. On a weight (k last, transpose_b) B is read in the kernel's packed layout.
#pragma once

#include "graph/op.h"

namespace tegula::op {

extern const Op transpose, matmul2, matmuls;  // the last two: merged_matmuls.cpp

// The last two axes swapped.
inline Value swap_last(Value x) {
  std::vector<int64_t> axes(size_t(x.rank()));
  for (size_t a = 0; a < axes.size(); ++a) axes[a] = int64_t(a);
  std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
  return transpose(x, {{"axes", axes}});
}

// The C++ of the matrix of an operand's last two axes, as kernel/operand.h has them: at the indices `lead` (", l0, l1")
// of those before; `transpose`: its columns are the product's rows.
std::string matrix_operand(const KernelCode& c, int operand, std::string_view lead = "", bool transpose = false);
// The type as which a kernel reads the elements of a value.
std::string_view element_type(const Type& t);

std::vector<Type> infer_matmul(const Infer& i);
KernelCall matmul_kernel(const KernelCode& c);
Values vjp_matmul(const Vjp& v);
Values batch_matmul(const Batch& b);

inline constexpr Op matmul{
    .name = "matmul",
    .doc =
        "a @ b over the last two axes; leading axes broadcast. transpose_b: b is [..., n, k], as linear layers keep "
        "their weights. round_a: where b is quantised, a may be rounded to 8 bits, 32 of k to one scale, if the kernel "
        "is faster so. Products of 16-bit floats are summed in f32.",
    .operands = {{{"a", kNumbers}, {"b", kNumbers | kQuantized, Access::kPacked}}},
    .attrs = {{{"transpose_b", AttrKind::kBool, "false"}, {"round_a", AttrKind::kBool, "false"}}},
    .infer = infer_matmul,
    .kernel = matmul_kernel,
    .facts = {.row_operand = 0, .repeats_loads = true, .paired = &matmul2, .merged = &matmuls},
    .vjp = vjp_matmul,
    .batch = batch_matmul,
};

}  // namespace tegula::op
