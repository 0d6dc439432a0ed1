// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where values that are not finite came from.

#ifndef DPSIMS_RUNTIME_TRAIN_DIVERGENCE_H
#define DPSIMS_RUNTIME_TRAIN_DIVERGENCE_H

#include "runtime/train/iteration_queue.h"
#include "runtime/train/run_parts.h"

namespace dpsims {

/// Repeats the iterations from the newest checkpoint on, and fails with the op whose result was the first not to be
/// finite. The session is of no use for the run then.
[[noreturn]] void explainDivergence(const Diverged &diverged, RunParts &run, Session &session, const Report &report);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_DIVERGENCE_H
