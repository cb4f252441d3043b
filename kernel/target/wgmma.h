// sm_90a's products of 64 x 16 and 16 x n bf16 by a warpgroup: d = a b, or d += a b where `add`.
// b is a matrix in local memory (a descriptor), a as well or in registers. Rows of b's matrix are columns of the
// product; where `transposed`, they are rows. One statement names all of d's registers, so each n that is used is
// spelled out here.
#pragma once

#include "kernel/target/ptx_sm90.h"

namespace tegula::kernel {

template <i32 n>
struct Wgmma;

// clang-format off
#define NAMES_32 "%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31"
#define NAMES_64 NAMES_32 ",%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60,%61,%62,%63"
#define NAMES_128 NAMES_64 ",%64,%65,%66,%67,%68,%69,%70,%71,%72,%73,%74,%75,%76,%77,%78,%79,%80,%81,%82,%83,%84,%85,%86,%87,%88,%89,%90,%91,%92,%93,%94,%95" \
  ",%96,%97,%98,%99,%100,%101,%102,%103,%104,%105,%106,%107,%108,%109,%110,%111,%112,%113,%114,%115,%116,%117,%118,%119,%120,%121,%122,%123,%124,%125,%126,%127"
// clang-format on
#define EIGHT(i)                                                                                              \
  "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), "+f"(d[i + 4]), "+f"(d[i + 5]), "+f"(d[i + 6]), \
      "+f"(d[i + 7])
#define REGISTERS_32(i) EIGHT(i), EIGHT(i + 8), EIGHT(i + 16), EIGHT(i + 24)
#define REGISTERS_64(i) REGISTERS_32(i), REGISTERS_32(i + 32)
#define REGISTERS_128(i) REGISTERS_64(i), REGISTERS_64(i + 64)

#define WGMMA(n, names, ...)                                                                         \
  template <>                                                                                        \
  struct Wgmma<n> {                                                                                  \
    template <bool add, bool transposed>                                                             \
    INLINE static void product(f32 (&d)[n / 2], u64 a, u64 b) {                                      \
      asm volatile("{.reg .pred p; setp.ne.b32 p, %[add], 0; wgmma.mma_async.sync.aligned.m64n" #n   \
                   "k16.f32.bf16.bf16 {" names "}, %[a], %[b], p, 1, 1, 0, %[t];}"                   \
                   : __VA_ARGS__                                                                     \
                   : [a] "l"(a), [b] "l"(b), [add] "n"(add ? 1 : 0), [t] "n"(transposed ? 1 : 0));   \
    }                                                                                                \
    template <bool add, bool transposed>                                                             \
    INLINE static void product(f32 (&d)[n / 2], const u32 (&a)[4], u64 b) {                          \
      asm volatile("{.reg .pred p; setp.ne.b32 p, %[add], 0; wgmma.mma_async.sync.aligned.m64n" #n   \
                   "k16.f32.bf16.bf16 {" names "}, {%[a0],%[a1],%[a2],%[a3]}, %[b], p, 1, 1, %[t];}" \
                   : __VA_ARGS__                                                                     \
                   : [a0] "r"(a[0]), [a1] "r"(a[1]), [a2] "r"(a[2]), [a3] "r"(a[3]), [b] "l"(b),     \
                     [add] "n"(add ? 1 : 0), [t] "n"(transposed ? 1 : 0));                           \
    }                                                                                                \
  };
WGMMA(64, NAMES_32, REGISTERS_32(0))
WGMMA(128, NAMES_64, REGISTERS_64(0))
WGMMA(256, NAMES_128, REGISTERS_128(0))
#undef WGMMA
#undef REGISTERS_128
#undef REGISTERS_64
#undef REGISTERS_32
#undef EIGHT
#undef NAMES_128
#undef NAMES_64
#undef NAMES_32

}  // namespace tegula::kernel
