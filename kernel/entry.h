// How a kernel is exported: one text for every target.
//
//   #include "kernel/map.h"
//   using namespace tegula::kernel;
//   KERNEL(k3, GLOBAL const f32* b0, GLOBAL f32* b1, i64 d0) {
//     map(blocks, 1, d0, [=](i64) { return [=](i64 i) { store(b1 + i, load(b0 + i) + 1); }; });
//   }
//
// Parameters are GLOBAL pointers, then i64 scalars, at least one in all. Inside, `blocks` names the instances to run.
// CPU:   extern "C" void k3(void* const* buffers, const i64* scalars, i64 begin, i64 end); buffers and scalars in the
//        order of the parameters. It runs blocks begin..end-1 on the calling thread, of any split of the grid.
// SIMT:  a kernel whose arguments are the parameters, launched with one group of kThreads threads per block.
// How many blocks there are, the kernel's header says with a function that the host calls as well (kernel/grid.h).
// Blocks may run in any order and at once: what one writes, no other of the same launch may read.
#pragma once

#include "kernel/types.h"
