// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/start_weights.h"

#include "runtime/base/error.h"
#include "runtime/base/text.h"
#include "runtime/weights/match.h"
#include "runtime/weights/read_weight.h"

#include <algorithm>

namespace dpsims {

StartWeights::StartWeights(const TrainProgram &program, uint64_t seed)
    : program(program), model(program.model()), initial(model, seed) {}

const SafetensorsFile &StartWeights::open(const std::string &path) {
  files.push_back(std::make_unique<SafetensorsFile>(path));
  return *files.back();
}

void StartWeights::add(const SafetensorsFile &file, const std::vector<uint32_t> &indices, const std::string &prefix,
                       const std::function<bool(const WeightSpec &)> &required) {
  std::vector<WeightSpec> specs;
  for (uint32_t index : indices) {
    specs.push_back(model.weights[index]);
    specs.back().required = required(specs.back());
    specs.back().name.erase(0, prefix.size());
  }
  const std::vector<const SafetensorsEntry *> found = matchWeights(file, specs);
  for (size_t i = 0; i < found.size(); ++i)
    if (found[i])
      places[indices[i]] = {&file, found[i]};
}

void StartWeights::addNetworks(const std::string &path) {
  const SafetensorsFile &file = open(path);
  const bool whole = std::any_of(file.entries().begin(), file.entries().end(), [](const SafetensorsEntry &tensor) {
    return startsWith(tensor.name, "generator.") || startsWith(tensor.name, "discriminator.");
  });
  const std::string prefix = whole ? "" : "generator.";
  add(file, program.below(prefix), prefix,
      [](const WeightSpec &spec) { return spec.required && !startsWith(spec.name, backbonePrefix); });
}

void StartWeights::addWhole(const std::string &path, bool saved) {
  const std::vector<uint32_t> &all = program.entry().weights;
  std::vector<uint32_t> indices;
  std::copy_if(all.begin(), all.end(), std::back_inserter(indices),
               [&](uint32_t index) { return program.isSaved(index) == saved; });
  add(open(path), indices, "", [](const WeightSpec &) { return true; });
}

void StartWeights::read(uint32_t index, float *dst) {
  const WeightSpec &spec = model.weights[index];
  auto place = places.find(index);
  if (place != places.end())
    return readWeight(*place->second.file, *place->second.entry, dst);
  if (spec.init != "copy")
    return initial.read(index, dst);
  const auto source = std::find_if(model.weights.begin(), model.weights.end(),
                                   [&](const WeightSpec &other) { return other.name == spec.initOf; });
  if (source == model.weights.end())
    fail(ErrorCode::Incompatible, model.path, ": weight ", quoted(spec.name), " is a copy of ", quoted(spec.initOf),
         ", which is none");
  read(static_cast<uint32_t>(source - model.weights.begin()), dst);
}

//===-------------------------------------------------------------------------------------------------------------===//
// The backbone
//===-------------------------------------------------------------------------------------------------------------===//

std::string backboneFamily(const std::vector<std::string> &names) {
  // The beginning of a name that only one family has.
  const std::pair<const char *, const char *> marks[] = {{"stages.0.blocks.0.conv_dw.", "ConvNeXt"},
                                                         {"layers.0.blocks.0.attn.", "Swin"},
                                                         {"blocks.0.norm1.", "ViT"},
                                                         {"layer1.0.conv1.", "ResNet"},
                                                         {"conv_stem.", "EfficientNet"}};
  for (const auto &[mark, family] : marks)
    for (const std::string &name : names)
      if (startsWith(name, mark))
        return family;
  return "";
}

static std::string familyText(const std::string &family) { return (family[0] == 'E' ? "an " : "a ") + family; }

void StartWeights::addBackbone(const std::string &path) {
  const std::vector<uint32_t> indices = program.below(backbonePrefix);
  const SafetensorsFile &file = open(path);
  std::vector<std::string> wanted, given;
  for (uint32_t index : indices)
    wanted.push_back(model.weights[index].name.substr(sizeof backbonePrefix - 1));
  for (const SafetensorsEntry &tensor : file.entries())
    given.push_back(tensor.name);
  const std::string ours = backboneFamily(wanted), theirs = backboneFamily(given);
  try {
    add(file, indices, backbonePrefix, [](const WeightSpec &) { return true; });
  } catch (const Error &error) {
    if (ours.empty() || theirs.empty() || ours == theirs)
      throw;
    fail(ErrorCode::Incompatible, path, ": has the weights of ", familyText(theirs),
         ", the discriminator's backbone is ", familyText(ours), ": ",
         std::string(error.what()).substr(path.size() + 2));
  }
}

void StartWeights::requireBackbone() const {
  if (!program.hasFrozenBackbone())
    return;
  for (uint32_t index : program.below(backbonePrefix))
    if (!places.count(index))
      fail(ErrorCode::Incompatible, model.path,
           ": the discriminator's backbone is frozen (discriminator.pretrained), so its weights must be "
           "given: --backbone-weights FILE (tools/scripts/fetch-efficientnet-lite0.py fetches those of "
           "tf_efficientnet_lite0)");
}

} // namespace dpsims
