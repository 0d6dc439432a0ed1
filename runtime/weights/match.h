// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Do the weights of a file fit a program?

#ifndef DPSIMS_RUNTIME_WEIGHTS_MATCH_H
#define DPSIMS_RUNTIME_WEIGHTS_MATCH_H

#include "runtime/weights/safetensors.h"
#include "runtime/weights/spec.h"

#include <string>
#include <string_view>
#include <vector>

namespace dpsims {

/// Finds each of `needed` in `file`; result[i] is the entry for needed[i], null if the file lacks one that is not
/// required.
///
/// With a `prefix` ("generator."), and if the file has names below it (a whole training file), only those count, and
/// `needed` is relative to it; a file without such names is taken as it is.
///
/// (out, in) and (out, in, 1, 1) are the same weight. A float weight may be stored as F16, BF16, F32 or F64; an i32
/// or u8 weight as any integer type.
///
/// Error: weights are missing, mis-shaped, or the file has entries that are neither needed nor known to be
/// superfluous; one line that lists the first ten of each.
std::vector<const SafetensorsEntry *> matchWeights(const SafetensorsFile &file, const std::vector<WeightSpec> &needed,
                                                   const std::string &prefix = {});

/// Entries that a program may leave unread, though it does not know them: counters and tables that a network computes
/// itself (`num_batches_tracked`, `relative_position_index`, `attn_mask`) and a classification backbone's end
/// (`classifier.*`, `head.*`, `fc.*`, `conv_head.*`, `bn2.*`, `norm.*` at the top or directly below `backbone.`).
bool isKnownSuperfluous(std::string_view name);

/// Are these shapes the same weight's?
bool sameWeightShape(const Shape &a, const Shape &b);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_WEIGHTS_MATCH_H
