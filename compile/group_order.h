// A topological order of the groups of a graph, kept while the groups grow.
// One idea: a group may take in a node unless something else that the node reads depends on the group, and only groups
// between the two in the order can tell (Pearce and Kelly, A dynamic topological sort algorithm for directed acyclic
// graphs, 2006), so that the cost is that of the neighbourhood, not of the graph.
// Invariant: every group stands behind all that it reads.
#pragma once

#include <cstdint>
#include <vector>

namespace tegula {

class GroupOrder {
 public:
  // A new group, behind all others, that reads these. Groups are numbered 0, 1, ... as they come.
  int add(std::vector<int> reads);
  // Lets `group` read these as well, moving them before it. False, with nothing changed, where one depends on `group`.
  bool let_read(int group, const std::vector<int>& sources);
  // The groups in order.
  const std::vector<int>& order() const { return order_; }

 private:
  std::vector<std::vector<int>> reads_;  // by group
  std::vector<int> order_, position_;    // the group at each position; the position of each group
  std::vector<uint32_t> reached_;        // by group: the search that reached it last
  uint32_t search_ = 0;
};

}  // namespace tegula
