// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers that make.py and the tools here make of a name.

#ifndef DPSIMS_TEST_GOLDEN_RULE_H
#define DPSIMS_TEST_GOLDEN_RULE_H

#include <cstdint>
#include <string>

namespace golden {

/// SplitMix64 that begins at the FNV-1a hash of a name.
class Sequence {
public:
  explicit Sequence(const std::string &name) : state(0xCBF29CE484222325u) {
    for (unsigned char byte : name)
      state = (state ^ byte) * 0x100000001B3u;
  }

  uint64_t next() {
    uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

private:
  uint64_t state;
};

} // namespace golden

#endif // DPSIMS_TEST_GOLDEN_RULE_H
