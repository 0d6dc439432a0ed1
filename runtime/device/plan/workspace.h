// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A plan's workspace: memory for what a step needs while it runs. A piece for each lane, which every step of that lane
// uses from its beginning.

#ifndef DPSIMS_RUNTIME_DEVICE_PLAN_WORKSPACE_H
#define DPSIMS_RUNTIME_DEVICE_PLAN_WORKSPACE_H

#include "runtime/base/align.h"
#include "runtime/device/plan/operand.h"

#include <algorithm>
#include <vector>

namespace dpsims {

/// What the steps of a plan need in all: of each lane as much as the one that needs most.
struct WorkspaceNeeds {
  explicit WorkspaceNeeds(uint64_t alignment, uint32_t lanes = 1) : alignment(alignment), laneBytes(lanes) {}

  uint64_t bytes() const {
    uint64_t sum = 0;
    for (uint64_t lane : laneBytes)
      sum += lane;
    return sum;
  }

  uint64_t alignment;              ///< of each piece
  std::vector<uint64_t> laneBytes; ///< multiples of it
};

/// The workspace of one step, in pieces. All steps of its lane share the memory: nothing in it outlives a step's run.
class StepWorkspace {
public:
  explicit StepWorkspace(WorkspaceNeeds &needs, uint32_t lane = 0) : needs(needs), lane(lane) {}

  /// The next `bytes` bytes, aligned.
  Operand reserve(uint64_t bytes) {
    uint64_t offset = end;
    end += alignUp(bytes, needs.alignment);
    needs.laneBytes[lane] = std::max(needs.laneBytes[lane], end);
    return {Operand::Kind::Workspace, lane, offset};
  }

private:
  WorkspaceNeeds &needs;
  uint32_t lane;
  uint64_t end = 0;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_PLAN_WORKSPACE_H
