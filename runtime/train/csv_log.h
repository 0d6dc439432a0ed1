// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers of a run as a table in a text file: "step,loss/g,loss/d", a row a step.

#ifndef DPSIMS_RUNTIME_TRAIN_CSV_LOG_H
#define DPSIMS_RUNTIME_TRAIN_CSV_LOG_H

#include <cstdint>
#include <string>
#include <vector>

namespace dpsims {

/// A file that rows are appended to. What a row says does not depend on when or how often the run was interrupted.
class CsvLog {
public:
  /// Keeps the rows of steps up to `lastStep` and cuts the rest, also half a row; makes the file if there is none.
  /// Error: the file has other columns; it cannot be written.
  CsvLog(std::string path, const std::vector<std::string> &columns, uint64_t lastStep);
  ~CsvLog();
  CsvLog(const CsvLog &) = delete;
  CsvLog &operator=(const CsvLog &) = delete;

  /// One row. Error: it cannot be written.
  void append(uint64_t step, const std::vector<float> &values);

  /// Makes the rows so far durable.
  void sync();

private:
  std::string path;
  int descriptor = -1;
};

/// Such a file in memory.
struct CsvTable {
  std::vector<std::string> columns; ///< without "step"
  std::vector<double> steps;
  std::vector<std::vector<double>> values; ///< of each column
};

/// Reads the whole rows of a file. Error: it is not such a table.
CsvTable readCsv(const std::string &path);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_CSV_LOG_H
