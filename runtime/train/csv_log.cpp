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

static std::vector<std::string> splitLine(const std::string &line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');)
    fields.push_back(field);
  return fields;
}

// The numbers of a row, of which there must be `count`.
static std::vector<double> numbersOf(const std::string &path, const std::string &line, size_t count) {
  const auto bad = [&](const std::string &why) {
    fail(ErrorCode::InvalidData, path, ": the row ", quoted(line), " ", why,
         ": remove it from the table, or move the table away");
  };
  const std::vector<std::string> fields = splitLine(line);
  if (fields.size() != count)
    bad("has " + std::to_string(fields.size()) + " fields instead of " + std::to_string(count));
  std::vector<double> numbers;
  for (const std::string &field : fields) {
    char *end = nullptr;
    numbers.push_back(std::strtod(field.c_str(), &end));
    if (field.empty() || *end)
      bad("has " + quoted(field) + ", which is not a number");
  }
  return numbers;
}

// The part of `text` that stays: the header and the rows up to `lastStep`. What comes after may be anything: a lost
// machine did not finish it.
static std::string keptRows(const std::string &path, const std::string &text, const std::string &header,
                            uint64_t lastStep) {
  if (text.compare(0, header.size(), header) != 0)
    fail(ErrorCode::InvalidData, path, ": is not the table of this run: its first line is not ",
         quoted(header.substr(0, header.size() - 1)), "; move it away");
  const size_t columns = splitLine(header).size();
  size_t end = header.size();
  for (double step = 0; step < double(lastStep);) {
    const size_t line = text.find('\n', end);
    if (line == std::string::npos)
      break;
    step = numbersOf(path, text.substr(end, line - end), columns)[0];
    if (step <= double(lastStep))
      end = line + 1;
  }
  return text.substr(0, end);
}

CsvLog::CsvLog(std::string name, const std::vector<std::string> &columns, uint64_t lastStep) : path(std::move(name)) {
  const std::string header = headerOf(columns);
  struct stat status;
  const bool exists = ::stat(path.c_str(), &status) == 0 && status.st_size > 0;
  writeFile(path, exists ? keptRows(path, readText(path, uint64_t(1) << 32), header, lastStep) : header);
  descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor < 0)
    fail(ErrorCode::Io, path, ": cannot write: ", systemError());
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
    fail(ErrorCode::Io, path, ": cannot write: ", written < 0 ? systemError() : "no space left on the device");
}

void CsvLog::sync() {
  if (::fdatasync(descriptor) != 0)
    fail(ErrorCode::Io, path, ": cannot write: ", systemError());
}

CsvTable readCsv(const std::string &path) {
  std::istringstream text(readText(path, uint64_t(1) << 32));
  std::string line;
  std::getline(text, line);
  std::vector<std::string> fields = splitLine(line);
  if (fields.size() < 2 || fields[0] != "step")
    fail(ErrorCode::InvalidData, path, ": is not a table of a run: its first line does not begin with \"step,\"");
  CsvTable table;
  table.columns.assign(fields.begin() + 1, fields.end());
  table.values.resize(table.columns.size());
  while (std::getline(text, line) && !text.eof()) {
    const std::vector<double> numbers = numbersOf(path, line, table.columns.size() + 1);
    table.steps.push_back(numbers[0]);
    for (size_t i = 0; i < table.columns.size(); ++i)
      table.values[i].push_back(numbers[i + 1]);
  }
  return table;
}

} // namespace dpsims
