// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Measured choices of algorithms decide the last bits of a run. A run keeps its own, so that it goes on with them; they
// come from and go to the user's, so that a second run of the same seed makes them too.

#ifndef DPSIMS_RUNTIME_TRAIN_SHARED_PLANS_H
#define DPSIMS_RUNTIME_TRAIN_SHARED_PLANS_H

#include <string>

namespace dpsims {

/// Adds to the file `to` the choices of the file `from` (DeviceOptions::planCache) that it lacks. Files that cannot be
/// read or written are no error: then choices are measured.
void addPlans(const std::string &from, const std::string &to);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_SHARED_PLANS_H
