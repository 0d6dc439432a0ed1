// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the process may use of the machine: a container or a batch system may leave it less than there is.

#ifndef DPSIMS_RUNTIME_BASE_MACHINE_H
#define DPSIMS_RUNTIME_BASE_MACHINE_H

#include <cstdint>
#include <string>

namespace dpsims {

/// Processors that the process may run on, at least 1: by its affinity, and by the quotas (cpu.max) of its control
/// groups.
int availableProcessors();

/// Bytes of memory that the process may use: the machine's, or the limits (memory.max) of its control groups.
uint64_t availableMemory();

/// The limits of control groups, both versions. `membership` is the text of /proc/self/cgroup, `mount` where the groups
/// are. Of the groups above a process the tightest counts.
struct GroupLimits {
  double processors = 0; ///< quota over period; 0: none
  uint64_t memory = 0;   ///< 0: none
};
GroupLimits groupLimits(const std::string &membership, const std::string &mount);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_MACHINE_H
