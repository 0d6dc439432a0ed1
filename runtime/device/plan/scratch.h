// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A plan's scratch memory: one piece, which every step uses from its beginning.

#ifndef DPSIMS_RUNTIME_DEVICE_PLAN_SCRATCH_H
#define DPSIMS_RUNTIME_DEVICE_PLAN_SCRATCH_H

#include "runtime/base/align.h"
#include "runtime/device/plan/operand.h"

#include <algorithm>

namespace dpsims {

/// What the steps of a plan need in all: as much as the one that needs most.
struct ScratchNeeds {
  explicit ScratchNeeds(uint64_t alignment) : alignment(alignment) {}

  uint64_t alignment; ///< of each piece
  uint64_t bytes = 0;
};

/// Scratch memory for one step, in pieces. All steps share the memory: nothing in it outlives a step's run.
class ScratchSpace {
public:
  explicit ScratchSpace(ScratchNeeds &needs) : needs(needs) {}

  /// The next `bytes` bytes, aligned.
  Operand reserve(uint64_t bytes) {
    uint64_t offset = end;
    end += alignUp(bytes, needs.alignment);
    needs.bytes = std::max(needs.bytes, end);
    return {Operand::Kind::Scratch, 0, offset};
  }

private:
  ScratchNeeds &needs;
  uint64_t end = 0;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_PLAN_SCRATCH_H
