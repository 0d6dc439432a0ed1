// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batches of a data set, decoded ahead by worker threads.

#ifndef DPSIMS_RUNTIME_DATA_LOADER_H
#define DPSIMS_RUNTIME_DATA_LOADER_H

#include "runtime/data/batch.h"
#include "runtime/data/dataset.h"

#include <cstdint>
#include <memory>

namespace dpsims {

struct LoaderOptions {
  int64_t batch = 1, height = 0, width = 0;
  bool instances = false; ///< the data set must have been opened with them
  bool augment = true;    ///< random crop and flip; false: the center, as in validation
  bool shuffle = true;    ///< a new permutation every epoch; false: in the order of the data set
  uint64_t stride = 1;    ///< without shuffle: every so manyth picture
  uint64_t seed = 0;
  int threads = 1;        ///< that read and decode
  uint64_t firstStep = 0; ///< which batch comes first
  int64_t firstPlace = 0; ///< of each batch only the places from here on are read,
  int64_t places = 0;     ///< so many; 0: to its end
  uint64_t skipBad = 0;   ///< so many pictures that cannot be read are logged, and the next ones take their places
  uint64_t cacheBytes = uint64_t(512) << 20; ///< pictures, decoded and resized, that are kept in memory
};

/// The batch of step s is the same whatever the number of threads, the cache and the first step: a function of the data
/// set, the seed, s and the sizes. Examples follow each other through the epochs: with n pictures, place k of step s is
/// example e = s * batch + k, number e mod n of the permutation of epoch e / n. So every picture comes once an epoch,
/// also when the batch does not divide n or is larger.
/// Loaders of parts of a batch give together what one of the whole batch gives.
class Loader {
public:
  /// Starts the threads. Error: a size is not positive, the data set is empty or lacks instances.
  Loader(const Dataset &dataset, const LoaderOptions &options);
  ~Loader();
  Loader(const Loader &) = delete;
  Loader &operator=(const Loader &) = delete;

  /// The next batch; waits for it. Error: what a picture's reading failed with (the first of the batch), unless it is
  /// skipped; the batch is then passed over.
  Batch next();

  /// The step that next() will give.
  uint64_t step() const;

private:
  class Implementation;
  std::unique_ptr<Implementation> implementation;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_LOADER_H
