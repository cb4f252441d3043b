// Operands of products, with the types of their elements.
// One idea: an operand x is callable, x(i, k), so that every target can run every operand; one that is more than a
// function says so by its type, and a target that knows a better way for that type takes it (copies a View without
// looking at its elements, multiplies a Packed weight as it lies).
// Invariant: the rows of both operands of a product count its result's places: C[i, j] = sum_k a(i, k) b(j, k). x(i, k)
// has type Compute<Element>, and is exactly representable as Element.
//
//   View<T>{p, stride}           memory whose rows are contiguous along k and `stride` elements apart
//   View<T, true>{p, stride}     the same transposed: contiguous along i, ks are `stride` elements apart
//   Packed<F, N, K>{p}           a weight in the layout of kernel/quant.h
//   by_rows<T>(f)                f(i) does what is done once for row i, and gives a functor over k
//   computed<T>(f), or plain f   anything else: f(i, k); computed<T, true> where neighbours along i are best read
//   together Rounded{x}                   x, which the product may round to 8 bits, 32 neighbours along k to one scale
#pragma once

#include "kernel/quant.h"

namespace tegula::kernel {

template <class T, bool transposed = false>
struct View {
  using Element = T;
  static constexpr bool kTransposed = transposed;
  GLOBAL const T* p;
  i64 stride;
  auto operator()(i64 i, i64 k) const { return load(p + (transposed ? k * stride + i : i * stride + k)); }
};

template <class T, bool transposed, class F>
struct Computed {
  using Element = T;
  static constexpr bool kTransposed = transposed;
  F f;
  auto operator()(i64 i, i64 k) const { return f(i, k); }
};
template <class T, bool transposed = false, class F>
inline Computed<T, transposed, F> computed(F f) {
  return {f};
}

// f(i) is run by each thread alone, so nothing in it may be what a whole block calls together.
template <class T, class F>
struct ByRows {
  using Element = T;
  F f;
  auto row(i64 i) const { return f(i); }
  auto operator()(i64 i, i64 k) const { return f(i)(k); }
};
template <class T, class F>
inline ByRows<T, F> by_rows(F f) {
  return {f};
}

template <class A>
struct Rounded {
  A x;
};
template <class A>
Rounded(A) -> Rounded<A>;

template <class A>
inline constexpr bool kIsView = false;
template <class T, bool transposed>
inline constexpr bool kIsView<View<T, transposed>> = true;
template <class A>
inline constexpr bool kIsTransposed = false;
template <class A>
  requires requires { A::kTransposed; }
inline constexpr bool kIsTransposed<A> = A::kTransposed;
template <class A>
inline constexpr bool kIsPacked = false;
template <class F, i64 N, i64 K>
inline constexpr bool kIsPacked<Packed<F, N, K>> = true;
template <class A>
inline constexpr bool kIsRounded = false;
template <class A>
inline constexpr bool kIsRounded<Rounded<A>> = true;

// Types of operands, as one type.
template <class...>
struct List {};

// The storage type of an operand's elements: a lambda's values are their own.
template <class A>
struct ElementOf {
  using type = decltype((*(A*)nullptr)(i64(0), i64(0)));
};
template <class A>
  requires requires { typename A::Element; }
struct ElementOf<A> {
  using type = typename A::Element;
};
template <class A>
using Element = typename ElementOf<A>::type;

// The type in which a product of two operands is summed: f32 for 16-bit floats, int for small integers, else theirs.
template <class A, class B>
using Product = decltype((*(A*)nullptr)(i64(0), i64(0)) * (*(B*)nullptr)(i64(0), i64(0)));

// A whole array in memory: v(i...) is the element at p + offset(i...).
template <class T, class Offset>
struct InMemory {
  using Element = T;
  GLOBAL const T* p;
  Offset offset;
  template <class... I>
  INLINE auto operator()(I... i) const {
    return load(p + offset(i...));
  }
};
template <class T, class Offset>
inline InMemory<T, Offset> in_memory(GLOBAL const T* p, Offset offset) {
  return {p, offset};
}
template <class V>
inline constexpr bool kIsInMemory = false;
template <class T, class Offset>
inline constexpr bool kIsInMemory<InMemory<T, Offset>> = true;

// The matrix of v's last two axes at the indices `lead`, of elements T: an array in memory (row-major, of `cols`
// columns) or a function. `transposed`: its columns are the operand's rows.
template <class T, bool transposed = false, class V, class... Lead>
INLINE auto matrix(V v, i64 cols, Lead... lead) {
  if constexpr (kIsInMemory<V>) {
    return View<T, transposed>{v.p + v.offset(lead..., i64(0), i64(0)), cols};
  } else if constexpr (transposed) {
    return computed<T, true>([=](i64 i, i64 k) { return v(lead..., k, i); });
  } else {
    return computed<T>([=](i64 i, i64 k) { return v(lead..., i, k); });
  }
}

// All axes of v but the last as rows; f(i, k) reads it where it is not in memory.
template <class T, class V, class F>
INLINE auto joined_rows(V v, i64 cols, F f) {
  if constexpr (kIsInMemory<V>) {
    return View<T>{v.p, cols};
  } else {
    return computed<T>(f);
  }
}

// Row i of an operand, as a functor over k.
template <class A>
INLINE auto row_of(A a, i64 i) {
  if constexpr (requires { a.row(i); }) {
    return a.row(i);
  } else {
    return [=](i64 k) { return a(i, k); };
  }
}

// The operand whose row 0 is row `first` of a.
template <class A>
INLINE auto from_row(A a, i64 first) {
  if constexpr (kIsView<A>) {
    return A{a.p + first * (A::kTransposed ? 1 : a.stride), a.stride};
  } else if constexpr (requires { a.row(first); }) {
    return by_rows<Element<A>>([=](i64 i) { return a.row(first + i); });
  } else {
    return computed<Element<A>, kIsTransposed<A>>([=](i64 i, i64 k) { return a(first + i, k); });
  }
}

// The operand whose rows are a's columns.
template <class A>
INLINE auto transpose(A a) {
  if constexpr (kIsView<A>) {
    return View<Element<A>, !A::kTransposed>{a.p, a.stride};
  } else {
    return computed<Element<A>, !kIsTransposed<A>>([=](i64 i, i64 k) { return a(k, i); });
  }
}

}  // namespace tegula::kernel
