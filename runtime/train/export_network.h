// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The result of a training run: a network of one of its checkpoints, as a file for `dpsims-run` and for others.

#ifndef DPSIMS_RUNTIME_TRAIN_EXPORT_NETWORK_H
#define DPSIMS_RUNTIME_TRAIN_EXPORT_NETWORK_H

#include "runtime/train/report.h"

#include <cstdint>
#include <string>

namespace dpsims {

struct ExportOptions {
  std::string run;                 ///< its folder
  std::string output;              ///< safetensors
  std::string network = "average"; ///< of the generator; or "generator", "discriminator" as they train
  std::string license;             ///< what the file's metadata say of it; empty: nothing
  bool half = false;               ///< matrices as f16
  int64_t step = -1;               ///< of which checkpoint; -1: the newest
  std::string model, data;         ///< empty: those of the run
  std::string device;              ///< empty: as the run
  int threads = 0;                 ///< 0: as the run
};

/// Writes a network of a checkpoint: a generator as the programs `sample` and `generator` take it, the discriminator
/// with its backbone as `discriminator` does.
void exportNetwork(const ExportOptions &options, const Report &report);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_EXPORT_NETWORK_H
