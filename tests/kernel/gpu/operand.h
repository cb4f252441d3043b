// Typed operands, until kernel/ has its own: the names here are those that kernel/target/ reads.
// x(i, k) is the element of row i; rows of both operands of a product count its result's places.
#pragma once

#include "kernel/types.h"

namespace tegula::kernel {

// Memory whose rows are contiguous along k and `stride` elements apart.
template <class T>
struct View {
  using Element = T;
  GLOBAL const T* p;
  i64 stride;
  auto operator()(i64 i, i64 k) const { return load(p + i * stride + k); }
};

// Anything else, rounded to T.
template <class T, class F>
struct Computed {
  using Element = T;
  F f;
  auto operator()(i64 i, i64 k) const { return f(i, k); }
};
template <class T, class F>
INLINE Computed<T, F> computed(F f) {
  return {f};
}

template <class A>
inline constexpr bool kIsView = false;
template <class T>
inline constexpr bool kIsView<View<T>> = true;
template <class A>
inline constexpr bool kIsTransposed = false;

template <class A>
INLINE auto row_of(A a, i64 i) {
  return [=](i64 k) { return a(i, k); };
}

template <class...>
struct List {};
template <class T, class>
using Same = T;  // once for each of a pack

struct Tile {
  i64 i0, j0;
  i32 rows, cols, steps;
};

}  // namespace tegula::kernel
