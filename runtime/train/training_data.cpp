// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/training_data.h"

#include "runtime/base/log.h"
#include "runtime/data/file_finder.h"
#include "runtime/data/survey.h"

#include <algorithm>
#include <set>

namespace dpsims {

TrainingData::TrainingData(const CompiledModel &model, const std::string &directory, const Shape &size, bool instances,
                           uint64_t seed, int threads, uint64_t skipBad)
    : TrainingData(model, directory, size, {0, size[0]}, instances, seed, threads, skipBad) {}

TrainingData::TrainingData(const CompiledModel &model, const std::string &directory, const Shape &size, Part part,
                           bool instances, uint64_t seed, int threads, uint64_t skipBad)
    : description(DataConfiguration::parse(model.config, model.path)), size(size), part(part), instances(instances),
      seed(seed), threads(threads), skipBad(skipBad) {
  training = Dataset::open(description, {directory, "train", instances});
  if (hasSplit(description, directory, "val"))
    validation = Dataset::open(description, {directory, "val", instances});
  if (part.first > 0) // the first rank tells
    return;
  tellUnused();
  tellDoubts();
}

// A class that is never seen would be noticed after days. `dpsims-run data` looks at all pictures, this at some.
void TrainingData::tellDoubts() const {
  constexpr size_t pictures = 16;
  if (description.layouts.empty())
    return;
  for (const std::string &doubt : doubtsOf(surveySome(*training, pictures), description))
    warn("of ", std::min(pictures, training->size()), " label maps of the training split, ", doubt,
         "; dpsims-run data looks at all maps");
}

void TrainingData::tellUnused() const {
  const std::vector<std::string> ofTraining = training->unused();
  std::set<std::string> unused(ofTraining.begin(), ofTraining.end());
  if (validation)
    for (const std::string &path : validation->unused())
      unused.insert(path);
  if (!unused.empty())
    note(describeUnused({unused.begin(), unused.end()}, unusedReason(description.skipsUnpaired)));
}

LoaderOptions TrainingData::options() const {
  LoaderOptions result;
  result.batch = size[0], result.height = size[1], result.width = size[2];
  result.instances = instances;
  result.seed = seed;
  result.threads = threads;
  result.skipBad = skipBad;
  return result;
}

std::unique_ptr<Loader> TrainingData::trainingLoader(uint64_t firstStep) const {
  LoaderOptions loader = options();
  loader.firstStep = firstStep;
  loader.firstPlace = part.first, loader.places = part.count;
  return std::make_unique<Loader>(*training, loader);
}

std::unique_ptr<Loader> TrainingData::statisticsLoader() const { return trainingLoader(uint64_t(1) << 32); }

std::unique_ptr<Loader> TrainingData::validationLoader(uint64_t stride) const {
  LoaderOptions loader = options();
  loader.augment = loader.shuffle = false;
  loader.stride = stride;
  loader.cacheBytes = 0; // each picture is read once
  return std::make_unique<Loader>(validation ? *validation : *training, loader);
}

} // namespace dpsims
