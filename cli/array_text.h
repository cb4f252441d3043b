// Arrays and graphs as the command line shows and reads them.
#pragma once

#include <memory>
#include <string>

#include "graph/graph.h"
#include "runtime/run_arrays.h"

namespace tegula {

// "f32[2, 3] [[1, 2, 3], [4, 5, 6.5]]"; of long axes in an array of more than 1,000 elements only both ends.
std::string array_text(const HostArray& array);

// The program of a graph file, or of stdin where `path` is "-". Throws Error naming file and line.
std::shared_ptr<Graph> read_graph(const std::string& path);

}  // namespace tegula
