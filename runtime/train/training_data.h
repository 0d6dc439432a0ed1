// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pictures of a run, and the loaders that hand them out.

#ifndef DPSIMS_RUNTIME_TRAIN_TRAINING_DATA_H
#define DPSIMS_RUNTIME_TRAIN_TRAINING_DATA_H

#include "runtime/data/loader.h"
#include "runtime/format/model.h"

#include <cstdint>
#include <memory>
#include <string>

namespace dpsims {

class TrainingData {
public:
  /// What a rank reads of a batch in training.
  struct Part {
    int64_t first, count; ///< images; all: 0 and the batch
  };

  /// By the conventions of the model's configuration. `size`: (batch, height, width). Error: see Dataset::open.
  TrainingData(const CompiledModel &model, const std::string &directory, const Shape &size, bool instances,
               uint64_t seed, int threads, uint64_t skipBad = 0);

  /// The same, of which this process reads a part.
  TrainingData(const CompiledModel &model, const std::string &directory, const Shape &size, Part part, bool instances,
               uint64_t seed, int threads, uint64_t skipBad);

  const DataConfiguration &configuration() const { return description; }
  size_t trainingPictures() const { return training->size(); }
  /// 0: the data set has no validation split.
  size_t validationPictures() const { return validation ? validation->size() : 0; }

  const Dataset &trainingSet() const { return *training; }
  /// Null: there is no such split.
  const Dataset *validationSet() const { return validation.get(); }

  /// Batches of training from iteration `firstStep` on: this process's part of each.
  std::unique_ptr<Loader> trainingLoader(uint64_t firstStep) const;

  /// Batches like those of training, of iterations that no training reaches: the same ones whenever they are asked for.
  std::unique_ptr<Loader> statisticsLoader() const;

  /// The validation split in its order, not augmented, every `stride`th picture; the training split if there is none.
  std::unique_ptr<Loader> validationLoader(uint64_t stride = 1) const;

private:
  LoaderOptions options() const;
  void tellUnused() const;
  void tellDoubts() const;

  DataConfiguration description;
  Shape size;
  Part part;
  bool instances;
  uint64_t seed;
  int threads;
  uint64_t skipBad;
  std::unique_ptr<Dataset> training, validation;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_TRAINING_DATA_H
