// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_WORKSPACE_H
#define DPSIMS_RUNTIME_DEVICE_CPU_WORKSPACE_H

#include "runtime/device/plan/operand.h"

namespace dpsims {

/// Memory that steps share, because only one runs at a time.
struct WorkspaceNeeds {
  uint64_t scratch = 0;

  void needScratch(uint64_t bytes) { scratch = bytes > scratch ? bytes : scratch; }
};

/// Divides the workspace among the needs of one step.
class ScratchSpace {
public:
  explicit ScratchSpace(WorkspaceNeeds &needs) : needs(needs) {}

  /// The next `bytes` bytes, aligned to a cache line.
  Operand reserve(uint64_t bytes) {
    uint64_t offset = end;
    end += (bytes + 63) / 64 * 64;
    needs.needScratch(end);
    return {Operand::Kind::Workspace, 0, offset};
  }

private:
  WorkspaceNeeds &needs;
  uint64_t end = 0;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_WORKSPACE_H
