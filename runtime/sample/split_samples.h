// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Samples of a data set's split, in files: `dpsims-run sample --data`.

#ifndef DPSIMS_RUNTIME_SAMPLE_SPLIT_SAMPLES_H
#define DPSIMS_RUNTIME_SAMPLE_SPLIT_SAMPLES_H

#include "runtime/sample/dataset_sampler.h"

#include <string>

namespace dpsims {

/// Writes NAME.png, or NAME_0.png, NAME_1.png, ... of several samples of a label map, with the data set's names, each
/// whole or not at all. `resume`: those that are there stay. Error: a picture would take the place of one of the data
/// set's files.
void writeSamples(DatasetSampler &sampler, const std::string &folder, bool resume);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SAMPLE_SPLIT_SAMPLES_H
