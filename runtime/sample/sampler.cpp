// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/sample/sampler.h"

#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/base/progress.h"
#include "runtime/image/png.h"

#include <deque>

namespace dpsims {

// What waits until the model's batch is full, and what is in flight.
struct Sampler::Work {
  explicit Work(const SampleProgram &program) : batch(program) {}

  SampleBatch batch;
  std::vector<std::string> paths;
  std::deque<std::vector<std::string>> pending; // the paths of each run in flight
  LabelMap labels, instances;
};

Sampler::Sampler(const CompiledModel &model, Resize resize, Share share)
    : program(model), reader(model, resize), share(share) {}

std::vector<SampleFile> Sampler::own(const std::vector<SampleFile> &files) const {
  std::vector<SampleFile> result;
  for (size_t i = 0; i < files.size(); ++i)
    if (share.has(i))
      result.push_back(files[i]);
  return result;
}

// The first process tells of all.
static Progress::Console consoleOf(const Share &share) {
  return share.part == 0 ? Progress::standardError() : Progress::silent();
}

// "a.png has another shape than the model's pictures, 64 x 64: ..."
void Sampler::tellCut(const std::vector<std::string> &cut) const {
  if (cut.empty())
    return;
  const std::string others = cut.size() > 1 ? " and " + std::to_string(cut.size() - 1) + " more have" : " has";
  note(cut[0], others, " another shape than the model's pictures, ", program.width(), " x ", program.height(),
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
  const std::vector<SampleFile> mine = own(files);
  Progress progress("check", static_cast<int64_t>(mine.size()), "label maps", consoleOf(share));
  std::vector<std::string> cut;
  for (const SampleFile &file : mine) {
    const LabelReader::Fitted labels = reader.labels(file.labels, program.height(), program.width());
    if (labels.cut)
      cut.push_back(file.labels);
    if (needsInstances())
      requireSameShape(file, labels.stored, reader.instances(file.instances, program.height(), program.width()).stored);
    progress.advance();
  }
  tellCut(cut);
}

void Sampler::add(Work &work, const SampleFile &file, uint32_t sample, uint64_t seed) const {
  const int height = program.height(), width = program.width();
  const size_t slot = work.paths.size();
  if (sample == 0) {
    work.labels = reader.labels(file.labels, height, width).map;
    if (needsInstances())
      work.instances = reader.instances(file.instances, height, width).map;
  }
  work.batch.setLabels(slot, work.labels);
  if (needsInstances())
    work.batch.setInstances(slot, work.instances);
  drawNoise(seed, file.name, sample, program.noiseDim(), work.batch.noise(slot));
  work.paths.push_back(file.outputs[sample]);
}

// Writes the pictures of the oldest run; returns their number.
int64_t Sampler::finish(Work &work, Session &session) const {
  session.collect();
  const std::vector<std::string> paths = std::move(work.pending.front());
  work.pending.pop_front();
  for (size_t i = 0; i < paths.size(); ++i)
    writeRgbPng(paths[i], program.width(), program.height(), work.batch.picture(i));
  return static_cast<int64_t>(paths.size());
}

void Sampler::run(Session &session, const std::vector<SampleFile> &files, uint64_t seed) const {
  Work work(program);
  // A last batch that is not full computes old or no pictures in its free slots; nobody looks at them.
  auto submit = [&] {
    work.batch.submit(session);
    work.pending.push_back(std::move(work.paths));
    work.paths.clear();
  };
  const std::vector<SampleFile> mine = own(files);
  int64_t total = 0;
  for (const SampleFile &file : mine)
    total += static_cast<int64_t>(file.outputs.size());
  Progress progress(share.parts > 1 ? "sample (a share)" : "sample", total, "images", consoleOf(share));
  for (const SampleFile &file : mine)
    for (uint32_t sample = 0; sample < file.outputs.size(); ++sample) {
      add(work, file, sample, seed);
      if (work.paths.size() < program.batch())
        continue;
      submit();
      if (session.pending() == session.depth())
        progress.advance(finish(work, session));
    }
  if (!work.paths.empty())
    submit();
  while (session.pending())
    progress.advance(finish(work, session));
  progress.finish();
}

} // namespace dpsims
