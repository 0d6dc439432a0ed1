// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/generator_weights.h"

#include "runtime/base/error.h"
#include "runtime/train/arguments.h"
#include "runtime/train/stop_signal.h"
#include "runtime/weights/read_weight.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

namespace dpsims {

WeightLookup variablesOf(const Session &session) {
  std::unordered_map<std::string, size_t> places;
  const std::vector<uint32_t> &variables = session.entry().variables;
  for (size_t i = 0; i < variables.size(); ++i)
    places[session.model().weights[variables[i]].name] = i;
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
      fail(file.path(), ": ", quoted(name), " is ", shapeText(entry->shape), ", the model has ", count,
           " numbers there");
    readWeight(file, *entry, dst);
    return true;
  };
}

//===-------------------------------------------------------------------------------------------------------------===//
// The weights
//===-------------------------------------------------------------------------------------------------------------===//

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
      fail(model.path, ": entry \"sample\" has a weight ", quoted(spec.name), " that training does not have");
  }
}

void GeneratorWeights::read(uint32_t index, float *dst) {
  const std::vector<float> &value = values.at(model.weights[index].name).second;
  std::copy(value.begin(), value.end(), dst);
}

uint16_t floatToHalf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint16_t sign = uint16_t(bits >> 16 & 0x8000);
  const float magnitude = std::fabs(value);
  if (std::isnan(value))
    return sign | 0x7e00;
  if (magnitude > 65504)
    return sign | 0x7bff;
  if (magnitude < 0x1p-14f) // subnormal: a multiple of 2^-24
    return sign | uint16_t(std::nearbyint(magnitude * 0x1p24f));
  bits &= 0x7fffffff;
  bits += 0xfff + (bits >> 13 & 1); // halves to even
  return sign | std::min<uint16_t>(uint16_t((bits >> 13) - (112 << 10)), 0x7bff);
}

static bool isBeyondHalf(float value) { return std::fabs(value) > 65504; }

void GeneratorWeights::write(const std::string &path, bool half,
                             const std::map<std::string, std::string> &metadata) const {
  SafetensorsWriter writer(path);
  for (const auto &[key, value] : metadata)
    writer.setMetadata(key, value);
  for (const auto &[name, weight] : values) {
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

//===-------------------------------------------------------------------------------------------------------------===//
// The average
//===-------------------------------------------------------------------------------------------------------------===//

namespace {

const char averagePrefix[] = "ema.generator.", trainedPrefix[] = "generator.";

/// What the entry `statistics` begins with: the average, and for what no average is kept the trained generator's.
class AverageStart : public WeightSource {
public:
  AverageStart(const CompiledModel &model, const WeightLookup &lookup) : model(model), lookup(lookup) {}

  void read(uint32_t index, float *dst) override {
    const WeightSpec &spec = model.weights[index];
    const int64_t count = elementCount(spec.shape);
    const std::string relative = spec.name.substr(std::min(spec.name.size(), sizeof averagePrefix - 1));
    if (!lookup(spec.name, count, dst) && !lookup(trainedPrefix + relative, count, dst))
      fail(model.path, ": entry \"statistics\" has a weight ", quoted(spec.name), " that training does not have");
  }

private:
  const CompiledModel &model;
  const WeightLookup &lookup;
};

} // namespace

GeneratorWeights averageGenerator(std::shared_ptr<const CompiledModel> model, Device &device,
                                  const WeightLookup &lookup, Loader &batches, uint64_t count, const Noise &noise) {
  const Entry &entry = model->entry("statistics");
  AverageStart start(*model, lookup);
  Session session(model, entry, device, &start, /*depth=*/2);
  Arguments arguments(*model, entry, {"labels", "z", "instances", "momentum"});
  HostTensor *momentum = arguments.input("momentum", ElementType::F32);
  for (uint64_t k = 0; k < count; ++k) {
    throwIfStopped();
    arguments.set(batches.next());
    arguments.draw("z", noise, TrainStream::Statistics, k);
    if (momentum) // the mean of all batches so far
      *momentum->buffer.as<float>() = 1 / float(k + 1);
    if (session.pending() == session.depth())
      session.collect();
    arguments.submit(session);
  }
  const WeightLookup estimated = variablesOf(session);
  return GeneratorWeights(*model, {{estimated, averagePrefix}, {lookup, averagePrefix}, {lookup, trainedPrefix}});
}

} // namespace dpsims
