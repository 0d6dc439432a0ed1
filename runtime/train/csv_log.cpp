// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/csv_log.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dpsims {

static std::string headerOf(const std::vector<std::string> &columns) {
  std::string header = "step";
  for (const std::string &column : columns)
    header += "," + column;
  return header + "\n";
}

// The part of `text` that stays: the header and the rows up to `lastStep`.
static std::string keptRows(const std::string &path, const std::string &text, const std::string &header,
                            uint64_t lastStep) {
  if (text.compare(0, header.size(), header) != 0)
    fail(path, ": is not the table of this run: its first line is not ", quoted(header.substr(0, header.size() - 1)),
         "; move it away");
  size_t end = header.size();
  while (true) {
    const size_t line = text.find('\n', end);
    if (line == std::string::npos || std::strtoull(text.c_str() + end, nullptr, 10) > lastStep)
      return text.substr(0, end);
    end = line + 1;
  }
}

CsvLog::CsvLog(std::string name, const std::vector<std::string> &columns, uint64_t lastStep) : path(std::move(name)) {
  const std::string header = headerOf(columns);
  struct stat status;
  const bool exists = ::stat(path.c_str(), &status) == 0 && status.st_size > 0;
  writeFile(path, exists ? keptRows(path, readText(path, uint64_t(1) << 32), header, lastStep) : header);
  descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor < 0)
    fail(path, ": cannot write: ", systemError());
}

CsvLog::~CsvLog() { ::close(descriptor); }

void CsvLog::append(uint64_t step, const std::vector<float> &values) {
  std::string row = std::to_string(step);
  char number[32];
  for (float value : values) {
    std::snprintf(number, sizeof number, ",%.7g", double(value));
    row += number;
  }
  row += '\n';
  const ssize_t written = ::write(descriptor, row.data(), row.size());
  if (written != ssize_t(row.size()))
    fail(path, ": cannot write: ", written < 0 ? systemError() : "no space left on the device");
}

void CsvLog::sync() {
  if (::fdatasync(descriptor) != 0)
    fail(path, ": cannot write: ", systemError());
}

static std::vector<std::string> splitLine(const std::string &line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');)
    fields.push_back(field);
  return fields;
}

CsvTable readCsv(const std::string &path) {
  std::istringstream text(readText(path, uint64_t(1) << 32));
  std::string line;
  std::getline(text, line);
  std::vector<std::string> fields = splitLine(line);
  if (fields.size() < 2 || fields[0] != "step")
    fail(path, ": is no table of a run: its first line does not begin with \"step,\"");
  CsvTable table;
  table.columns.assign(fields.begin() + 1, fields.end());
  table.values.resize(table.columns.size());
  while (std::getline(text, line) && !text.eof()) {
    fields = splitLine(line);
    if (fields.size() != table.columns.size() + 1)
      fail(path, ": row ", quoted(line), " has ", fields.size(), " fields instead of ", table.columns.size() + 1);
    table.steps.push_back(std::strtod(fields[0].c_str(), nullptr));
    for (size_t i = 0; i < table.columns.size(); ++i)
      table.values[i].push_back(std::strtod(fields[i + 1].c_str(), nullptr));
  }
  return table;
}

} // namespace dpsims
