// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ranks that are threads of one process: for tests, and for programs that use the runtime.

#ifndef DPSIMS_RUNTIME_COMMUNICATOR_IN_PROCESS_H
#define DPSIMS_RUNTIME_COMMUNICATOR_IN_PROCESS_H

#include "runtime/communicator/rank_communicator.h"

#include <memory>
#include <vector>

namespace dpsims {

/// Communicators of `count` ranks, one for a thread each. They may outlive each other.
std::vector<std::shared_ptr<RankCommunicator>> makeRanksInProcess(int count, double timeout = defaultRankTimeout);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_COMMUNICATOR_IN_PROCESS_H
