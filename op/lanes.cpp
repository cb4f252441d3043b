#include "op/lanes.h"

#include "kernel/along_axis.h"

namespace tegula::op {

Lanes lanes(const KernelCode& c, const Shape& shape, int axis) {
  Lanes out;
  Shape before(shape.begin(), shape.begin() + axis), after(shape.begin() + axis + 1, shape.end());
  out.outer = product(before), out.length = shape[size_t(axis)], out.inner = product(after);
  std::vector<std::string> o, j;
  for (size_t a = 0; a < before.size(); ++a) o.push_back(str("o", a));
  for (size_t a = 0; a < after.size(); ++a) j.push_back(str("j", a));
  out.split = (o.empty() ? "" : c.split("o", before, o)) + (j.empty() ? "" : c.split("j", after, j));
  out.index = o;
  out.index.push_back("i");
  out.index.insert(out.index.end(), j.begin(), j.end());
  return out;
}

std::string Lanes::at() const {
  std::string out;
  for (const std::string& i : index) out += (out.empty() ? "" : ", ") + i;
  return out;
}

KernelCall Lanes::call(const KernelCode& c, bool reverse, const std::string& initial, const std::string& body) const {
  return {"kernel/along_axis.h", kernel::along_axis_blocks(outer, inner),
          str("along_axis(blocks, ", c.dim(outer), ", ", c.dim(length), ", ", c.dim(inner), ", ",
              reverse ? "true" : "false", ", ", initial, ", [=](i64 o, i64 i, i64 j, auto& state) { ", split, body,
              " });")};
}

std::string computed(const KernelCode& c) { return str("Compute<", info(c.node.operand_type(0).dtype).cpp, ">"); }

}  // namespace tegula::op
