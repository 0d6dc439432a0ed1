// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What safetensors files are read and written with.

#ifndef DPSIMS_RUNTIME_WEIGHTS_SAFETENSORS_LIMITS_H
#define DPSIMS_RUNTIME_WEIGHTS_SAFETENSORS_LIMITS_H

#include <cstddef>
#include <cstdint>

namespace dpsims {

constexpr uint64_t maxHeader = 100'000'000;    ///< bytes
constexpr size_t maxRank = 16;                 ///< of a tensor
constexpr size_t chunkBytes = size_t(4) << 20; ///< that are in memory at a time

} // namespace dpsims

#endif // DPSIMS_RUNTIME_WEIGHTS_SAFETENSORS_LIMITS_H
