// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_BASE_ALIGN_H
#define DPSIMS_RUNTIME_BASE_ALIGN_H

#include <cstdint>

namespace dpsims {

/// The next multiple of `alignment`.
constexpr uint64_t alignUp(uint64_t bytes, uint64_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_ALIGN_H
