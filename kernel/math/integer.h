// Division, remainders, shifts and conversions with Python's and NumPy's results and no undefined behaviour.
// Invariant: every input has a result. Integers divided by zero give 0, the lowest divided by -1 wraps; a shift by the
// width or more gives 0 (or all sign bits); a float beyond an integer's range gives the nearest end, NaN gives 0.
#pragma once

#include "kernel/math/float.h"

namespace tegula::kernel {

template <class T>
struct UnsignedOf {
  using type = T;
};
template <>
struct UnsignedOf<i8> {
  using type = u8;
};
template <>
struct UnsignedOf<i16> {
  using type = u16;
};
template <>
struct UnsignedOf<i32> {
  using type = u32;
};
template <>
struct UnsignedOf<i64> {
  using type = u64;
};
template <class T>
using Unsigned = typename UnsignedOf<T>::type;

namespace detail {

// A positive finite float as bits 2^(exponent - bias - mantissa).
template <class T>
struct Mantissa {
  Bits<T> bits;
  int exponent;
};
// With the highest bit set, also for subnormal numbers.
template <class T>
INLINE Mantissa<T> mantissa(T x) {
  constexpr int m = Float<T>::kMantissa;
  T up = x < bit_cast<T>(Bits<T>(1) << m) ? x * T(Bits<T>(1) << m) : x;
  Bits<T> b = bits(up);
  return {(b & ((Bits<T>(1) << m) - 1)) | Bits<T>(1) << m, int(b >> m) - (up == x ? 0 : m)};
}
// Back again: exact, if the number is representable.
template <class T>
INLINE T value(Mantissa<T> a) {
  constexpr int m = Float<T>::kMantissa;
  if (a.exponent < 1) return bit_cast<T>(a.bits >> (1 - a.exponent));
  T normal = bit_cast<T>(Bits<T>(a.exponent) << m);  // 2^(exponent - bias)
  T low = bit_cast<T>(Bits<T>(Float<T>::kBias - m) << m);
  return a.exponent > m ? T(a.bits) * (normal * low) : (T(a.bits) * low) * normal;
}

}  // namespace detail

// a / b rounded towards zero.
template <class T>
INLINE T trunc_div(T a, T b) {
  if constexpr (kIsFloat<T>) {
    return trunc(a / b);
  } else if constexpr (Range<T>::kUnsigned) {
    return b == 0 ? T(0) : T(a / (b == 0 ? T(1) : b));
  } else {
    bool by_minus_1 = b == T(-1);
    return b == 0 ? T(0) : by_minus_1 ? T(Unsigned<T>(0) - Unsigned<T>(a)) : T(a / (b == 0 || by_minus_1 ? T(1) : b));
  }
}

// The remainder with a's sign: exact, also for floats (C's fmod).
template <class T>
INLINE T fmod(T a, T b) {
  if constexpr (!kIsFloat<T>) {
    if constexpr (Range<T>::kUnsigned) {
      return b == 0 ? T(0) : T(a % (b == 0 ? T(1) : b));
    } else {
      return b == 0 || b == T(-1) ? T(0) : T(a % (b == 0 || b == T(-1) ? T(1) : b));
    }
  } else {
    T x = abs(a), y = abs(b);
    if (!(x < kInfinity<T>) || !(y > 0)) return kNaN<T>;
    if (x < y) return a;
    // Long division of the mantissas as integers, one bit of the quotient at a time.
    detail::Mantissa<T> u = detail::mantissa(x), v = detail::mantissa(y);
    for (int e = u.exponent - v.exponent; e > 0; --e) u.bits = (u.bits >= v.bits ? u.bits - v.bits : u.bits) << 1;
    u.bits = u.bits >= v.bits ? u.bits - v.bits : u.bits;
    return copysign(detail::value(detail::Mantissa<T>{u.bits, v.exponent}), a);
  }
}

// a / b rounded down, and the remainder that has b's sign: Python's // and %.
template <class T>
INLINE T remainder(T a, T b) {
  T r = fmod(a, b);
  if constexpr (kIsFloat<T>) {
    return r == 0 ? copysign(T(0), b) : (r < 0) != (b < 0) ? r + b : r;
  } else {
    return r != 0 && (r < 0) != (b < 0) ? T(r + b) : r;
  }
}
template <class T>
INLINE T floor_divide(T a, T b) {
  if constexpr (kIsFloat<T>) {
    T r = fmod(a, b), q = (a - r) / b;  // whole but for rounding
    if (r != 0 && (r < 0) != (b < 0)) q -= 1;
    T whole = floor(q);
    return b == 0 || isnan(q) ? a / b : q == 0 ? copysign(T(0), a / b) : q - whole > T(0.5) ? whole + 1 : whole;
  } else {
    T q = trunc_div(a, b);
    return b != 0 && fmod(a, b) != 0 && (a < 0) != (b < 0) ? T(q - 1) : q;
  }
}

template <class T>
INLINE T shift_left(T a, T count) {
  bool inside = Unsigned<T>(count) < sizeof(T) * 8;
  return inside ? T(Unsigned<T>(a) << (inside ? count : T(0))) : T(0);
}
template <class T>
INLINE T shift_right(T a, T count) {
  bool inside = Unsigned<T>(count) < sizeof(T) * 8;
  return T(a >> (inside ? count : T(sizeof(T) * 8 - 1))) & (inside || T(-1) < T(0) ? T(-1) : T(0));
}

// Bits turned over; of a bool its negation.
template <class T>
INLINE T invert(T a) {
  if constexpr (kSame<T, bool>) {
    return !a;
  } else {
    return T(~a);
  }
}

namespace detail {

// x in f32, rounded to odd: cut off, and where anything was cut off the last bit set. At least 16 bits stay, so that to
// round this to nearest in f16 or bf16 gives what rounding x itself would; two roundings to nearest may meet a false
// tie.
template <class From>
INLINE f32 to_odd(From x) {
  if constexpr (kSame<From, f64>) {
    f32 near = f32(x);
    u32 b = bits(near) - u32(abs(f64(near)) > abs(x));
    return bit_cast<f32>(f64(near) == x ? b : b | 1);
  } else if constexpr (kSame<From, f32> || sizeof(From) < 4) {
    return f32(x);  // exact
  } else {
    using U = Unsigned<From>;
    bool negative = x < From(0);
    U rest = negative ? U(0) - U(x) : U(x);
    f32 unit = negative ? -1.0f : 1.0f;
    for (int i = 3; i < int(sizeof(From)); ++i) {  // until it fits into the 24 bits that f32 holds
      bool fits = rest >> 24 == 0;
      rest = fits ? rest : rest >> 8 | U((rest & 255) != 0);
      unit = fits ? unit : unit * 256;
    }
    return f32(rest) * unit;
  }
}

}  // namespace detail

// Any number type to any other; to a float rounded once, to nearest even.
template <class To, class From>
INLINE To convert(From x) {
  if constexpr (kSame<To, From>) {
    return x;
  } else if constexpr (kIsComplex<From>) {
    if constexpr (kIsComplex<To>) {
      return To(x);
    } else {
      return convert<To>(x.re);
    }
  } else if constexpr (kIsComplex<To>) {
    return To(convert<decltype(To().re)>(x));
  } else if constexpr (kSame<To, bool>) {
    return x != From(0);
  } else if constexpr (kIsFloat<From> && !kIsFloat<To> && !kSame<To, f16> && !kSame<To, bf16>) {
    // The ends as floats: 2^(bits-1) may not be reached, the lowest may.
    constexpr From high = From(Range<To>::highest() / 2 + 1) * 2, low = From(Range<To>::lowest());
    bool inside = x >= low && x < high;
    To whole = To(inside ? x : From(0));
    return inside || isnan(x) ? whole : x < 0 ? Range<To>::lowest() : Range<To>::highest();
  } else if constexpr (kSame<To, f16> || kSame<To, bf16>) {
    return To(detail::to_odd(x));
  } else {
    return To(x);
  }
}

// x as a value of dtype T: what a buffer of T would hold of it, in the type that T is computed in.
template <class T, class V>
INLINE Compute<T> rounded(V x) {
  return Compute<T>(convert<T>(x));
}

}  // namespace tegula::kernel
