// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The result of a training run: the averaged generator of one of its checkpoints, as a file for the entry `sample`.

#ifndef DPSIMS_RUNTIME_TRAIN_EXPORT_AVERAGE_H
#define DPSIMS_RUNTIME_TRAIN_EXPORT_AVERAGE_H

#include "runtime/train/report.h"

#include <cstdint>
#include <string>

namespace dpsims {

struct ExportOptions {
  std::string run;         ///< its folder
  std::string output;      ///< safetensors
  bool half = false;       ///< matrices as f16
  int64_t step = -1;       ///< of which checkpoint; -1: the newest
  std::string model, data; ///< empty: those of the run
  std::string device;      ///< empty: as the run
  int threads = 0;         ///< 0: as the run
};

/// Writes the averaged generator of a checkpoint as `dpsims-run sample` takes it.
void exportAverage(const ExportOptions &options, const Report &report);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_EXPORT_AVERAGE_H
