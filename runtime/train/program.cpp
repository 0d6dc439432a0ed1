// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/program.h"

#include "runtime/base/error.h"

#include <algorithm>

namespace dpsims {

static const Entry &trainEntry(const CompiledModel &model, int64_t batch) {
  const auto found = std::find_if(model.entries.begin(), model.entries.end(),
                                  [](const Entry &entry) { return entry.name == "train"; });
  if (found == model.entries.end())
    fail(ErrorCode::Incompatible, model.path,
         ": has no entry \"train\": compile it with dpsims-compile CONFIG.json --training --batch N");
  for (const Argument &input : found->inputs)
    if (input.name == "labels" && batch && !input.shape.empty() && input.shape[0] != batch)
      fail(ErrorCode::Incompatible, model.path, ": is compiled for batch ", input.shape[0], ", not ", batch,
           ": compile it with dpsims-compile CONFIG.json --training --batch ", batch);
  return *found;
}

TrainProgram::TrainProgram(const std::string &path, int64_t batch)
    : compiled(CompiledModel::load(path)), train(&trainEntry(*compiled, batch)), saved(compiled->weights.size()) {
  const std::vector<uint32_t> backbone = below(backbonePrefix);
  frozenBackbone = !backbone.empty() && std::none_of(backbone.begin(), backbone.end(),
                                                     [&](uint32_t index) { return compiled->weights[index].trained; });
  for (uint32_t index : train->variables)
    saved[index] = true;
  if (frozenBackbone)
    for (uint32_t index : backbone)
      saved[index] = false;
}

bool TrainProgram::takesInstances() const {
  for (const Entry &entry : compiled->entries)
    for (const Argument &input : entry.inputs)
      if (input.name == "instances")
        return true;
  return false;
}

std::vector<uint32_t> TrainProgram::below(const std::string &prefix) const {
  std::vector<uint32_t> result;
  std::copy_if(train->weights.begin(), train->weights.end(), std::back_inserter(result),
               [&](uint32_t index) { return compiled->weights[index].name.compare(0, prefix.size(), prefix) == 0; });
  return result;
}

} // namespace dpsims
