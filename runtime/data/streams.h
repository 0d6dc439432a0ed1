// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DATA_STREAMS_H
#define DPSIMS_RUNTIME_DATA_STREAMS_H

#include "runtime/random/philox.h"

namespace dpsims {

/// Streams of random numbers that this folder uses, next to those of philox.h.
enum : uint32_t { StreamShapes = 0xfffffffbu, StreamOrder = 0xfffffffcu, StreamAugment = 0xfffffffdu };

/// A number below `bound` from two random words. What 64 bits do not divide evenly is less than 2^-32.
inline uint64_t randomBelow(const RandomSequence &sequence, uint64_t index, uint64_t bound) {
  const uint64_t high = randomWord(sequence, 2 * index), low = randomWord(sequence, 2 * index + 1);
  return uint64_t((static_cast<unsigned __int128>(high << 32 | low) * bound) >> 64);
}

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_STREAMS_H
