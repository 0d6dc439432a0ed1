// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Why a file's weights may not be those of a model.

#ifndef DPSIMS_RUNTIME_WEIGHTS_HINTS_H
#define DPSIMS_RUNTIME_WEIGHTS_HINTS_H

#include "runtime/weights/safetensors.h"
#include "runtime/weights/spec.h"

namespace dpsims {

/// For a file that lacks weights, the end of the message: whose names it has, that it is a part, that it is an average
/// without statistics, each with the way out. `prefix`: of the names that were looked for.
std::string explainMissing(const SafetensorsFile &file, const std::vector<WeightSpec> &needed,
                           const std::string &prefix);

/// For a file whose weights are all there, of which `entry` is the first that has another shape than `needed`: of which
/// variant of a network it is.
std::string explainMisshaped(const SafetensorsEntry &entry, const WeightSpec &needed);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_WEIGHTS_HINTS_H
