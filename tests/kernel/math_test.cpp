// Math functions against long double (f64 for f32): the error bounds that their headers state, over the whole range of
// arguments, and C's special values. TEGULA_MATH_SAMPLES in the environment sets how many arguments each gets.
#include "kernel/math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <type_traits>

namespace k = tegula::kernel;
using k::bit_cast, k::f32, k::f64, k::i32, k::i64, k::i8, k::u32, k::u64, k::u8;

namespace {

template <class T>
using Reference = std::conditional_t<std::is_same_v<T, f32>, f64, long double>;

i64 samples() {
  const char* n = std::getenv("TEGULA_MATH_SAMPLES");
  return n ? std::atoll(n) : 100000;
}

// |got - want| in units in the last place of T at want.
template <class T>
f64 ulps(T got, Reference<T> want) {
  if (std::isnan(got) || std::isnan(want)) return std::isnan(got) && std::isnan(want) ? 0 : INFINITY;
  if (got == 0 && want == 0) return std::signbit(got) == std::signbit(want) ? 0 : INFINITY;
  if (got == T(want)) return 0;
  if (std::isinf(want)) return INFINITY;
  using Limits = std::numeric_limits<T>;
  Reference<T> g = std::isinf(got) ? std::copysign(std::ldexp(Reference<T>(1), Limits::max_exponent), got) : got;
  int e;  // of T at want: a power of two for which neighbours are 2^(e - digits) apart
  std::frexp(std::max<Reference<T>>(std::fabs(want), Limits::min()), &e);
  return f64(std::fabs(g - want) / std::ldexp(Reference<T>(1), std::min(e, Limits::max_exponent) - Limits::digits));
}

// Arguments over all bit patterns, with a third of them of everyday size.
template <class T>
T argument(i64 i, i64 n, std::mt19937_64& random) {
  using B = k::Bits<T>;
  if (i % 3 == 0) return T((f64(random() >> 11) * 0x1p-53 - 0.5) * 64);
  B step = ~B(0) / B(n) + 1;
  return bit_cast<T>(B(B(i) * step + B(random()) % step));
}

template <class T, class F, class R>
void check_bound(const char* name, F f, R reference, f64 bound) {
  std::mt19937_64 random(11);
  f64 worst = 0;
  T at = 0;
  i64 n = samples();
  for (i64 i = 0; i < n; ++i) {
    T x = argument<T>(i, n, random);
    f64 u = ulps<T>(f(x), reference(Reference<T>(x)));
    if (!(u <= worst)) worst = u, at = x;
  }
  const T special[] = {0,
                       T(-0.0),
                       INFINITY,
                       -INFINITY,
                       NAN,
                       1,
                       -1,
                       0.5,
                       -0.5,
                       2,
                       std::numeric_limits<T>::denorm_min(),
                       -std::numeric_limits<T>::denorm_min(),
                       std::numeric_limits<T>::min(),
                       std::numeric_limits<T>::max(),
                       -std::numeric_limits<T>::max()};
  for (T x : special) {
    f64 u = ulps<T>(f(x), reference(Reference<T>(x)));
    if (!(u <= worst)) worst = u, at = x;
  }
  if (std::getenv("TEGULA_MATH_SAMPLES"))
    std::printf("%s_%d: %.3f ulp at %a\n", name, int(sizeof(T) * 8), worst, f64(at));
  EXPECT_LE(worst, bound) << name << " of " << at << " is " << f(at) << ", not " << reference(Reference<T>(at));
}

#define BOUND(name, single, twice)                                                                                \
  TEST(MathBound, name) {                                                                                         \
    check_bound<f32>(#name, [](f32 x) { return k::name(x); }, [](f64 x) { return f64(std::name(x)); }, single);   \
    check_bound<f64>(#name, [](f64 x) { return k::name(x); }, [](long double x) { return std::name(x); }, twice); \
  }

constexpr f64 kLoose = k::kFastFma ? 0 : 1;  // what is lost without a fused multiply-add

BOUND(exp, 1, 1)
BOUND(exp2, 1, 1)
BOUND(expm1, 2, 2)
BOUND(log, 1, 1)
BOUND(log2, 2, 2)
BOUND(log10, 2, 2)
BOUND(log1p, 1 + kLoose, 1 + kLoose)
BOUND(sinh, 3, 3)
BOUND(cosh, 2, 2)
BOUND(tanh, 3, 3)
BOUND(asinh, 3, 3)
BOUND(acosh, 3, 3)
BOUND(atanh, 3, 3)
BOUND(sin, 1.5 + kLoose / 2, 1.5 + kLoose / 2)
BOUND(cos, 1.5 + kLoose / 2, 1.5 + kLoose / 2)
BOUND(tan, 3 + kLoose, 3 + kLoose)
BOUND(asin, 2.5, 2.5)
BOUND(acos, 2, 2)
BOUND(atan, 2, 2)
BOUND(erf, 2, 2)
BOUND(erfc, 4, 6)
BOUND(sqrt, 0.5, 0.5)
BOUND(floor, 0, 0)
BOUND(ceil, 0, 0)
BOUND(trunc, 0, 0)

TEST(MathBound, RoundsHalvesToEven) {
  check_bound<f32>(
      "round", [](f32 x) { return k::round_even(x); }, [](f64 x) { return f64(std::nearbyint(f32(x))); }, 0);
  check_bound<f64>("round", [](f64 x) { return k::round_even(x); }, [](long double x) { return std::nearbyint(x); }, 0);
  EXPECT_EQ(k::round_even(0.5f), 0);
  EXPECT_EQ(k::round_even(1.5), 2);
  EXPECT_EQ(k::round_even(-2.5f), -2);
}

template <class T, class F, class R>
void check_bound2(const char* name, F f, R reference, f64 bound) {
  std::mt19937_64 random(12);
  f64 worst = 0;
  T at = 0, by = 0;
  auto check = [&](T x, T y) {
    f64 u = ulps<T>(f(x, y), reference(Reference<T>(x), Reference<T>(y)));
    if (!(u <= worst)) worst = u, at = x, by = y;
  };
  for (i64 i = 0, n = samples(); i < n; ++i) {
    T x = argument<T>(i, n, random), y = argument<T>(i64(random() % u64(n)), n, random);
    check(x, y);
    check(std::fabs(x), y * T(0.25));
    check(T(1) + x * T(1e-3), y * T(100));  // near 1, large powers
  }
  const T special[] = {0, T(-0.0), INFINITY, -INFINITY, NAN, 1, -1, T(0.5), T(-0.5), 2, 3, -3, T(1e30), T(-1e30)};
  for (T x : special)
    for (T y : special) check(x, y);
  if (std::getenv("TEGULA_MATH_SAMPLES"))
    std::printf("%s_%d: %.3f ulp at %a, %a\n", name, int(sizeof(T) * 8), worst, f64(at), f64(by));
  EXPECT_LE(worst, bound) << name << " of " << at << ", " << by << " is " << f(at, by) << ", not "
                          << reference(Reference<T>(at), Reference<T>(by));
}

TEST(MathBound, pow) {
  check_bound2<f32>("pow", [](f32 x, f32 y) { return k::pow(x, y); }, [](f64 x, f64 y) { return std::pow(x, y); }, 2);
  check_bound2<f64>(
      "pow", [](f64 x, f64 y) { return k::pow(x, y); }, [](long double x, long double y) { return std::pow(x, y); },
      2 + kLoose);
}

TEST(MathBound, atan2) {
  check_bound2<f32>(
      "atan2", [](f32 y, f32 x) { return k::atan2(y, x); }, [](f64 y, f64 x) { return std::atan2(y, x); }, 3);
  check_bound2<f64>(
      "atan2", [](f64 y, f64 x) { return k::atan2(y, x); },
      [](long double y, long double x) { return std::atan2(y, x); }, 3);
}

TEST(MathBound, hypot) {
  check_bound2<f32>(
      "hypot", [](f32 x, f32 y) { return k::hypot(x, y); }, [](f64 x, f64 y) { return std::hypot(x, y); }, 2);
  check_bound2<f64>(
      "hypot", [](f64 x, f64 y) { return k::hypot(x, y); },
      [](long double x, long double y) { return std::hypot(x, y); }, 2);
}

TEST(MathBound, nextafter) {
  check_bound2<f32>(
      "nextafter", [](f32 x, f32 y) { return k::nextafter(x, y); },
      [](f64 x, f64 y) { return f64(std::nextafterf(f32(x), f32(y))); }, 0);
  check_bound2<f64>(
      "nextafter", [](f64 x, f64 y) { return k::nextafter(x, y); },
      [](long double x, long double y) { return std::nextafter(f64(x), f64(y)); }, 0);
}

// erf(erfinv(x)) is x: the derivative there turns ulps of the one into ulps of the other.
template <class T>
void check_erfinv(f64 bound) {
  std::mt19937_64 random(13);
  f64 worst = 0;
  for (i64 i = 0; i < samples(); ++i) {
    Reference<T> t = (f64(random() >> 11) * 0x1p-53 - 0.5) * (i % 2 ? 12 : 2);
    T x = T(std::erf(t));
    if (std::fabs(x) == 1) continue;
    T y = k::erfinv(x);
    Reference<T> slope = 2 / std::sqrt(std::acos(Reference<T>(-1))) * std::exp(-Reference<T>(y) * y);
    Reference<T> wrong = x > 0.5    ? (1 - Reference<T>(x)) - std::erfc(Reference<T>(y))
                         : x < -0.5 ? std::erfc(-Reference<T>(y)) - (1 + Reference<T>(x))
                                    : std::erf(Reference<T>(y)) - x;
    worst = std::max(worst, ulps<T>(y, y - wrong / slope));
  }
  if (std::getenv("TEGULA_MATH_SAMPLES")) std::printf("erfinv_%d: %.3f ulp\n", int(sizeof(T) * 8), worst);
  EXPECT_LE(worst, bound);
  EXPECT_EQ(k::erfinv(T(1)), INFINITY);
  EXPECT_EQ(k::erfinv(T(-1)), -INFINITY);
  EXPECT_TRUE(std::isnan(k::erfinv(T(1.5))));
  EXPECT_TRUE(std::signbit(k::erfinv(T(-0.0))));
}
TEST(MathBound, erfinv) {
  check_erfinv<f32>(5);
  check_erfinv<f64>(5);
}

// Python's % for floats.
template <class T>
Reference<T> python_mod(Reference<T> a, Reference<T> b) {
  Reference<T> r = std::fmod(a, b);
  return r == 0 ? std::copysign(Reference<T>(0), b) : (r < 0) != (b < 0) ? T(T(r) + T(b)) : r;
}

TEST(MathBound, Remainders) {
  auto mod = [](auto a, auto b) { return k::fmod(a, b); };
  check_bound2<f32>("fmod", mod, [](f64 a, f64 b) { return std::fmod(a, b); }, 0);
  check_bound2<f64>("fmod", mod, [](long double a, long double b) { return std::fmod(a, b); }, 0);
  auto floor = [](auto a, auto b) { return k::remainder(a, b); };
  check_bound2<f32>("remainder", floor, python_mod<f32>, 0);
  check_bound2<f64>("remainder", floor, python_mod<f64>, 0);
  EXPECT_EQ(k::floor_divide(7.5f, 2.0f), 3);
  EXPECT_EQ(k::floor_divide(-7.5f, 2.0f), -4);
  EXPECT_EQ(k::floor_divide(1.0, 0.1), 9);  // as Python: 1.0 // 0.1 == 9.0
  EXPECT_EQ(k::floor_divide(1.0, 0.0), INFINITY);
}

TEST(Math, ExactResults) {
  for (int e = -149; e < 128; ++e) {
    EXPECT_EQ(k::exp2(f32(e)), std::ldexp(1.0f, e));
    EXPECT_EQ(k::log2(std::ldexp(1.0f, e)), e);
  }
  for (int e = -1074; e < 1024; ++e) {
    EXPECT_EQ(k::exp2(f64(e)), std::ldexp(1.0, e));
    EXPECT_EQ(k::log2(std::ldexp(1.0, e)), e);
  }
  f64 ten = 1;
  for (int e = 0; e < 20; ++e, ten *= 10) {
    EXPECT_EQ(k::log10(ten), e);
    EXPECT_EQ(k::pow(10.0, f64(e)), ten);
  }
  EXPECT_EQ(k::pow(3.0f, 2.0f), 9);
  EXPECT_EQ(k::pow(-2.0f, 3.0f), -8);
}

TEST(Math, LogaddexpAndComplex) {
  EXPECT_NEAR(k::logaddexp(1000.0, 1001.0), 1001 + std::log1p(std::exp(-1.0)), 1e-12);
  EXPECT_EQ(k::logaddexp(INFINITY, INFINITY), INFINITY);
  EXPECT_EQ(k::logaddexp(-INFINITY, -INFINITY), -INFINITY);
  EXPECT_EQ(k::logaddexp(-INFINITY, 3.0f), 3);
  EXPECT_TRUE(std::isnan(k::logaddexp(NAN, 3.0f)));
  k::c64 z = k::make_complex(3.0f, -4.0f);
  EXPECT_EQ(k::abs(z), 5);
  EXPECT_EQ(k::imag(k::conj(z)), 4);
  EXPECT_TRUE(k::isnan(k::c64(0, NAN)) && k::isinf(k::c64(INFINITY, 0)) && k::isfinite(z));
  EXPECT_TRUE(k::signbit(-0.0f) && !k::signbit(3) && k::signbit(-3));
  EXPECT_EQ(k::invert(true), false);
  EXPECT_EQ(k::invert(u8(1)), 254);
}

TEST(Math, MaxMinSignPropagateNaN) {
  EXPECT_TRUE(std::isnan(k::maximum(NAN, 1.0f)) && std::isnan(k::maximum(1.0f, NAN)));
  EXPECT_TRUE(std::isnan(k::minimum(NAN, 1.0f)) && std::isnan(k::minimum(1.0f, NAN)));
  EXPECT_EQ(k::maximum(1.0f, INFINITY), INFINITY);
  EXPECT_EQ(k::minimum(2, 3), 2);
  EXPECT_TRUE(std::isnan(k::sign(NAN)));
  EXPECT_EQ(k::sign(-3.0), -1);
  EXPECT_EQ(k::sign(0.0f), 0);
  EXPECT_EQ(k::abs(-3), 3);
}

template <class T>
void check_integers() {
  const bool is_signed = T(-1) < T(0);
  for (i32 a = -140; a < 300; ++a)
    for (i32 b = -140; b < 300; ++b) {
      T x = T(a), y = T(b);
      i64 p = i64(x), q = i64(y);
      i64 down = q == 0 ? 0 : p / q - (p % q != 0 && (p < 0) != (q < 0));
      ASSERT_EQ(k::floor_divide(x, y), T(down)) << p << " // " << q;
      ASSERT_EQ(k::remainder(x, y), T(q == 0 ? 0 : p - down * q)) << p << " % " << q;
      ASSERT_EQ(k::trunc_div(x, y), T(q == 0 ? 0 : p / q));
      ASSERT_EQ(k::fmod(x, y), T(q == 0 ? 0 : p % q));
      const i64 width = sizeof(T) * 8;
      bool inside = q >= 0 && q < width;
      ASSERT_EQ(k::shift_left(x, y), T(inside ? u64(p) << q : 0));
      ASSERT_EQ(k::shift_right(x, y), T(inside ? p >> q : is_signed && p < 0 ? -1 : 0)) << p << " >> " << q;
    }
}

TEST(Integers, DivisionAndShiftsAreNumPys) {
  check_integers<i8>();
  check_integers<u8>();
  check_integers<k::i16>();
  check_integers<i32>();
  check_integers<i64>();
  EXPECT_EQ(k::floor_divide(INT64_MIN, i64(-1)), INT64_MIN);
  EXPECT_EQ(k::remainder(INT32_MIN, i32(-1)), 0);
  EXPECT_EQ(k::pow(3, 5), 243);
  EXPECT_EQ(k::pow(i8(3), i8(5)), i8(243));
  EXPECT_EQ(k::pow(-1, -3), -1);
  EXPECT_EQ(k::pow(2, -1), 0);
}

TEST(Integers, ConversionsSaturate) {
  EXPECT_EQ(k::convert<i8>(200.7f), 127);
  EXPECT_EQ(k::convert<i8>(-128.9f), -128);
  EXPECT_EQ(k::convert<u8>(-1.0f), 0);
  EXPECT_EQ(k::convert<u8>(255.9f), 255);
  EXPECT_EQ(k::convert<i32>(NAN), 0);
  EXPECT_EQ(k::convert<i32>(3e9f), INT32_MAX);
  EXPECT_EQ(k::convert<i64>(-INFINITY), INT64_MIN);
  EXPECT_EQ(k::convert<u64>(1e30), UINT64_MAX);
  EXPECT_EQ(k::convert<u64>(18446744073709549568.0), 18446744073709549568u);
  EXPECT_EQ(k::convert<i64>(-2.9), -2);
  EXPECT_EQ(k::convert<i8>(300), i8(44));  // integers wrap
  EXPECT_EQ(k::convert<bool>(0.5f), true);
  EXPECT_EQ(k::convert<f32>(k::f16(1.5f)), 1.5f);
  EXPECT_EQ(k::convert<k::c128>(k::c64(1, 2)), k::c128(1, 2));
  EXPECT_EQ(k::convert<k::c64>(i32(3)), k::c64(3, 0));
}

// Values a little beside the middle of two neighbours, which f32 would round to the middle, and then to the even one.
TEST(Integers, ConvertsTo16BitsWithOneRounding) {
  EXPECT_EQ(f32(k::convert<k::f16>(1 + 0x1p-11 + 0x1p-40)), 1 + 0x1p-10f);
  EXPECT_EQ(f32(k::convert<k::f16>(1 + 3 * 0x1p-11 - 0x1p-40)), 1 + 0x1p-10f);
  EXPECT_EQ(f32(k::convert<k::bf16>(-1 - 0x1p-8 - 0x1p-52)), -1 - 0x1p-7f);
  EXPECT_EQ(f32(k::convert<k::bf16>(1 + 0x1p-8)), 1.0f) << "a tie itself goes to the even one";
  EXPECT_EQ(f32(k::convert<k::bf16>(i32(16842753))), 16908288.0f);
  EXPECT_EQ(f32(k::convert<k::bf16>(i64(-(0x101LL << 50) - 1))), -0x1.02p58f);
  EXPECT_EQ(f32(k::convert<k::bf16>(u64(0x1010000000000001))), 0x1.02p60f);
  EXPECT_EQ(f32(k::convert<k::bf16>(INT64_MIN)), -0x1p63f);
  EXPECT_EQ(f32(k::convert<k::f16>(65519.9999999)), 65504.0f);
  EXPECT_EQ(f32(k::convert<k::f16>(1e300)), INFINITY);
  EXPECT_EQ(f32(k::convert<k::bf16>(-1e-300)), 0.0f);
  EXPECT_TRUE(std::isnan(f32(k::convert<k::bf16>(double(NAN)))));
}

}  // namespace
