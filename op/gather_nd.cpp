#include "op/gather_nd.h"

#include "op/cast.h"
#include "op/greater_equal.h"
#include "op/logical_and.h"
#include "op/operators.h"
#include "op/slice.h"
#include "op/squeeze.h"

namespace tegula::op {

Value joined_indices(Value x, Value indices) {
  Graph& graph = *x.graph;
  indices = cast(indices, {{"to", DType::kI64}});  // the product of axes may be beyond 32 bits
  int k = int(indices.dim(-1).value()), last = indices.rank() - 1;
  Value joined, inside;
  for (int a = 0; a < k; ++a) {
    Value i = squeeze(slice_axis(indices, last, a, a + 1), {{"axes", std::vector<int64_t>{-1}}});
    Value n = dim_value(graph, x.dim(a), DType::kI64);
    i = where(less(i, scalar_like(i, 0)), i + n, i);
    Value ok = logical_and(greater_equal(i, scalar_like(i, 0)), less(i, n));
    joined = a ? joined * n + i : i;
    inside = a ? logical_and(inside, ok) : ok;
  }
  // outside by more than its length, so that it is not counted from the end
  Value outside = dim_value(graph, product(std::span(x.shape()).first(size_t(k))), DType::kI64);
  return where(inside, joined, outside);
}

}  // namespace tegula::op
