// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/score_table.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace dpsims {

void requireSamePictures(const std::string &path, uint64_t lastStep, int64_t now, const std::string &flag) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return;
  // Only the first row: after the checkpoint's there may be anything, which is cut later.
  std::istringstream text(readText(path, uint64_t(1) << 32));
  std::string header, row;
  std::getline(text, header);
  if (!std::getline(text, row) || text.eof() || header.substr(header.rfind(',') + 1) != "pictures" ||
      std::strtoull(row.c_str(), nullptr, 10) > lastStep)
    return;
  const int64_t before = std::strtoll(row.c_str() + row.rfind(',') + 1, nullptr, 10);
  if (before != now)
    fail(ErrorCode::Incompatible, path, ": was measured on ", before, " pictures until now, and would be on ", now,
         " from here on: no curve can have both; give ", flag, " as it was, or move the table away");
}

static std::vector<std::string> withPictures(std::vector<std::string> names) {
  names.push_back("pictures");
  return names;
}

ScoreTable::ScoreTable(const std::string &path, std::vector<std::string> names, uint64_t lastStep)
    : table(path, withPictures(std::move(names)), lastStep) {
  const std::vector<double> steps = readCsv(path).steps;
  if (!steps.empty())
    newest = uint64_t(steps.back());
}

void ScoreTable::append(uint64_t step, std::vector<float> scores, int64_t pictures) {
  scores.push_back(float(pictures));
  table.append(step, scores);
  table.sync();
  newest = step;
}

} // namespace dpsims
