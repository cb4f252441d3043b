// The formulas of grids: as expressions of symbols they count what they count as numbers.
#include <gtest/gtest.h>

#include "graph/dim.h"
#include "kernel/along_axis.h"
#include "kernel/attention.h"
#include "kernel/grouped_matmul.h"
#include "kernel/map.h"
#include "kernel/recurrence.h"

namespace tegula {
namespace {

TEST(Grid, ExpressionsCountAsNumbersDo) {
  const Dim a = Dim::symbol("a"), b = Dim::symbol("b"), c = Dim::symbol("c");
  const int64_t sizes[] = {0, 1, 2, 31, 32, 33, 127, 128, 129, 1000, 2047, 2048, 2049, 5000};
  for (int64_t x : sizes)
    for (int64_t y : sizes) {
      const auto at = [&](const Dim& d) {
        return d.evaluate([&](std::string_view s) { return s == "a" ? x : s == "b" ? y : x % 7; });
      };
      EXPECT_EQ(at(kernel::map_blocks(a, b)), kernel::map_blocks(x, y)) << x << " " << y;
      EXPECT_EQ(at(kernel::along_axis_blocks(a, b)), kernel::along_axis_blocks(x, y)) << x << " " << y;
      EXPECT_EQ(at(kernel::recurrence_blocks(a, b)), kernel::recurrence_blocks(x, y)) << x << " " << y;
      EXPECT_EQ(at(kernel::attention_blocks(a, b)), kernel::attention_blocks(x, y)) << x << " " << y;
      for (bool simt : {false, true}) {
        EXPECT_EQ(at(kernel::matmul_blocks(a, b, simt)), kernel::matmul_blocks(x, y, simt)) << x << " " << y;
        EXPECT_EQ(at(kernel::grouped_matmul_blocks(a, b, c, simt)), kernel::grouped_matmul_blocks(x, y, x % 7, simt));
      }
    }
}

// A row is cut into pieces of 2048, or as many rows as fit make one.
TEST(Grid, MapCountsPiecesOrRows) {
  EXPECT_EQ(kernel::map_blocks(3, 5000), 9);
  EXPECT_EQ(kernel::map_blocks(3, 2048), 3);
  EXPECT_EQ(kernel::map_blocks(3, 1000), 2);
  EXPECT_EQ(kernel::map_blocks(2049, 1), 2);
  EXPECT_EQ(kernel::map_blocks(0, 7), 0);
  EXPECT_EQ(kernel::map_blocks(7, 0), 0);
}

}  // namespace
}  // namespace tegula
