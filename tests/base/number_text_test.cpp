// Numbers as text in any locale, and work on as many threads as there are to be had.
#include "base/number_text.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <clocale>
#include <cmath>
#include <locale>

#include "base/error.h"
#include "base/json.h"
#include "base/parallel.h"

namespace tegula {
namespace {

TEST(NumberText, ReadsAsPythonDoes) {
  EXPECT_EQ(number_of("1.5e3"), 1500);
  EXPECT_EQ(number_of("1e400"), INFINITY);
  EXPECT_EQ(number_of("-1e99999999999999999999"), -INFINITY);
  EXPECT_EQ(number_of("1e-400"), 0);
  EXPECT_TRUE(std::signbit(*number_of("-1e-400")));
  EXPECT_EQ(number_of("0." + std::string(500, '0') + "1e100"), 0);
  EXPECT_EQ(number_of("1" + std::string(500, '0') + "e-100"), INFINITY);
  EXPECT_EQ(number_of("1,5"), std::nullopt);
}

TEST(NumberText, WritesCpp) {
  EXPECT_EQ(cpp_text(12.0f), "0x1.8p+3f");
  EXPECT_EQ(cpp_text(-0.5), "(-0x1p-1)");
  EXPECT_EQ(cpp_text(-INFINITY), "-__builtin_inff()");
}

// Digits in groups and a decimal comma, as a host program's locale may have them; no such locale need be installed.
struct Grouping : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(NumberText, TheHostsLocaleChangesNothing) {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Grouping));
  std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
  EXPECT_EQ(str(11008, " ", 1.5), "11008 1.5");
  EXPECT_EQ(cpp_text(1.5f), "0x1.8p+0f");
  EXPECT_EQ(Json::parse("[1.5, 1e400]", "test").dump(), "[1.5,Infinity]");
  std::locale::global(before);
}

// With no room for another thread's stack: the work is done all the same.
int left_without_threads() {
  const rlimit none{1, 1};
  setrlimit(RLIMIT_AS, &none);
  int left = 3;
  on_threads(4, [&] {
    while (left > 0) --left;
  });
  return left;
}

TEST(Parallel, RunsOnTheThreadsThatThereAre) {
  EXPECT_EXIT(std::_Exit(7 + left_without_threads()), testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace tegula
