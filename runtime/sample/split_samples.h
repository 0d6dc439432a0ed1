// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Samples of a data set's split, in files: `dpsims-run sample --data`.

#ifndef DPSIMS_RUNTIME_SAMPLE_SPLIT_SAMPLES_H
#define DPSIMS_RUNTIME_SAMPLE_SPLIT_SAMPLES_H

#include "runtime/communicator/communicator.h"
#include "runtime/sample/dataset_sampler.h"
#include "runtime/sample/sample_record.h"

#include <string>

namespace dpsims {

/// Writes NAME.png, or NAME_0.png, NAME_1.png, ... of several samples of a label map, with the data set's names, each
/// whole or not at all, and beside them `record`, what they are made of. `resume`: those that are there stay; without,
/// they are removed first, so that what an interrupted run leaves is its own. Error: a picture would take the place of
/// one of the data set's files; those that should stay are of another record, or of none.
/// `ranks` call it together, each with its share of the sampler, by which they are told apart; null: there is one.
void writeSamples(DatasetSampler &sampler, const std::string &folder, const SampleRecord &record, bool resume,
                  Communicator *ranks = nullptr);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SAMPLE_SPLIT_SAMPLES_H
