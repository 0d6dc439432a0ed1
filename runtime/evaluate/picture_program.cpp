// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/picture_program.h"

#include "runtime/base/error.h"
#include "runtime/format/checksum.h"
#include "runtime/session/execute.h"

#include <algorithm>
#include <cstring>

namespace dpsims {

namespace {

/// Weights of a file, and a sum of all that were read.
class SummedWeights : public WeightSource {
public:
  SummedWeights(const CompiledModel &model, WeightSource &source) : model(model), source(source) {}

  void read(uint32_t index, float *dst) override {
    source.read(index, dst);
    const std::string &name = model.weights[index].name;
    // Added, as the order of reading is not the weights'.
    sum += format::checksum(dst, size_t(elementCount(model.weights[index].shape)) * sizeof(float)) ^
           format::checksum(name.data(), name.size());
  }

  uint64_t sum = 0;

private:
  const CompiledModel &model;
  WeightSource &source;
};

bool isBytes(const Argument &input) {
  return input.type == ElementType::U8 && input.shape.size() == 4 && input.shape[3] == 3;
}

bool isPlanes(const Argument &input) {
  return input.type == ElementType::F32 && input.shape.size() == 4 && input.shape[1] == 3;
}

} // namespace

PictureProgram::PictureProgram(const ProgramFiles &files, const std::vector<std::string> &inputNames,
                               const DeviceOptions &options)
    : compiled(CompiledModel::load(files.model)), entry(&compiled->entry(files.entry)) {
  checkInputs(inputNames);
  device = createDevice(compiled->target, options, compiled->path);
  if (files.weights.empty() && !entry->weights.empty())
    fail(compiled->path, ": entry ", quoted(entry->name), " has weights: name their file");
  if (files.weights.empty()) {
    session = std::make_unique<Session>(compiled, *entry, *device, nullptr);
  } else {
    FileWeights weights(*compiled, *entry, files.weights);
    SummedWeights summed(*compiled, weights);
    session = std::make_unique<Session>(compiled, *entry, *device, &summed);
    sum = summed.sum % (uint64_t(1) << 48);
  }
  for (const Argument &input : entry->inputs) {
    inputs.emplace_back(input.type, input.shape);
    std::memset(inputs.back().buffer.data(), 0, inputs.back().buffer.size());
  }
  outputs = makeOutputs(*entry);
}

void PictureProgram::checkInputs(const std::vector<std::string> &inputNames) {
  std::string wanted;
  for (const std::string &name : inputNames)
    wanted += (wanted.empty() ? "" : " and ") + quoted(name);
  bool fits = entry->inputs.size() == inputNames.size();
  for (size_t i = 0; fits && i < inputNames.size(); ++i)
    fits = entry->inputs[i].name == inputNames[i] && (isBytes(entry->inputs[i]) || isPlanes(entry->inputs[i])) &&
           entry->inputs[i].shape == entry->inputs[0].shape;
  if (!fits)
    fail(ErrorCode::Incompatible, compiled->path, ": entry ", quoted(entry->name), " does not take ", wanted,
         " as pictures, bytes (B, H, W, 3) or f32 (B, 3, H, W)");
  const Shape &shape = entry->inputs[0].shape;
  const size_t first = isBytes(entry->inputs[0]) ? 1 : 2;
  rows = int(shape[first]), columns = int(shape[first + 1]);
}

void PictureProgram::set(size_t input, size_t slot, const RgbImage &picture, const std::string &name) {
  if (picture.width != columns || picture.height != rows)
    fail(ErrorCode::Incompatible, name, ": has ", picture.width, " x ", picture.height, " pixels, ", compiled->path,
         " takes ", columns, " x ", rows, "; all pictures must have one size: compile with --set image_size=[",
         picture.height, ",", picture.width, "], or leave the picture out");
  const size_t numbers = picture.pixels.size(), pixels = numbers / 3;
  if (isBytes(entry->inputs[input])) {
    std::copy(picture.pixels.begin(), picture.pixels.end(), inputs[input].buffer.as<uint8_t>() + slot * numbers);
    return;
  }
  float *planes = inputs[input].buffer.as<float>() + slot * numbers;
  for (size_t i = 0; i < pixels; ++i)
    for (size_t c = 0; c < 3; ++c)
      planes[c * pixels + i] = float(picture.pixels[3 * i + c]) / 127.5f - 1;
}

void PictureProgram::run() { dpsims::run(*session, inputs, outputs); }

bool PictureProgram::hasOutput(const std::string &name) const {
  return std::any_of(entry->outputs.begin(), entry->outputs.end(),
                     [&](const Argument &output) { return output.name == name; });
}

const HostTensor &PictureProgram::output(const std::string &name) const {
  for (size_t i = 0; i < outputs.size(); ++i)
    if (entry->outputs[i].name == name)
      return outputs[i];
  fail(ErrorCode::Incompatible, compiled->path, ": entry ", quoted(entry->name), " has no output ", quoted(name));
}

} // namespace dpsims
