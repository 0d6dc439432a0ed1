// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/sample/sample_program.h"

#include "runtime/base/error.h"
#include "runtime/random/philox.h"
#include "runtime/session/execute.h"

#include <algorithm>
#include <cstring>

namespace dpsims {

SampleProgram::SampleProgram(const CompiledModel &model) : program(&model.entry("sample")) {
  findInputs(model);
  const int64_t batchSize = labels()[0];
  for (int input : {instancesInput, noiseInput})
    if (input >= 0 && program->inputs[size_t(input)].shape[0] != batchSize)
      fail(ErrorCode::Incompatible, model.path, ": the inputs of entry \"sample\" differ in their batch");
  if (instancesInput >= 0 && program->inputs[size_t(instancesInput)].shape != labels())
    fail(ErrorCode::Incompatible, model.path, ": label and instance maps of entry \"sample\" differ in size");
  if (program->outputs.size() != 1 || program->outputs[0].type != ElementType::U8 ||
      program->outputs[0].shape != Shape{batchSize, labels()[1], labels()[2], 3})
    fail(ErrorCode::Incompatible, model.path, ": entry \"sample\" does not give pictures of ", height(), " x ", width(),
         " x 3 bytes");
}

void SampleProgram::findInputs(const CompiledModel &model) {
  for (size_t i = 0; i < program->inputs.size(); ++i) {
    const Argument &input = program->inputs[i];
    const bool isMap = input.type == ElementType::I32 && input.shape.size() == 3;
    if (input.name == "labels" && isMap)
      labelsInput = int(i);
    else if (input.name == "instances" && isMap)
      instancesInput = int(i);
    else if (input.name == "z" && input.type == ElementType::F32 && input.shape.size() == 2)
      noiseInput = int(i);
    else
      fail(ErrorCode::Incompatible, model.path, ": entry \"sample\" has an input ", quoted(input.name), " ",
           elementTypeName(input.type), " ", shapeText(input.shape), " that a sampler does not know");
  }
  if (labelsInput < 0)
    fail(ErrorCode::Incompatible, model.path, ": entry \"sample\" has no input \"labels\"");
}

size_t SampleProgram::noiseDim() const {
  return noiseInput < 0 ? 0 : size_t(program->inputs[size_t(noiseInput)].shape[1]);
}

SampleBatch::SampleBatch(const SampleProgram &program) : program(&program), outputs(makeOutputs(program.entry())) {
  for (const Argument &input : program.entry().inputs) {
    inputs.emplace_back(input.type, input.shape);
    std::memset(inputs.back().buffer.data(), 0, inputs.back().buffer.size());
  }
}

void SampleBatch::setMap(int input, size_t slot, const LabelMap &map) {
  std::copy(map.ids.begin(), map.ids.end(),
            inputs[size_t(input)].buffer.as<int32_t>() + slot * size_t(program->height()) * size_t(program->width()));
}

float *SampleBatch::noise(size_t slot) {
  if (program->noiseInput < 0)
    return nullptr;
  return inputs[size_t(program->noiseInput)].buffer.as<float>() + slot * program->noiseDim();
}

void SampleBatch::submit(Session &session) { dpsims::submit(session, inputs, outputs); }

void SampleBatch::run(Session &session) { dpsims::run(session, inputs, outputs); }

const uint8_t *SampleBatch::picture(size_t slot) const {
  return outputs[0].buffer.as<uint8_t>() + slot * size_t(program->height()) * size_t(program->width()) * 3;
}

void drawNoise(uint64_t seed, std::string_view name, uint32_t sample, size_t count, float *dst) {
  if (count > 0)
    fillNormal({seed, hashName(name), sample}, 0, count, dst);
}

} // namespace dpsims
