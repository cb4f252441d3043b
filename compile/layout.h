// layout: which weights are stored in the kernel's packed layout (kernel/quant.h), and packing them.
// One idea: a weight is held once. Where a matmul walks it, it is packed, and whoever else reads it (an embedding's
// rows, where it is tied) reads it there.
#pragma once

#include <span>
#include <vector>

#include "device/device.h"
#include "graph/graph.h"

namespace tegula {

// Is there a packed layout of such an array?
bool has_packed_layout(const Type& type);

// Does the node walk this operand as the right one of a product, rows of k, as the packed layout has them?
bool walks_rows(const Node& node, size_t operand);

// By parameter of a fused graph. Throws Error for a quantised parameter that cannot be packed.
std::vector<bool> packed_weights(const Graph& fused);

// Packs a weight [n, k], or e of them [e, n, k], from a file's bytes into a buffer of the device, with as many threads
// as this process may use.
BufferRef pack_weight(Device& device, const Type& type, std::span<const uint8_t> bytes);

}  // namespace tegula
