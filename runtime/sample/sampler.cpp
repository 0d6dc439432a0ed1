// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/sample/sampler.h"

#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/progress.h"
#include "runtime/random/philox.h"
#include "runtime/session/execute.h"

#include <algorithm>
#include <cstring>
#include <deque>

namespace dpsims {

// Work that is collected until the model's batch is full, and what is in flight.
struct Sampler::Batch {
  std::vector<HostTensor> inputs, outputs;
  std::vector<std::string> paths;
  std::deque<std::vector<std::string>> pending; // the paths of each run in flight
  LabelMap labels, instances;
};

Sampler::Sampler(const CompiledModel &model, Resize resize) : program(&model.entry("sample")), reader(model, resize) {
  for (size_t i = 0; i < program->inputs.size(); ++i) {
    const Argument &input = program->inputs[i];
    bool isMap = input.type == ElementType::I32 && input.shape.size() == 3;
    if (input.name == "labels" && isMap)
      labelsInput = static_cast<int>(i);
    else if (input.name == "instances" && isMap)
      instancesInput = static_cast<int>(i);
    else if (input.name == "z" && input.type == ElementType::F32 && input.shape.size() == 2)
      noiseInput = static_cast<int>(i);
    else
      fail(ErrorCode::Incompatible, model.path, ": entry \"sample\" has an input ", quoted(input.name), " ",
           elementTypeName(input.type), " ", shapeText(input.shape), " that a sampler does not know");
  }
  if (labelsInput < 0)
    fail(ErrorCode::Incompatible, model.path, ": entry \"sample\" has no input \"labels\"");
  const Shape &labels = program->inputs[static_cast<size_t>(labelsInput)].shape;
  batchSize = labels[0], height = labels[1], width = labels[2];
  if (noiseInput >= 0)
    noiseDim = program->inputs[static_cast<size_t>(noiseInput)].shape[1];
  for (int input : {instancesInput, noiseInput})
    if (input >= 0 && program->inputs[static_cast<size_t>(input)].shape[0] != batchSize)
      fail(ErrorCode::Incompatible, model.path, ": the inputs of entry \"sample\" differ in their batch");
  if (instancesInput >= 0 && program->inputs[static_cast<size_t>(instancesInput)].shape != labels)
    fail(ErrorCode::Incompatible, model.path, ": label and instance maps of entry \"sample\" differ in size");
  if (program->outputs.size() != 1 || program->outputs[0].type != ElementType::U8 ||
      program->outputs[0].shape != Shape{batchSize, height, width, 3})
    fail(ErrorCode::Incompatible, model.path, ": entry \"sample\" does not give pictures of ", height, " x ", width,
         " x 3 bytes");
}

// "a.png has another shape than the model's pictures, 64 x 64: ..."
void Sampler::tellCut(const std::vector<std::string> &cut) const {
  if (cut.empty())
    return;
  const std::string others = cut.size() > 1 ? " and " + std::to_string(cut.size() - 1) + " more have" : " has";
  note(cut[0], others, " another shape than the model's pictures, ", width, " x ", height,
       ": what sticks out on two sides is cut off, as in training; --resize exact squeezes maps instead");
}

// Else they would be cut in different places.
static void requireSameShape(const SampleFile &file, Size labels, Size instances) {
  if (int64_t(labels.width) * instances.height != int64_t(labels.height) * instances.width)
    fail(ErrorCode::Incompatible, file.instances, ": the map has ", instances.width, " x ", instances.height,
         " pixels, but the label map ", file.labels, " ", labels.width, " x ", labels.height,
         "; make them of one size");
}

void Sampler::check(const std::vector<SampleFile> &files) {
  std::vector<std::string> labels;
  for (const SampleFile &file : files)
    labels.push_back(file.labels);
  reader.look(labels);
  Progress progress("check", static_cast<int64_t>(files.size()), "label maps");
  std::vector<std::string> cut;
  for (const SampleFile &file : files) {
    const LabelReader::Fitted labels = reader.labels(file.labels, int(height), int(width));
    if (labels.cut)
      cut.push_back(file.labels);
    if (needsInstances())
      requireSameShape(file, labels.stored, reader.instances(file.instances, int(height), int(width)).stored);
    progress.advance();
  }
  tellCut(cut);
}

void Sampler::add(Batch &batch, const SampleFile &file, uint32_t sample, uint64_t seed) const {
  size_t pixels = static_cast<size_t>(height * width), slot = batch.paths.size();
  if (sample == 0) {
    batch.labels = reader.labels(file.labels, static_cast<int>(height), static_cast<int>(width)).map;
    if (needsInstances())
      batch.instances = reader.instances(file.instances, static_cast<int>(height), static_cast<int>(width)).map;
  }
  auto input = [&](int index) -> HostBuffer & { return batch.inputs[static_cast<size_t>(index)].buffer; };
  std::copy(batch.labels.ids.begin(), batch.labels.ids.end(), input(labelsInput).as<int32_t>() + slot * pixels);
  if (needsInstances())
    std::copy(batch.instances.ids.begin(), batch.instances.ids.end(),
              input(instancesInput).as<int32_t>() + slot * pixels);
  if (noiseInput >= 0) {
    RandomSequence sequence{seed, hashName(file.name), sample};
    uint64_t count = static_cast<uint64_t>(noiseDim);
    fillNormal(sequence, 0, count, input(noiseInput).as<float>() + slot * count);
  }
  batch.paths.push_back(file.outputs[sample]);
}

// A last batch that is not full computes old or no pictures in its free slots; nobody looks at them.
void Sampler::submit(Batch &batch, Session &session) const {
  dpsims::submit(session, batch.inputs, batch.outputs);
  batch.pending.push_back(std::move(batch.paths));
  batch.paths.clear();
}

// Writes the pictures of the oldest run; returns their number.
int64_t Sampler::finish(Batch &batch, Session &session) const {
  session.collect();
  const std::vector<std::string> paths = std::move(batch.pending.front());
  batch.pending.pop_front();
  size_t bytes = static_cast<size_t>(height * width * 3);
  for (size_t i = 0; i < paths.size(); ++i)
    writeRgbPng(paths[i], static_cast<int>(width), static_cast<int>(height),
                batch.outputs[0].buffer.as<uint8_t>() + i * bytes);
  return static_cast<int64_t>(paths.size());
}

void Sampler::run(Session &session, const std::vector<SampleFile> &files, uint64_t seed) const {
  Batch batch;
  for (const Argument &input : program->inputs) {
    batch.inputs.emplace_back(input.type, input.shape);
    std::memset(batch.inputs.back().buffer.data(), 0, batch.inputs.back().buffer.size());
  }
  batch.outputs = makeOutputs(*program);
  int64_t total = 0;
  for (const SampleFile &file : files)
    total += static_cast<int64_t>(file.outputs.size());
  Progress progress("sample", total, "images");
  for (const SampleFile &file : files)
    for (uint32_t sample = 0; sample < file.outputs.size(); ++sample) {
      add(batch, file, sample, seed);
      if (static_cast<int64_t>(batch.paths.size()) < batchSize)
        continue;
      submit(batch, session);
      if (session.pending() == session.depth())
        progress.advance(finish(batch, session));
    }
  if (!batch.paths.empty())
    submit(batch, session);
  while (session.pending())
    progress.advance(finish(batch, session));
  progress.finish();
}

} // namespace dpsims
