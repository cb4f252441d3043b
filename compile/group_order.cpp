#include "compile/group_order.h"

#include <algorithm>

namespace tegula {

int GroupOrder::add(std::vector<int> reads) {
  const int group = int(order_.size());
  reads_.push_back(std::move(reads));
  order_.push_back(group);
  position_.push_back(group);
  reached_.push_back(0);
  return group;
}

bool GroupOrder::let_read(int group, const std::vector<int>& sources) {
  const int first = position_[size_t(group)];
  int last = first;
  ++search_;
  // Everything that the sources need and that still stands behind `group`.
  std::vector<int> stack = sources;
  while (!stack.empty()) {
    const int g = stack.back();
    stack.pop_back();
    if (g == group) return false;
    if (position_[size_t(g)] < first || reached_[size_t(g)] == search_) continue;
    reached_[size_t(g)] = search_;
    last = std::max(last, position_[size_t(g)]);
    stack.insert(stack.end(), reads_[size_t(g)].begin(), reads_[size_t(g)].end());
  }
  std::vector<int> others;
  auto put = order_.begin() + first;
  for (int p = first; p <= last; ++p) {
    const int g = order_[size_t(p)];
    if (reached_[size_t(g)] == search_) *put++ = g;
    else others.push_back(g);
  }
  std::ranges::copy(others, put);
  for (int p = first; p <= last; ++p) position_[size_t(order_[size_t(p)])] = p;
  reads_[size_t(group)].insert(reads_[size_t(group)].end(), sources.begin(), sources.end());
  return true;
}

}  // namespace tegula
