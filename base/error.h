// Errors and text building, used everywhere.
// One idea: what a user can cause is an Error with one clear sentence (what was found, what was expected, what to do);
// what only our own mistake can cause is check(). Neither aborts: both throw, and the outermost caller prints what().
#pragma once

#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace tegula {

// Something the user gave or the machine refused. what() is one sentence for people.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Concatenates anything that can be written to a stream; in no locale, for numbers go into generated code as well.
template <class... Parts>
std::string str(const Parts&... parts) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  ((out << parts), ...);
  return std::move(out).str();
}

template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  throw Error(str(parts...));
}

// States an invariant of our own; never used to judge what a user gave.
template <class... Parts>
void check(bool holds, const Parts&... parts) {
  if (!holds) throw std::logic_error(str("internal error: ", parts...));
}

}  // namespace tegula
