// Writing new keys or values into the pages of a cache.
#pragma once

#include "graph/op.h"
#include "kernel/map.h"

namespace tegula::op {

inline constexpr Op cache_write{
    .name = "cache_write",
    .doc =
        "A paged cache [blocks, block_size, h, d] in which values[i] stand at place slots[i], counted over all blocks; "
        "a slot outside the cache, below 0 or behind its last block, is left out.",
    .operands = {{{"cache", kFloats, Access::kBuffer}, {"slots", set_of(DType::kI32)}, {"values", kFloats}}},
    .infer =
        [](const Infer& i) {
          const Type &cache = i[0], &slots = i[1], &values = i[2];
          if (cache.rank() != 4 || slots.rank() != 1 || values.rank() != 3 || !(values.shape[0] == slots.shape[0]) ||
              !(values.shape[1] == cache.shape[2]) || !(values.shape[2] == cache.shape[3]))
            i.error("expected [blocks, block_size, h, d], [t], [t, h, d], found ", text(cache), ", ", text(slots), ", ",
                    text(values));
          return std::vector<Type>{cache};
        },
    .kernel = [](const KernelCode& c) -> KernelCall {
      const Shape& v = c.node.operand_type(2).shape;
      std::string h = c.dim(v[1]), d = c.dim(v[2]);
      return {"kernel/map.h", kernel::map_blocks(v[0] * v[1], v[2]),
              str("map(blocks, ", c.dim(v[0] * v[1]), ", ", d, ", [=](i64 row) { i64 t = row / ", h, ", h = row % ", h,
                  ", slot = ", c.load(1), "(t); return [=](i64 i) { if (slot >= 0 && slot < ",
                  c.dim(c.node.operand_type(0).shape[0] * c.node.operand_type(0).shape[1]), ") store(", c.buffer(0),
                  " + (slot * ", h, " + h) * ", d, " + i, ", c.load(2), "(t, h, i)); }; });")};
    },
    .facts = {.in_place = 0},
    .differentiable = false,
};

}  // namespace tegula::op
