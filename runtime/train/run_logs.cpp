// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/run_logs.h"

namespace dpsims {

RunLogs::RunLogs(const RunFolder &folder, std::vector<std::string> names, uint64_t lastStep)
    : lossNames(std::move(names)), table(folder.file("losses.csv"), lossNames, lastStep),
      eventFile(folder.file("events"), lastStep ? lastStep + 1 : 0) {}

void RunLogs::append(uint64_t step, const std::vector<float> &losses) {
  table.append(step, losses);
  std::vector<std::pair<std::string, float>> scalars;
  for (size_t i = 0; i < losses.size(); ++i)
    scalars.emplace_back(lossNames[i], losses[i]);
  eventFile.scalars(step, scalars);
}

} // namespace dpsims
