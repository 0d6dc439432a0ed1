// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The trailer of a compiled model. The one piece of code, beside model.fbs, that compiler and runtime share.

#ifndef DPSIMS_RUNTIME_FORMAT_CHECKSUM_H
#define DPSIMS_RUNTIME_FORMAT_CHECKSUM_H

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace dpsims {
namespace format {

/// The version of model.fbs that this source tree writes and reads.
constexpr uint32_t formatVersion = 6;

/// Bytes of the trailer.
constexpr size_t trailerSize = 8;

/// A 64-bit sum of `size` bytes: FNV-1a on little-endian words of 8 bytes (the last one padded with zeros), the state
/// folded after each, and the size first. Each step is a bijection of the state, so a change within one word never
/// goes unnoticed.
inline uint64_t checksum(const void *data, size_t size) {
  const uint64_t prime = 0x100000001b3u;
  const unsigned char *bytes = static_cast<const unsigned char *>(data);
  uint64_t state = 0xcbf29ce484222325u ^ (static_cast<uint64_t>(size) * prime);
  for (size_t i = 0; i < size; i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes + i, size - i < 8 ? size - i : 8);
    state = (state ^ word) * prime;
    state ^= state >> 32;
  }
  return state;
}

} // namespace format
} // namespace dpsims

#endif // DPSIMS_RUNTIME_FORMAT_CHECKSUM_H
