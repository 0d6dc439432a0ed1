// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random numbers by counter: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). A
// number is a function of (seed, step, stream, index), so it is the same in any order, on any device and after a
// resume.

#ifndef DPSIMS_RUNTIME_RANDOM_PHILOX_H
#define DPSIMS_RUNTIME_RANDOM_PHILOX_H

#include <array>
#include <cstdint>
#include <string_view>

namespace dpsims {

using PhiloxCounter = std::array<uint32_t, 4>;
using PhiloxKey = std::array<uint32_t, 2>;

/// Four random words.
inline PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    uint64_t a = uint64_t(0xD2511F53u) * counter[0];
    uint64_t b = uint64_t(0xCD9E8D57u) * counter[2];
    counter = {uint32_t(b >> 32) ^ counter[1] ^ key[0], uint32_t(b), uint32_t(a >> 32) ^ counter[3] ^ key[1],
               uint32_t(a)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

/// Which sequence of random numbers: the key is `seed`, the counter (index / 4, stream, step); 2^34 numbers each.
struct RandomSequence {
  uint64_t seed = 0;
  uint64_t step = 0;
  uint32_t stream = 0;
};

/// Streams of the runtime; a program's own are numbered from 0.
enum : uint32_t { StreamSingular = 0xfffffffeu, StreamInitialize = 0xffffffffu };

/// Word number `index` of a sequence.
uint32_t randomWord(const RandomSequence &sequence, uint64_t index);

/// dst[i] = number first + i of the sequence, uniform in [0, 1): the word's upper 24 bits * 2^-24.
void fillUniform(const RandomSequence &sequence, uint64_t first, uint64_t count, float *dst);

/// dst[i] = number first + i of the sequence, N(0, 1), by Box-Muller: numbers 2j and 2j+1 are r cos(a) and r sin(a)
/// with r = sqrt(-2 ln((x + 1/2) / 2^32)), a = 2 pi y / 2^32 of words x = 2j and y = 2j+1. Computed in f64 by
/// additions, multiplications, divisions and square roots in a fixed order, then rounded: the same bits on every
/// machine.
void fillNormal(const RandomSequence &sequence, uint64_t first, uint64_t count, float *dst);

/// FNV-1a, 64 bits: a name as a number.
uint64_t hashName(std::string_view name);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_RANDOM_PHILOX_H
