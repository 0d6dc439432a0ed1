// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a program's weight from a file, and looks at its values: one bad number would make black pictures of all, or
// seem to be the fault of training.

#ifndef DPSIMS_RUNTIME_WEIGHTS_READ_WEIGHT_H
#define DPSIMS_RUNTIME_WEIGHTS_READ_WEIGHT_H

#include "runtime/weights/safetensors.h"

namespace dpsims {

/// Error if `isBad` of one of a tensor's values: "FILE: "NAME" has 2 of 64 values that are WHAT, the first -1 at [0,
/// 3]: WAY OUT".
void refuseValues(const std::string &path, const std::string &name, const Shape &shape, const float *values,
                  bool (*isBad)(float), const char *what, const char *wayOut);

/// SafetensorsFile::read. Error: a value is infinite or not a number, or one of a variance ("running_var") is negative;
/// says how many there are and where the first is.
void readWeight(const SafetensorsFile &file, const SafetensorsEntry &entry, float *dst);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_WEIGHTS_READ_WEIGHT_H
