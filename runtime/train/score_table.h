// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scores of a run, a row a step: validation.csv, evaluation.csv. The last column says of how many pictures.

#ifndef DPSIMS_RUNTIME_TRAIN_SCORE_TABLE_H
#define DPSIMS_RUNTIME_TRAIN_SCORE_TABLE_H

#include "runtime/train/csv_log.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dpsims {

inline constexpr char validationTable[] = "validation.csv", evaluationTable[] = "evaluation.csv";

/// Error if a table's rows up to `lastStep` are of another number of pictures than `now`, with which no curve can go
/// on. `flag`: by which it may be mended.
void requireSamePictures(const std::string &path, uint64_t lastStep, int64_t now, const std::string &flag);

class ScoreTable {
public:
  /// Rows of steps after `lastStep` are cut. Error: see CsvLog.
  ScoreTable(const std::string &path, std::vector<std::string> names, uint64_t lastStep);

  /// Is the step's row there?
  bool has(uint64_t step) const { return newest == step; }

  /// A row, durable.
  void append(uint64_t step, std::vector<float> scores, int64_t pictures);

private:
  CsvLog table;
  std::optional<uint64_t> newest; // step of the last row
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_SCORE_TABLE_H
