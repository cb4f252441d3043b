#include "op/arg_select.h"

#include "kernel/sort.h"

namespace tegula::op {

KernelCall arg_select_kernel(const KernelCode& c) {
  Shape lead = c.node.operand_type(0).shape;
  Dim n = lead.back(), k = c.node.attrs.dims("k")[0];
  lead.pop_back();
  std::vector<std::string> index;
  std::string at;
  for (size_t a = 0; a < lead.size(); ++a) index.push_back(str("r", a)), at += index.back() + ", ";
  const std::string& order = c.node.attrs.get<std::string>("order");
  std::string which = order == "ascending" ? "kAscending" : order == "descending" ? "kDescending" : "kLargest";
  return {"kernel/sort.h", kernel::sort_blocks(product(lead)),
          str("select(blocks, ", c.dim(product(lead)), ", ", c.dim(n), ", ", c.dim(k), ", Order::", which,
              ", [=](i64 row, i64 i) { ", lead.empty() ? "" : c.split("row", lead, index), "return ", c.load(0), "(",
              at, "i); }, ", c.result(0), ");")};
}

}  // namespace tegula::op
