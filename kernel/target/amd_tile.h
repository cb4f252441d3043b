// Products of bf16 on AMD: matrix instructions out of local memory.
// One idea: they sum over k in any order, so 16 bytes of one row are one lane's share for two of them; and B goes
// first, so a lane has neighbours along C's rows.
#pragma once

#include "kernel/target/tile_order.h"

namespace tegula::kernel {

template <class T>
struct WaveAccumulator;

// A block's tile of C, and how its waves share it; kWave is the chip's.
template <i32 m, i32 n, i32 waves_m, i32 waves_n>
struct Waves {
  using Acc = WaveAccumulator<Waves>;
  using NearA = LocalTile<m>;
  using NearB = LocalTile<n>;
  static constexpr i32 kM = m, kN = n, kK = kSlab, kStages = 1, kThreads = waves_m * waves_n * kWave;
  static constexpr i32 kWavesN = waves_n, kWaveM = m / waves_m, kWaveN = n / waves_n;
  INLINE static TileOrder<m, n> tiles(Blocks blocks, i64 m_all, i64 n_all) { return {blocks, m_all, n_all}; }
};

template <class T>
INLINE void settle(WaveAccumulator<T>&) {}

// The wave's part of the tile, `side` x `side` at a time, in vectors C.
template <class T, i32 side, class C>
struct WaveTile {
  static constexpr i32 kMt = T::kWaveM / side, kNt = T::kWaveN / side;
  C c[kMt][kNt];
  INLINE void zero() {
    UNROLL
    for (i32 u = 0; u < kMt; ++u) {
      UNROLL
      for (i32 v = 0; v < kNt; ++v) c[u][v] = C(0);
    }
  }
  INLINE static i32 row() { return thread_id() / kWave / T::kWavesN * T::kWaveM; }
  INLINE static i32 col() { return thread_id() / kWave % T::kWavesN * T::kWaveN; }
};

}  // namespace tegula::kernel
