// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/network_weights.h"

#include "runtime/base/float16.h"
#include "runtime/data/config_difference.h"
#include "runtime/sample/provenance.h"
#include "runtime/weights/read_weight.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace dpsims {

void addBelow(const SafetensorsFile &file, const std::string &prefix, NetworkWeights &weights) {
  for (const SafetensorsEntry &entry : file.entries()) {
    if (entry.name.compare(0, prefix.size(), prefix) != 0)
      continue;
    std::vector<float> values(static_cast<size_t>(elementCount(entry.shape)));
    readWeight(file, entry, values.data());
    weights[entry.name.substr(prefix.size())] = {entry.shape, std::move(values)};
  }
}

static bool isBeyondHalf(float value) { return std::fabs(value) > 65504; }

void writeWeights(const std::string &path, const NetworkWeights &weights, bool half,
                  const std::map<std::string, std::string> &metadata) {
  SafetensorsWriter writer(path);
  for (const auto &[key, value] : metadata)
    writer.setMetadata(key, value);
  for (const auto &[name, weight] : weights) {
    const std::vector<float> &value = weight.second;
    if (!half || weight.first.size() < 2) {
      writer.add(name, ElementType::F32, weight.first, value.data());
      continue;
    }
    refuseValues(path, name, weight.first, value.data(), isBeyondHalf, "beyond f16's 65504", "leave --half out");
    writer.add(name, ElementType::F16, weight.first, [&value](uint64_t offset, void *dst, size_t size) {
      std::transform(value.begin() + int64_t(offset / 2), value.begin() + int64_t((offset + size) / 2),
                     static_cast<uint16_t *>(dst), floatToHalf);
    });
  }
  writer.write();
}

std::map<std::string, std::string> networkMetadata(const CheckpointState &state, const std::string &network) {
  return {{"format", "pt"}, // names, shapes and layouts are PyTorch's
          {"dpsims.network", network},
          {"dpsims.source_hash", state.sourceHash},
          {"dpsims.step", std::to_string(state.step)},
          {"dpsims.seed", std::to_string(state.seed)},
          {"dpsims.configuration", nlohmann::json::parse(state.config).dump()}, // as a checkpoint gives it, too
          {conventionsKey, labelConventions(state.config)}};
}

} // namespace dpsims
