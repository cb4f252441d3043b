// One job on several threads, for work that lasts far longer than starting a thread; kernels run on a ThreadTeam.
#pragma once

#include <cstddef>
#include <functional>

namespace tegula {

// Calls `work` on `threads` threads at once, this one among them, and returns when all are done. Where the system will
// not start so many it is called on fewer: so `work` takes what is left to do from a counter until nothing is. It must
// not throw.
void on_threads(size_t threads, const std::function<void()>& work);

}  // namespace tegula
