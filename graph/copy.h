// One graph inside another: how calls are inlined and how transforms run a body.
#pragma once

#include <span>

#include "graph/graph.h"

namespace tegula {

// Appends the nodes of `from` that its results need to `into`, with `arguments` (values of `into`, of the parameters'
// types; "no value" for what is not needed) as its parameters, and gives what its results became. Locations are kept,
// below the location that `into` has.
Values append_graph(Graph& into, const Graph& from, std::span<const Value> arguments);

// By value id: is it needed for these values of the graph?
std::vector<bool> needed_values(const Graph& graph, std::span<const Value> results);

}  // namespace tegula
