// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/plan/requirements.h"

#include "runtime/base/error.h"

#include <algorithm>

namespace dpsims {

void requireTarget(const CompiledModel &model, const std::string &target) {
  if (model.target != target)
    fail(ErrorCode::Incompatible, model.path, ": compiled for ", model.target, ", not for ", target,
         ": compile with --target ", target);
}

void requirePrecision(const CompiledModel &model, const std::string &target, std::initializer_list<Precision> known) {
  if (std::find(known.begin(), known.end(), model.precision) == known.end())
    fail(ErrorCode::Incompatible, model.path, ": its precision is ", name(model.precision), ", which ", target,
         " does not have: compile with --precision f32");
}

void requireRanks(const CompiledModel &model, const Entry &entry, int ranks) {
  if (isSharded(entry) && model.ranks != static_cast<uint32_t>(ranks))
    fail(ErrorCode::Incompatible, model.path, ": compiled for ", model.ranks, model.ranks == 1 ? " rank, " : " ranks, ",
         ranks, ranks == 1 ? " is" : " are", " running: compile with --ranks ", ranks, ", or start it with mpirun -n ",
         model.ranks);
}

void requirePlainWeights(const ConvWindow &window, const std::string &target) {
  if (window.packed)
    failDevice(ErrorCode::InvalidData, "packed weights, which ", target,
               " does not take; the file is damaged, or its compiler has a bug");
}

} // namespace dpsims
