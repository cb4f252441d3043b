#include "base/parallel.h"

#include <system_error>
#include <thread>
#include <vector>

namespace tegula {

void on_threads(size_t threads, const std::function<void()>& work) {
  std::vector<std::thread> others;
  others.reserve(threads);
  try {
    while (others.size() + 1 < threads) others.emplace_back(std::cref(work));
  } catch (const std::system_error&) {  // no more of them: those that there are do all of it
  }
  work();
  for (std::thread& thread : others) thread.join();
}

}  // namespace tegula
