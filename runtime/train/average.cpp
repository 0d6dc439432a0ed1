// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/average.h"

#include "runtime/base/error.h"
#include "runtime/data/config_difference.h"
#include "runtime/sample/provenance.h"
#include "runtime/train/arguments.h"
#include "runtime/train/stop_signal.h"

#include <algorithm>

namespace dpsims {

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
      fail(ErrorCode::Incompatible, model.path, ": entry \"statistics\" has a weight ", quoted(spec.name),
           " that training does not have");
  }

private:
  const CompiledModel &model;
  const WeightLookup &lookup;
};

} // namespace

static void estimate(const AverageSource &source, Session &session) {
  Arguments arguments(*source.model, session.entry(), {"labels", "z", "instances", "momentum"}, source.ranks.rank());
  HostTensor *momentum = arguments.input("momentum", ElementType::F32);
  const Noise noise(source.seed);
  const std::unique_ptr<Loader> batches = source.data.statisticsLoader();
  for (uint64_t k = 0; k < source.batches; ++k) {
    source.ranks.throwIfStopped();
    arguments.set(batches->next());
    arguments.draw("z", noise, TrainStream::Statistics, k);
    if (momentum) // the mean of all batches so far
      *momentum->buffer.as<float>() = 1 / float(k + 1);
    if (session.pending() == session.depth())
      session.collect();
    arguments.submit(session);
  }
}

void helpAverage(const AverageSource &source, Device &device) {
  SharedWeights start(*source.model, source.ranks, nullptr);
  Session session(source.model, source.model->entry("statistics"), device, &start, /*depth=*/2);
  estimate(source, session);
}

GeneratorWeights averageGenerator(const AverageSource &source, Device &device) {
  source.ranks.forHelp(RunRanks::averageHelp);
  AverageStart own(*source.model, source.weights);
  SharedWeights start(*source.model, source.ranks, &own);
  Session session(source.model, source.model->entry("statistics"), device, &start, /*depth=*/2);
  estimate(source, session);
  const WeightLookup estimated = variablesOf(session);
  return GeneratorWeights(
      *source.model, {{estimated, averagePrefix}, {source.weights, averagePrefix}, {source.weights, trainedPrefix}});
}

const GeneratorWeights &AverageCache::at(uint64_t step) {
  if (!average || averagedStep != step) {
    average.reset(); // two would not fit where one does
    average.emplace(averageGenerator(source, device));
    averagedStep = step;
  }
  return *average;
}

} // namespace dpsims
