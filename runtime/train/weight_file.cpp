// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/weight_file.h"

#include "runtime/train/checkpoints.h"

#include <cstring>
#include <functional>

namespace dpsims {

/// Adds a weight that `read` reads when the writer asks for it: the writer holds one at a time.
static void addWeight(SafetensorsWriter &writer, const WeightSpec &spec,
                      const std::shared_ptr<std::vector<float>> &value, const std::function<void(float *)> &read) {
  const auto size = static_cast<size_t>(elementCount(spec.shape));
  writer.add(spec.name, ElementType::F32, spec.shape, [=](uint64_t offset, void *dst, size_t bytes) {
    if (offset == 0) {
      value->resize(size);
      read(value->data());
    }
    std::memcpy(dst, reinterpret_cast<const char *>(value->data()) + offset, bytes);
  });
}

void writeSavedWeights(const std::string &path, const TrainProgram &program, const Session &session,
                       const RunRanks &ranks) {
  SafetensorsWriter writer(path);
  const auto value = std::make_shared<std::vector<float>>();
  const std::vector<uint32_t> &variables = program.entry().variables;
  for (size_t i = 0; i < variables.size(); ++i)
    if (program.isSaved(variables[i]))
      addWeight(writer, program.model().weights[variables[i]], value,
                [&session, &ranks, i](float *dst) { ranks.readWhole(session, i, dst); });
  writer.write();
}

void readSavedWeights(const std::string &path, const TrainProgram &program, Session &session, const RunRanks &ranks) {
  StartWeights own(program, /*seed=*/0);
  if (ranks.isFirst())
    own.addSaved(path);
  SharedWeights saved(program.model(), ranks, ranks.isFirst() ? &own : nullptr);
  const std::vector<uint32_t> &variables = program.entry().variables;
  for (size_t i = 0; i < variables.size(); ++i) {
    if (!program.isSaved(variables[i]))
      continue;
    std::vector<float> value(static_cast<size_t>(elementCount(program.model().weights[variables[i]].shape)));
    saved.read(variables[i], value.data());
    session.setVariable(i, value.data());
  }
}

FrozenWeights::FrozenWeights(const std::string &path)
    : checksum(sumOfFile(path)), tensors(std::make_unique<const SafetensorsFile>(path)) {}

FrozenWeights FrozenWeights::write(const std::string &path, const TrainProgram &program, StartWeights &weights) {
  SafetensorsWriter writer(path);
  const auto value = std::make_shared<std::vector<float>>();
  for (uint32_t weight : program.entry().weights)
    if (!program.isSaved(weight))
      addWeight(writer, program.model().weights[weight], value,
                [&weights, weight](float *dst) { weights.read(weight, dst); });
  writer.write();
  return FrozenWeights(path);
}

} // namespace dpsims
