// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two steps between a FlatBuffer and a CompiledModel that can be believed. Internal to runtime/format.

#ifndef DPSIMS_RUNTIME_FORMAT_DECODE_H
#define DPSIMS_RUNTIME_FORMAT_DECODE_H

#include "runtime/format/model.h"

namespace dpsims {

/// Copies a FlatBuffer (without the trailer; its address a multiple of 8) into `model`. Checks what a value is on its
/// own: bounds of the buffer, enumerators, ranks, dimensions, shapes' sizes. Error: one line that names the place.
void decodeModel(const uint8_t *data, size_t size, CompiledModel &model);

/// Checks how the parts of a decoded model fit together: indices, buffers within their arenas, operands of steps,
/// constants. Error: one line that names entry, step and values.
void validateModel(const CompiledModel &model);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_FORMAT_DECODE_H
