// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an evaluation found.

#ifndef DPSIMS_RUNTIME_EVALUATE_EVALUATION_REPORT_H
#define DPSIMS_RUNTIME_EVALUATE_EVALUATION_REPORT_H

#include "runtime/evaluate/confusion.h"
#include "runtime/evaluate/kernel_distance.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dpsims {

struct EvaluationReport {
  int64_t pictures = 0;
  std::optional<double> frechet, lpips, diversity;
  std::optional<KernelDistance> kernel;
  std::optional<ConfusionMatrix> confusion;
  std::vector<std::string> names; ///< of its classes
};

/// A line for each score, and for each class.
std::string describeTable(const EvaluationReport &report);
/// The same as a JSON object, with the confusion matrix, a row a label.
std::string describeJson(const EvaluationReport &report);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_EVALUATION_REPORT_H
