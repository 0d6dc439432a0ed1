// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/trainer.h"

#include "runtime/base/error.h"
#include "runtime/base/progress.h"
#include "runtime/device/plan_cache.h"
#include "runtime/train/export_average.h"
#include "runtime/train/non_finite.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace dpsims {

// On a device that can have several. Half of them are waited for at once, so the host stops once in so many iterations.
static constexpr size_t iterationsInFlight = 8;

//===-------------------------------------------------------------------------------------------------------------===//
// Beginning
//===-------------------------------------------------------------------------------------------------------------===//

Trainer::Trainer(const TrainOptions &chosen, Report hears, const OpenDevice &opens)
    : options(chosen), report(std::move(hears)), open(opens), model(CompiledModel::load(options.model)),
      entry(trainEntry(*model, options.batch)), iteration(*model, entry, options.seed),
      data(*model, options.data, iteration.size(), takesInstances(*model), options.seed, options.dataThreads),
      start(*model, entry, options.seed), folder(options.output, options.resume),
      checkpoints(folder.file("checkpoints")), evaluation(options, model, data, folder, report) {
  checkpoints.removeRemains();
  const std::optional<Checkpoint> newest = checkpoints.recover(report);
  if (newest)
    resume(*newest);
  else if (checkpoints.steps().empty())
    begin();
  else
    fail(folder.path(), ": none of its checkpoints is whole: start anew in another --output");
}

void Trainer::begin() {
  if (options.resume)
    report(folder.path() + ": no checkpoint there: the run begins at step 0");
  addFirstWeights();
  start.requireBackbone();
  openDevice();
  openSession();
  writeOptions(folder.file(optionsFile), options);
  writeFrozen();
  beginLogs();
  checkpoint();
}

void Trainer::addFirstWeights() {
  if (!options.weights.empty())
    start.addNetworks(options.weights);
  if (!options.backboneWeights.empty())
    start.addBackbone(options.backboneWeights);
}

void Trainer::resume(const Checkpoint &from) {
  requireSameRun(from.path, from.state, state());
  if (from.state.sourceHash != model->sourceHash)
    report(from.path + ": the model is compiled of other texts than then: the run goes on, but not bit for bit");
  step = savedStep = from.state.step;
  if (step > options.steps)
    fail(folder.path(), ": is at step ", step, " already, --steps is ", options.steps);
  takeFrozen(from);
  start.addSaved(from.file(modelFile), [this](uint32_t weight) { return isSaved(weight); });
  openDevice();
  openSession();
  writeOptions(folder.file(optionsFile), options);
  beginLogs();
}

// A file that is not read does not become the one that the run began with.
void Trainer::keepBackboneOption() {
  const std::string path = folder.file(optionsFile);
  TrainOptions before;
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored))
    readOptions(path, before, [](const std::string &name) { return name != "backbone-weights"; });
  if (!before.backboneWeights.empty())
    options.backboneWeights = before.backboneWeights;
}

// The weights that no checkpoint has. If their file is damaged, it is made anew of what the run began with.
void Trainer::takeFrozen(const Checkpoint &from) {
  const std::string path = folder.file(frozenFile);
  std::string trouble = path + ": is damaged: it is not as it was written";
  try {
    frozenSum = sumOfFile(path);
    if (from.state.frozen.empty() || frozenSum == from.state.frozen) {
      start.addSaved(path, [this](uint32_t weight) { return !isSaved(weight); });
      frozen = std::make_unique<SafetensorsFile>(path);
      return keepBackboneOption();
    }
  } catch (const Error &error) {
    trouble = error.what();
  }
  if (options.backboneWeights.empty())
    fail(trouble, "; --resume --backbone-weights FILE makes it anew, of the file that the run began with");
  try {
    addFirstWeights();
  } catch (const Error &error) {
    fail(trouble, "; it cannot be made anew: ", error.what(),
         "; give the file that the run began with by --backbone-weights");
  }
  report(trouble + "; it is made anew of " + options.backboneWeights);
  writeFrozen();
  if (!from.state.frozen.empty() && frozenSum != from.state.frozen)
    fail(options.backboneWeights, ": has other weights than the run began with: give those with --backbone-weights");
}

void Trainer::openDevice() {
  addPlans(defaultPlanCache(), folder.file(plansFile));
  device = open(model->target, deviceOptions(options), model->path);
}

void Trainer::openSession() {
  session = std::make_unique<Session>(model, entry, *device, &start, iterationsInFlight);
  sharePlans();
  loader = data.trainingLoader(step);
}

void Trainer::beginLogs() {
  table = std::make_unique<CsvLog>(folder.file("losses.csv"), iteration.names(), step);
  events = std::make_unique<EventFile>(folder.file("events"), step ? step + 1 : 0);
  const WeightLookup trained = variablesOf(*session), kept = tensorsOf(*frozen);
  const WeightLookup both = [trained, kept](const std::string &name, int64_t count, float *dst) {
    return trained(name, count, dst) || kept(name, count, dst);
  };
  evaluation.begin(*device, both, *events, step);
}

//===-------------------------------------------------------------------------------------------------------------===//
// Iterations
//===-------------------------------------------------------------------------------------------------------------===//

void Trainer::run() {
  report("training in " + folder.path() + " from step " + std::to_string(step) + " to " +
         std::to_string(options.steps) + ", batch " + std::to_string(iteration.size()[0]) + ", " +
         std::to_string(data.trainingPictures()) + " pictures, " + device->description());
  try {
    evaluation.run(step, isLast());
    sharePlans();
    train();
    if (isLast())
      finish();
  } catch (const Stopped &) {
  } catch (const std::exception &) {
    saveProgress();
    throw;
  }
  if (step != savedStep)
    checkpoint();
  if (StopSignal::requested())
    report("stopped at step " + std::to_string(step) + " of " + std::to_string(options.steps) +
           "; go on with: dpsims-run train --output " + options.output + " --resume");
}

static bool isMultiple(uint64_t step, uint64_t every) { return every && step % every == 0; }

void Trainer::train() {
  const uint64_t left = options.steps - std::min(step, options.steps);
  Progress progress("train", int64_t(left) * iteration.size()[0], "images");
  while (!isLast()) {
    throwIfStopped();
    iterate();
    progress.advance(iteration.size()[0], note());
    if (isMultiple(step, options.checkpointEvery) || isMultiple(step, options.keepEvery) || isLast())
      checkpoint();
    if (evaluation.isDue(step, isLast())) {
      settle();
      evaluation.run(step, isLast());
    }
  }
  progress.finish();
}

void Trainer::iterate() {
  iteration.prepare(loader->next(), step);
  whole = false;
  iteration.submit(*session);
  ++step;
  whole = true;
  if (session->pending() == session->depth())
    takeLosses(session->depth() - session->depth() / 2);
}

// Those of the oldest iterations in flight.
void Trainer::takeLosses(size_t count) {
  whole = false;
  session->wait(count);
  whole = true;
  for (; count; --count) {
    const uint64_t number = step - session->pending();
    losses = iteration.collect(*session);
    if (!allFinite(losses)) {
      const size_t bad = size_t(
          std::find_if(losses.begin(), losses.end(), [](float loss) { return !allFinite({loss}); }) - losses.begin());
      explainNonFinite(iteration.names()[bad] + (std::isnan(losses[bad]) ? " is not a number" : " is infinite"),
                       number);
    }
    table->append(number + 1, losses);
    std::vector<std::pair<std::string, float>> scalars;
    for (size_t i = 0; i < losses.size(); ++i)
      scalars.emplace_back(iteration.names()[i], losses[i]);
    events->scalars(number + 1, scalars);
  }
}

// What is done with the weights next must not be done with bad ones.
void Trainer::settle() { takeLosses(session->pending()); }

// "step 12/500, g 2.31, d 1.02"
std::string Trainer::note() const {
  std::string text = "step " + std::to_string(step) + "/" + std::to_string(options.steps);
  for (size_t i = 0; i < losses.size(); ++i) {
    const std::string &name = iteration.names()[i];
    char number[32];
    std::snprintf(number, sizeof number, " %.3g", double(losses[i]));
    text += ", " + name.substr(name.rfind('/') + 1) + number;
  }
  return text;
}

void Trainer::sharePlans() const {
  addPlans(options.plans, folder.file(plansFile));
  addPlans(folder.file(plansFile), defaultPlanCache());
}

//===-------------------------------------------------------------------------------------------------------------===//
// Checkpoints
//===-------------------------------------------------------------------------------------------------------------===//

CheckpointState Trainer::state() const {
  return {step, options.seed, iteration.size()[0], model->sourceHash, model->config, frozenSum};
}

// What changes is in each checkpoint, the rest in the run's folder.
bool Trainer::isSaved(uint32_t weight) const {
  return std::find(entry.variables.begin(), entry.variables.end(), weight) != entry.variables.end() &&
         !start.isFrozen(weight);
}

void Trainer::writeVariables(const std::string &path) const {
  SafetensorsWriter writer(path);
  // The writer asks for one tensor after the other: the one at hand is kept.
  auto value = std::make_shared<std::vector<float>>();
  for (size_t i = 0; i < entry.variables.size(); ++i) {
    const WeightSpec &spec = model->weights[entry.variables[i]];
    if (!isSaved(entry.variables[i]))
      continue;
    writer.add(spec.name, ElementType::F32, spec.shape,
               [this, i, &spec, value](uint64_t offset, void *dst, size_t size) {
                 if (offset == 0) {
                   value->resize(size_t(elementCount(spec.shape)));
                   session->readVariable(i, value->data());
                 }
                 std::memcpy(dst, reinterpret_cast<const char *>(value->data()) + offset, size);
               });
  }
  writer.write();
}

void Trainer::writeFrozen() {
  SafetensorsWriter writer(folder.file(frozenFile));
  auto value = std::make_shared<std::vector<float>>();
  for (uint32_t weight : entry.weights) {
    const WeightSpec &spec = model->weights[weight];
    if (isSaved(weight))
      continue;
    writer.add(spec.name, ElementType::F32, spec.shape,
               [this, weight, &spec, value](uint64_t offset, void *dst, size_t size) {
                 if (offset == 0) {
                   value->resize(size_t(elementCount(spec.shape)));
                   start.read(weight, value->data());
                 }
                 std::memcpy(dst, reinterpret_cast<const char *>(value->data()) + offset, size);
               });
  }
  writer.write();
  frozen = std::make_unique<SafetensorsFile>(folder.file(frozenFile));
  frozenSum = sumOfFile(folder.file(frozenFile));
}

void Trainer::checkpoint(bool withAverage) {
  settle();
  const std::string bad = nonFiniteVariable(*session);
  if (!bad.empty())
    explainNonFinite("the weight " + bad + " has a value that is not finite", step - 1);
  const GeneratorWeights *average = nullptr;
  if (withAverage && step > 0 && isMultiple(step, options.keepEvery)) {
    try {
      average = &evaluation.average(step);
    } catch (const Stopped &) { // `dpsims-run export` makes it later
    }
  }
  table->sync();
  checkpoints.write(state(), [&](const std::string &part) {
    writeVariables(joinPath(part, modelFile));
    if (average)
      average->write(joinPath(part, averageFile), false, averageMetadata(state()));
  });
  savedStep = step;
  checkpoints.prune(options.keep, options.keepEvery);
}

// What was trained since the last checkpoint is not lost with a bad picture, or a grid that cannot be drawn.
void Trainer::saveProgress() {
  if (!whole || step == savedStep)
    return;
  try {
    checkpoint(false);
  } catch (const std::exception &) { // the first error is the one to tell
  }
}

void Trainer::finish() {
  evaluation.average(step).write(folder.file(averageFile), false, averageMetadata(state()));
  sharePlans();
  report("done: " + folder.file(averageFile) + " is the averaged generator, for dpsims-run sample");
}

void Trainer::explainNonFinite(const std::string &seen, uint64_t lastStep) {
  whole = false;
  while (session->pending()) // later iterations: as bad
    session->collect();
  const std::optional<Checkpoint> from = checkpoints.newest(report);
  if (!from)
    fail(options.weights.empty() ? model->path : options.weights, ": ", seen, " before the first iteration");
  report("iteration " + std::to_string(lastStep + 1) + ": " + seen + "; repeating from the checkpoint of step " +
         std::to_string(from->state.step) + " to see where it comes from");
  StartWeights saved(*model, entry, options.seed);
  saved.addSaved(from->file(modelFile), [this](uint32_t weight) { return isSaved(weight); });
  for (size_t i = 0; i < entry.variables.size(); ++i) {
    std::vector<float> value(size_t(elementCount(model->weights[entry.variables[i]].shape)));
    if (!isSaved(entry.variables[i]))
      continue;
    saved.read(entry.variables[i], value.data());
    session->writeVariable(i, value.data());
  }
  const std::unique_ptr<Loader> repeated = data.trainingLoader(from->state.step);
  const std::optional<NonFinite> found = findNonFinite(*session, iteration, *repeated, lastStep);
  if (found && found->op.empty())
    fail(
        folder.path(), ": ", seen, ": in iteration ", found->step + 1,
        ", but no op gives such a value when its steps run one by one: a fault of dpsims-run or of the device, not of ",
        "the training; please report it; to go on from ", from->path,
        ": --resume --no-graph, or --resume --checked, which is slow");
  const std::string op = !found ? "which did not come again"
                                : "in iteration " + std::to_string(found->step + 1) +
                                      " the first op whose result is not finite is " + found->op;
  fail(folder.path(), ": ", seen, ": ", op, "; ", from->path,
       " is the last good checkpoint: start a new run of it (--weights ", from->file(modelFile),
       ") with a lower optimizer.lr, or with optimizer.clip_norm");
}

} // namespace dpsims
