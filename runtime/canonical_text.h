// The text that two graphs share exactly when they compute the same in the same way: what a program is looked up by.
// One idea: unlike print_graph, it leaves out what no program depends on (the graph's name, locations, result types)
// and numbers values as they were added, so that it is made in the time that a small graph's lookup may take.
#pragma once

#include <string>

#include "graph/graph.h"

namespace tegula {

std::string canonical_text(const Graph& graph);

}  // namespace tegula
