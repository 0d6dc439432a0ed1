// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The checks of a warp's accesses of memory.

#ifndef DPSIMS_TEST_EMULATOR_PTX_ACCESS_H
#define DPSIMS_TEST_EMULATOR_PTX_ACCESS_H

#include "test/emulator/ptx_block.h"

namespace dpsims::ptx {

/// Where the active lanes access memory: pointers into this process.
struct Addresses {
  uint64_t lane[warpSize];
  bool contiguous; // all lanes are active, each right after the one before
};

/// Reads the address operand (source 0), checks alignment, bounds and permission for `size` bytes a lane, records the
/// accesses in the shadows and counts them. Throws Fault.
void prepareAccess(Warp &warp, const Instruction &instruction, unsigned size, MemoryAccess::Kind kind,
                   Addresses &addresses);

} // namespace dpsims::ptx

#endif
