// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_PROCESSOR_H
#define DPSIMS_RUNTIME_DEVICE_CPU_PROCESSOR_H

#include "runtime/format/model.h"

#include <string>

namespace dpsims {

/// The processor's name, "AMD EPYC 9554".
std::string processorName();

/// Does the processor have this feature (a name as in /proc/cpuinfo)?
bool processorHas(const std::string &feature);

/// The model's code for this processor, the first whose features it has; null where the model has none at all. Errors:
/// code in another format than elf; each is for processors with instructions that this one lacks.
const CodeImage *codeForProcessor(const CompiledModel &model);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_PROCESSOR_H
