// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Samples of all label maps of a data set's split, with the data set's own geometry.

#ifndef DPSIMS_RUNTIME_SAMPLE_DATASET_SAMPLER_H
#define DPSIMS_RUNTIME_SAMPLE_DATASET_SAMPLER_H

#include "runtime/base/share.h"
#include "runtime/data/loader.h"
#include "runtime/sample/sample_program.h"
#include "runtime/session/session.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dpsims {

struct DatasetSamplerOptions {
  std::string directory; ///< of the data set
  std::string split = "val";
  uint64_t seed = 0;
  uint32_t samples = 1; ///< of each label map
  int workers = 1;      ///< threads that read pictures ahead
  Share share;          ///< of the batches; a sampler reads and makes its own alone
};

class DatasetSampler {
public:
  struct Sample {
    std::string name;    ///< of the label map in the data set
    uint32_t number = 0; ///< which of its samples
    uint64_t index = 0;  ///< which of all samples of all shares
    RgbImage image;
    RgbImage photo;  ///< the data set's, cut to the same size
    LabelMap labels; ///< the same; classes and `ignoredId`
  };

  /// By the conventions of the model's configuration. Errors: those of Dataset::open; the model has no program
  /// "sample"; the weights do not fit.
  DatasetSampler(const std::shared_ptr<const CompiledModel> &model, WeightSource &weights, Device &device,
                 const DatasetSamplerOptions &options);

  /// Says which samples are wanted, all at first. What nobody wants is not computed.
  void choose(std::function<bool(const std::string &name, uint32_t number)> chooser) { wanted = std::move(chooser); }

  /// The next wanted sample of this sampler's share, in the order of names; false at the end. It depends on the model,
  /// the weights, the label map, its name, the seed and the sample's number.
  bool next(Sample &sample);

  /// Is the label map of this sampler's share?
  bool has(size_t labelMap) const { return options.share.has(labelMap / program.batch()); }
  /// Samples in all shares, wanted or not.
  int64_t size() const { return int64_t(data->size()) * options.samples; }
  size_t labelMaps() const { return data->size(); }
  uint32_t samples() const { return options.samples; } ///< of each
  std::string name(size_t labelMap) const { return data->name(labelMap); }
  /// The label map's file, its photo's and its instance map's, as far as there are any.
  std::vector<std::string> files(size_t labelMap) const { return data->files(labelMap); }

private:
  void make();
  bool wants(const Batch &source, size_t present) const;

  const DatasetSamplerOptions options;
  SampleProgram program;
  SampleBatch batch;
  Session session;
  std::unique_ptr<Dataset> data;
  std::unique_ptr<Loader> loader;
  std::function<bool(const std::string &, uint32_t)> wanted;
  size_t done = 0; // label maps, of all shares
  std::deque<Sample> ready;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SAMPLE_DATASET_SAMPLER_H
