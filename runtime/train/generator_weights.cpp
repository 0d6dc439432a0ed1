// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/generator_weights.h"

#include "runtime/base/error.h"
#include "runtime/weights/read_weight.h"

#include <algorithm>
#include <unordered_map>

namespace dpsims {

WeightLookup variablesOf(const Session &session) {
  std::unordered_map<std::string, size_t> places;
  const std::vector<uint32_t> &variables = session.entry().variables;
  for (size_t i = 0; i < variables.size(); ++i)
    if (const WeightSpec &spec = session.model().weights[variables[i]]; spec.parts == 1)
      places[spec.name] = i;
  return [&session, places](const std::string &name, int64_t, float *dst) {
    auto place = places.find(name);
    if (place == places.end())
      return false;
    session.readVariable(place->second, dst);
    return true;
  };
}

WeightLookup tensorsOf(const SafetensorsFile &file) {
  return [&file](const std::string &name, int64_t count, float *dst) {
    const SafetensorsEntry *entry = file.find(name);
    if (!entry)
      return false;
    if (elementCount(entry->shape) != count)
      fail(ErrorCode::Incompatible, file.path(), ": ", quoted(name), " is ", shapeText(entry->shape),
           ", the model has ", count, " numbers there");
    readWeight(file, *entry, dst);
    return true;
  };
}

GeneratorWeights::GeneratorWeights(const CompiledModel &model, const WeightLookup &lookup)
    : GeneratorWeights(model, {{lookup, "generator."}}) {}

GeneratorWeights::GeneratorWeights(const CompiledModel &model, std::initializer_list<Layer> layers) : model(model) {
  for (const WeightSpec &spec : weightsOf(model, model.entry("sample"))) {
    std::vector<float> &value =
        values.emplace(spec.name, std::make_pair(spec.shape, std::vector<float>())).first->second.second;
    value.resize(static_cast<size_t>(elementCount(spec.shape)));
    if (std::none_of(layers.begin(), layers.end(), [&](const Layer &layer) {
          return layer.lookup(layer.prefix + spec.name, static_cast<int64_t>(value.size()), value.data());
        }))
      fail(ErrorCode::Incompatible, model.path, ": entry \"sample\" has a weight ", quoted(spec.name),
           " that training does not have");
  }
}

void GeneratorWeights::read(uint32_t index, float *dst) {
  const std::vector<float> &value = values.at(model.weights[index].name).second;
  std::copy(value.begin(), value.end(), dst);
}

void GeneratorWeights::write(const std::string &path, bool half,
                             const std::map<std::string, std::string> &metadata) const {
  writeWeights(path, values, half, metadata);
}

} // namespace dpsims
