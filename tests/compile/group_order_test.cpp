// The order of groups against a plain reachability search, on random graphs that grow as the fuse pass grows them.
#include "compile/group_order.h"

#include <gtest/gtest.h>

#include <random>

namespace tegula {
namespace {

class Reference {
 public:
  void add(const std::vector<int>& reads) { reads_.push_back(reads); }
  void let_read(int group, const std::vector<int>& sources) {
    reads_[size_t(group)].insert(reads_[size_t(group)].end(), sources.begin(), sources.end());
  }
  bool depends(int a, int b) const {
    std::vector<bool> seen(reads_.size());
    std::vector<int> stack{a};
    while (!stack.empty()) {
      int g = stack.back();
      stack.pop_back();
      if (g == b) return true;
      if (seen[size_t(g)]) continue;
      seen[size_t(g)] = true;
      stack.insert(stack.end(), reads_[size_t(g)].begin(), reads_[size_t(g)].end());
    }
    return false;
  }
  const std::vector<std::vector<int>>& reads() const { return reads_; }

 private:
  std::vector<std::vector<int>> reads_;
};

TEST(GroupOrder, LetsAGroupReadExactlyWhatDoesNotDependOnIt) {
  std::mt19937 random(7);
  int allowed = 0, refused = 0;
  for (int graph = 0; graph < 200; ++graph) {
    GroupOrder order;
    Reference reference;
    const auto some = [&](int most) {
      std::vector<int> out;
      for (int n = int(random() % 3); n > 0 && most > 0; --n) out.push_back(int(random() % unsigned(most)));
      return out;
    };
    for (int n = 0; n < 40; ++n) {
      std::vector<int> reads = some(n);
      ASSERT_EQ(order.add(reads), n);
      reference.add(reads);
      int group = int(random() % unsigned(n + 1));
      std::vector<int> sources = some(n + 1);
      std::erase(sources, group);
      bool cycle = false;
      for (int s : sources) cycle = cycle || reference.depends(s, group);
      ASSERT_EQ(order.let_read(group, sources), !cycle);
      if (!cycle) reference.let_read(group, sources);
      (cycle ? refused : allowed) += !sources.empty();

      std::vector<int> position(order.order().size(), -1);
      for (size_t p = 0; p < order.order().size(); ++p) position[size_t(order.order()[p])] = int(p);
      for (size_t g = 0; g < position.size(); ++g)
        for (int read : reference.reads()[g]) ASSERT_LT(position[size_t(read)], position[g]);
    }
  }
  EXPECT_GT(allowed, 500);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace tegula
