// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network's weights as a file for others.

#ifndef DPSIMS_RUNTIME_TRAIN_NETWORK_WEIGHTS_H
#define DPSIMS_RUNTIME_TRAIN_NETWORK_WEIGHTS_H

#include "runtime/train/checkpoints.h"
#include "runtime/weights/safetensors.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace dpsims {

/// By their names in the network.
using NetworkWeights = std::map<std::string, std::pair<Shape, std::vector<float>>>;

/// Adds the tensors of a file whose names begin with `prefix` ("generator."), which is taken off. Error: as readWeight.
void addBelow(const SafetensorsFile &file, const std::string &prefix, NetworkWeights &weights);

/// Writes a safetensors file. `half`: matrices as f16, vectors stay f32. Error: a matrix has values beyond f16.
void writeWeights(const std::string &path, const NetworkWeights &weights, bool half,
                  const std::map<std::string, std::string> &metadata);

/// What a file of a network of that checkpoint says of itself: `format` as other programs look for it, where it comes
/// from, and the configuration. `network`: "average", "generator", "discriminator".
std::map<std::string, std::string> networkMetadata(const CheckpointState &state, const std::string &network);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_NETWORK_WEIGHTS_H
