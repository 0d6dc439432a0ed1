// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Backbones whose weights fit another's.

#ifndef DPSIMS_RUNTIME_TRAIN_BACKBONE_TWIN_H
#define DPSIMS_RUNTIME_TRAIN_BACKBONE_TWIN_H

#include "runtime/format/model.h"

#include <string>

namespace dpsims {

/// "w.safetensors: is taken for the weights of tf_efficientnet_lite0; those of efficientnet_lite0 would fit too, ..."
/// and what differs. Empty if the model's backbone (discriminator.backbone) has no such twin. `path`: its weights'
/// file.
std::string describeTwin(const CompiledModel &model, const std::string &path);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_BACKBONE_TWIN_H
