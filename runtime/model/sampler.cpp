// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/model/sampler.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/progress.h"
#include "runtime/model/execute.h"
#include "runtime/random/philox.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <filesystem>
#include <map>

namespace dpsims {

namespace {

namespace fs = std::filesystem;

const char labelsEnding[] = "_labelIds";
const char instancesEnding[] = "_instanceIds";

bool endsWith(const std::string &text, const std::string &ending) {
  return text.size() >= ending.size() && text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

std::string stem(const std::string &path) { return fs::path(path).stem().string(); }

// Cityscapes keeps label and instance maps in one folder.
void keepLabelMaps(std::vector<std::string> &names) {
  auto isLabels = [](const std::string &name) { return endsWith(stem(name), labelsEnding); };
  if (std::any_of(names.begin(), names.end(), isLabels))
    names.erase(std::remove_if(names.begin(), names.end(), [&](const std::string &n) { return !isLabels(n); }),
                names.end());
}

std::string findInstances(const std::string &directory, const std::string &labels) {
  std::string path = joinPath(directory, fs::path(labels).filename().string());
  std::error_code ignored;
  std::string name = stem(labels);
  if (endsWith(name, labelsEnding))
    path = joinPath(directory, name.substr(0, name.size() - std::strlen(labelsEnding)) + instancesEnding +
                                   fs::path(labels).extension().string());
  if (!fs::is_regular_file(path, ignored))
    fail(path, ": no such instance map for ", labels);
  return path;
}

void requireFile(const std::string &path) { InputFile file(path); }

std::vector<SampleFile> listInputs(const SampleOptions &options, bool isDirectory) {
  std::vector<SampleFile> files;
  if (!isDirectory) {
    requireFile(options.labels);
    files.push_back({options.labels, "", stem(options.labels), {}});
    return files;
  }
  std::vector<std::string> names = listDirectory(options.labels, {"png"});
  keepLabelMaps(names);
  if (names.empty())
    fail(options.labels, ": has no label maps (*.png)");
  for (const std::string &name : names)
    files.push_back({joinPath(options.labels, name), "", stem(name), {}});
  return files;
}

void findAllInstances(const SampleOptions &options, bool needsInstances, std::vector<SampleFile> &files) {
  if (!needsInstances) {
    if (!options.instances.empty())
      fail("the model takes no instance maps (generator.instance_edges is off): leave --instances out");
    return;
  }
  if (options.instances.empty())
    fail("the model takes instance maps (generator.instance_edges is on): give --instances");
  bool isDirectory = fs::is_directory(options.instances);
  if (!isDirectory && files.size() > 1)
    fail(options.instances, ": --labels is a directory, so --instances must be one");
  for (SampleFile &file : files) {
    file.instances = isDirectory ? findInstances(options.instances, file.labels) : options.instances;
    requireFile(file.instances);
  }
}

std::string numbered(const std::string &base, uint32_t sample, uint32_t samples) {
  return samples == 1 ? base + ".png" : base + "_" + std::to_string(sample) + ".png";
}

// The output's path without ".png", for one file that goes to --output FILE or into --output DIR.
std::string outputBase(const SampleOptions &options, const SampleFile &file, bool intoDirectory) {
  if (intoDirectory)
    return joinPath(options.output, file.name);
  std::string extension = fs::path(options.output).extension().string();
  if (extension != ".png" && extension != ".PNG")
    fail(options.output, ": pictures are written as PNG: end the name in .png, or in / for a directory");
  return options.output.substr(0, options.output.size() - extension.size());
}

void checkOutputs(const std::vector<SampleFile> &files) {
  std::map<std::string, const SampleFile *> owners;
  FileSet maps;
  for (const SampleFile &file : files) {
    maps.add(file.labels);
    maps.add(file.instances);
  }
  for (const SampleFile &file : files)
    for (const std::string &output : file.outputs) {
      auto [owner, fresh] = owners.emplace(output, &file);
      if (!fresh)
        fail(output, ": would be the picture of both ", owner->second->labels, " and ", file.labels);
      if (maps.contains(output))
        fail(output, ": is one of the maps that are read, and cannot be a picture too: choose another --output");
    }
}

} // namespace

std::vector<SampleFile> listSamples(const SampleOptions &options, bool needsInstances) {
  std::error_code ignored;
  bool labelsAreDirectory = fs::is_directory(options.labels, ignored);
  if (options.samples < 1)
    fail("--samples 0: expected 1 or more");
  std::vector<SampleFile> files = listInputs(options, labelsAreDirectory);
  findAllInstances(options, needsInstances, files);
  bool intoDirectory = labelsAreDirectory || endsWith(options.output, "/") || fs::is_directory(options.output, ignored);
  for (SampleFile &file : files) {
    std::string base = outputBase(options, file, intoDirectory);
    for (uint32_t sample = 0; sample < options.samples; ++sample)
      file.outputs.push_back(numbered(base, sample, options.samples));
  }
  checkOutputs(files);
  if (intoDirectory)
    makeDirectory(options.output);
  return files;
}

// Work that is collected until the model's batch is full, and what is in flight.
struct Sampler::Batch {
  std::vector<HostTensor> inputs, outputs;
  std::vector<std::string> paths;
  std::deque<std::vector<std::string>> pending; // the paths of each run in flight
  LabelMap labels, instances;
};

Sampler::Sampler(const CompiledModel &model) : program(&model.entry("sample")), reader(model) {
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
      fail(model.path, ": entry \"sample\" has an input ", quoted(input.name), " ", elementTypeName(input.type), " ",
           shapeText(input.shape), " that a sampler does not know");
  }
  if (labelsInput < 0)
    fail(model.path, ": entry \"sample\" has no input \"labels\"");
  const Shape &labels = program->inputs[static_cast<size_t>(labelsInput)].shape;
  batchSize = labels[0], height = labels[1], width = labels[2];
  if (noiseInput >= 0)
    noiseDim = program->inputs[static_cast<size_t>(noiseInput)].shape[1];
  for (int input : {instancesInput, noiseInput})
    if (input >= 0 && program->inputs[static_cast<size_t>(input)].shape[0] != batchSize)
      fail(model.path, ": the inputs of entry \"sample\" differ in their batch");
  if (instancesInput >= 0 && program->inputs[static_cast<size_t>(instancesInput)].shape != labels)
    fail(model.path, ": label and instance maps of entry \"sample\" differ in size");
  if (program->outputs.size() != 1 || program->outputs[0].type != ElementType::U8 ||
      program->outputs[0].shape != Shape{batchSize, height, width, 3})
    fail(model.path, ": entry \"sample\" does not give pictures of ", height, " x ", width, " x 3 bytes");
}

void Sampler::check(const std::vector<SampleFile> &files) {
  std::vector<std::string> labels;
  for (const SampleFile &file : files)
    labels.push_back(file.labels);
  reader.look(labels);
  Progress progress("check", static_cast<int64_t>(files.size()), "label maps");
  for (const SampleFile &file : files) {
    reader.labels(file.labels, static_cast<int>(height), static_cast<int>(width));
    if (needsInstances())
      reader.instances(file.instances, static_cast<int>(height), static_cast<int>(width));
    progress.advance();
  }
}

void Sampler::add(Batch &batch, const SampleFile &file, uint32_t sample, uint64_t seed) const {
  size_t pixels = static_cast<size_t>(height * width), slot = batch.paths.size();
  if (sample == 0) {
    batch.labels = reader.labels(file.labels, static_cast<int>(height), static_cast<int>(width));
    if (needsInstances())
      batch.instances = reader.instances(file.instances, static_cast<int>(height), static_cast<int>(width));
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
