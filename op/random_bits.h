#pragma once

#include "op/axis.h"

namespace tegula::op {

inline void check_key(const Infer& i) {
  if (i[0].rank() < 1 || !i[0].shape.back().is(2)) i.error("key is ", text(i[0]), ", expected u32[2]");
}

inline constexpr Op random_bits{
    .name = "random_bits",
    .doc =
        "Random u32 of `shape`, a pure function of key and place (Philox 4x32-10, SC'11). key is u32[2]; axes before "
        "its "
        "last give each key an array of its own. Bits of shape [n, 2] are n new keys.",
    .operands = {{{"key", set_of(DType::kU32)}}},
    .attrs = {{{"shape", AttrKind::kDims}}},
    .infer =
        [](const Infer& i) {
          check_key(i);
          Type out{DType::kU32, {i[0].shape.begin(), i[0].shape.end() - 1}};
          out.shape.insert(out.shape.end(), i.attrs.dims("shape").begin(), i.attrs.dims("shape").end());
          return std::vector<Type>{out};
        },
    .element =
        [](const ElementCode& c) {  // the place in the key's own array
          size_t lead = size_t(c.node.operand_type(0).rank() - 1);
          std::vector<std::string> key(c.index.begin(), c.index.begin() + int64_t(lead));
          key.push_back("0");
          std::string place = "0";
          for (size_t a = lead; a < c.index.size(); ++a)
            place = str("(", place, " * ", c.dim(c.node.result_type().shape[a]), " + ", c.index[a], ")");
          std::string first = c.element(0, key);
          key.back() = "1";
          return str("random_bits(", first, ", ", c.element(0, key), ", ", place, ")");
        },
    .header = "kernel/random.h",
    .facts = {.cost = Cost::kTranscendental},
    .differentiable = false,
    .batch = batch_in_front,
};

}  // namespace tegula::op
