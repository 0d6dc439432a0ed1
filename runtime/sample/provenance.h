// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a generator's weights say of where they come from.

#ifndef DPSIMS_RUNTIME_SAMPLE_PROVENANCE_H
#define DPSIMS_RUNTIME_SAMPLE_PROVENANCE_H

#include "runtime/format/model.h"

#include <map>
#include <string>

namespace dpsims {

/// The key of safetensors metadata that holds labelConventions of the training's configuration.
inline constexpr char conventionsKey[] = "dpsims.conventions";

/// "image_size.0 is 256 in w.safetensors, 128 in m.dpsims": in what the training that made the weights read label maps
/// in another way than the model does. Empty if in nothing, or if the weights do not say.
std::string differingProvenance(const CompiledModel &model, const std::string &path,
                                const std::map<std::string, std::string> &metadata);

/// Warns (runtime/base/log.h) if they differ: the pictures are poor, and nothing else would say why.
void warnOfProvenance(const CompiledModel &model, const std::string &path,
                      const std::map<std::string, std::string> &metadata);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SAMPLE_PROVENANCE_H
