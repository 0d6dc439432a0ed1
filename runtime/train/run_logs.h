// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers of a run as it goes: losses.csv, and event files for TensorBoard.

#ifndef DPSIMS_RUNTIME_TRAIN_RUN_LOGS_H
#define DPSIMS_RUNTIME_TRAIN_RUN_LOGS_H

#include "runtime/train/csv_log.h"
#include "runtime/train/event_file.h"
#include "runtime/train/run_folder.h"

#include <string>
#include <vector>

namespace dpsims {

class RunLogs {
public:
  /// `names`: of the losses. Rows of steps after `lastStep` are cut. Error: see CsvLog and EventFile.
  RunLogs(const RunFolder &folder, std::vector<std::string> names, uint64_t lastStep);

  /// The losses of an iteration; `step` is the number of iterations then done.
  void append(uint64_t step, const std::vector<float> &losses);

  /// Makes the table so far durable.
  void sync() { table.sync(); }

  EventFile &events() { return eventFile; }
  const std::vector<std::string> &names() const { return lossNames; }

private:
  std::vector<std::string> lossNames;
  CsvLog table;
  EventFile eventFile;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_RUN_LOGS_H
