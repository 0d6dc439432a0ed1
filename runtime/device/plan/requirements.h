// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a device asks of a model and its steps before it takes them: the format knows nothing of devices.

#ifndef DPSIMS_RUNTIME_DEVICE_PLAN_REQUIREMENTS_H
#define DPSIMS_RUNTIME_DEVICE_PLAN_REQUIREMENTS_H

#include "runtime/format/model.h"

#include <initializer_list>
#include <string>

namespace dpsims {

/// Error: the model is for another target.
void requireTarget(const CompiledModel &model, const std::string &target);

/// Error: the model's precision is none of `known`, those of the target's devices.
void requirePrecision(const CompiledModel &model, const std::string &target, std::initializer_list<Precision> known);

/// Error: the entry is for all ranks together, and the run has another number of them than the model is for.
void requireRanks(const CompiledModel &model, const Entry &entry, int ranks);

/// Error (DeviceError): the weights' memory has the order (O, H, W, I), which the target's devices do not take.
void requirePlainWeights(const ConvWindow &window, const std::string &target);

/// The same of the operations that are not convolutions.
inline void requirePlainWeights(const MatmulStep &, const std::string &) {}
inline void requirePlainWeights(const CollectiveStep &, const std::string &) {}

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_PLAN_REQUIREMENTS_H
