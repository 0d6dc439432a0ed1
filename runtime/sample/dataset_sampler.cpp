// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/sample/dataset_sampler.h"

#include <algorithm>

namespace dpsims {

static std::unique_ptr<Loader> openLoader(const Dataset &data, const SampleProgram &program,
                                          const DatasetSamplerOptions &given) {
  LoaderOptions options;
  options.batch = int64_t(program.batch() * given.share.parts);
  options.firstPlace = int64_t(program.batch() * given.share.part);
  options.places = int64_t(program.batch());
  options.height = program.height();
  options.width = program.width();
  options.instances = program.needsInstances();
  options.augment = options.shuffle = false;
  options.threads = given.workers;
  options.cacheBytes = 0; // each picture is read once
  return std::make_unique<Loader>(data, options);
}

DatasetSampler::DatasetSampler(const std::shared_ptr<const CompiledModel> &model, WeightSource &weights, Device &device,
                               const DatasetSamplerOptions &given)
    : options(given), program(*model), batch(program), session(model, program.entry(), device, &weights),
      data(Dataset::open(DataConfiguration::parse(model->config, model->path),
                         {given.directory, given.split, program.needsInstances()})),
      loader(openLoader(*data, program, given)) {}

bool DatasetSampler::next(Sample &sample) {
  while (ready.empty() && done < data->size())
    make();
  if (ready.empty())
    return false;
  sample = std::move(ready.front());
  ready.pop_front();
  return true;
}

bool DatasetSampler::wants(const Batch &source, size_t present) const {
  for (size_t slot = 0; slot < present; ++slot)
    for (uint32_t number = 0; number < options.samples; ++number)
      if (!wanted || wanted(source.names[slot], number))
        return true;
  return false;
}

static LabelMap mapOf(const std::vector<int32_t> &ids, size_t slot, int height, int width) {
  const int32_t *first = ids.data() + slot * size_t(height) * size_t(width);
  return {width, height, {first, first + size_t(height) * size_t(width)}};
}

// All samples of the next batch of label maps; of none, where the last ones are others'.
void DatasetSampler::make() {
  const Batch source = loader->next();
  const size_t first = std::min(done + program.batch() * options.share.part, data->size());
  const size_t present = std::min(program.batch(), data->size() - first);
  done = std::min(done + program.batch() * options.share.parts, data->size());
  if (!wants(source, present))
    return;
  const int height = program.height(), width = program.width();
  const size_t numbers = 3 * size_t(height) * size_t(width);
  std::vector<std::vector<Sample>> made(present);
  for (size_t slot = 0; slot < present; ++slot) {
    batch.setLabels(slot, mapOf(source.labels, slot, height, width));
    if (program.needsInstances())
      batch.setInstances(slot, mapOf(source.instances, slot, height, width));
  }
  for (uint32_t number = 0; number < options.samples; ++number) {
    for (size_t slot = 0; slot < present; ++slot)
      drawNoise(options.seed, source.names[slot], number, program.noiseDim(), batch.noise(slot));
    batch.run(session);
    for (size_t slot = 0; slot < present; ++slot) {
      const uint8_t *picture = batch.picture(slot);
      if (!wanted || wanted(source.names[slot], number))
        made[slot].push_back({source.names[slot],
                              number,
                              uint64_t(first + slot) * options.samples + number,
                              {width, height, {picture, picture + numbers}},
                              fromPlanes(source.images.data() + slot * numbers, height, width),
                              mapOf(source.labels, slot, height, width)});
    }
  }
  for (std::vector<Sample> &samples : made)
    std::move(samples.begin(), samples.end(), std::back_inserter(ready));
}

} // namespace dpsims
