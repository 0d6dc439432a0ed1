// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values that are infinite or not numbers: are there any, and where did the first come from?

#ifndef DPSIMS_RUNTIME_TRAIN_NON_FINITE_H
#define DPSIMS_RUNTIME_TRAIN_NON_FINITE_H

#include "runtime/data/loader.h"
#include "runtime/train/iteration.h"
#include "runtime/train/run_ranks.h"

#include <optional>
#include <string>
#include <vector>

namespace dpsims {

bool allFinite(const std::vector<float> &values);

/// The name of a variable that has a value which is not finite; empty if there is none.
std::string nonFiniteVariable(const Session &session);
/// The same of all ranks, which ask together: each may have its part of one.
std::string nonFiniteVariable(const Session &session, const RunRanks &ranks);

/// The op whose result was the first not to be finite, and in which iteration (from 0). Empty where the iteration
/// leaves such a value as a whole and none step by step: a graph of the device or its order is wrong then.
struct NonFinite {
  uint64_t step;
  std::string op;
};

/// Repeats iterations from where the session's variables and the loader are, the loader's step up to `lastStep`, and
/// looks into the first that leaves a loss or a variable not finite. None if all go well. All ranks do it together, and
/// get the first of all.
std::optional<NonFinite> findNonFinite(Session &session, Iteration &iteration, Loader &loader, uint64_t lastStep,
                                       const RunRanks &ranks = RunRanks(nullptr));

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_NON_FINITE_H
