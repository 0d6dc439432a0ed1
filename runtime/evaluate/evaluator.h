// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scores of pictures: `dpsims-run evaluate`. Pictures pass once, one after the other, and nothing is kept of them.

#ifndef DPSIMS_RUNTIME_EVALUATE_EVALUATOR_H
#define DPSIMS_RUNTIME_EVALUATE_EVALUATOR_H

#include "runtime/device/device.h"
#include "runtime/evaluate/confusion.h"
#include "runtime/evaluate/kernel_distance.h"
#include "runtime/evaluate/picture_program.h"
#include "runtime/sample/dataset_sampler.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dpsims {

struct EvaluateOptions {
  /// What is judged: a folder of pictures, or what a generator makes of a data set's label maps.
  std::string pictures;
  ProgramFiles generator;
  DatasetSamplerOptions sampling;

  /// What it is compared with: a folder, for FID also an .npz; empty: the data set's photos. Label maps for a folder of
  /// pictures.
  std::string photos, labels;

  ProgramFiles inception, lpips, segmenter; ///< a score is measured if its program is given
  bool kernel = false;                      ///< KID too
  bool diversity = false;                   ///< LPIPS between the pictures of a label map, not to its photo
  std::string statistics;                   ///< .npz that the pictures' statistics are written to; empty: none
};

struct EvaluationReport {
  int64_t pictures = 0;
  std::optional<double> frechet, lpips, diversity;
  std::optional<KernelDistance> kernel;
  std::optional<ConfusionMatrix> confusion;
  std::vector<std::string> names; ///< of its classes
};

/// Error: options that do not go together; files and models that do not; see the scores.
/// `ranks` call it together, each judges its share of the pictures, and the first has the report; null: there is one.
EvaluationReport evaluate(const EvaluateOptions &options, const DeviceOptions &device, Communicator *ranks = nullptr);

/// A line for each score, and for each class.
std::string describeTable(const EvaluationReport &report);
/// The same as a JSON object, with the confusion matrix, a row a label.
std::string describeJson(const EvaluationReport &report);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_EVALUATOR_H
