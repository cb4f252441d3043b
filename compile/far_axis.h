// far_axis: finds what a map reads across, so that it can be computed in tiles.
#pragma once

#include "graph/graph.h"

namespace tegula {

// The axis of the body's one result whose neighbours lie side by side in an operand while neighbours along the last
// axis lie far apart there, as in a transposition; -1 where there is none, or several results. The body holds
// elementwise ops and ops with an element rule alone.
int far_axis(const Graph& body);

}  // namespace tegula
