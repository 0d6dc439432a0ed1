// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ReportTable.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"

namespace dpsims {

static std::string textOf(const llvm::json::Value &cell, const ReportColumn &column) {
  if (auto name = cell.getAsString())
    return name->str();
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.*f", column.decimals,
                                                 cell.getAsNumber().value_or(0) * column.scale);
  return text;
}

void ReportTable::print(llvm::raw_ostream &os, size_t most) const {
  std::vector<std::vector<std::string>> lines(1);
  for (const ReportColumn &column : columns)
    lines.front().push_back(column.title);
  for (const auto &row : llvm::ArrayRef(rows).take_front(most)) {
    std::vector<std::string> &line = lines.emplace_back();
    for (const auto &[cell, column] : llvm::zip_equal(row, columns))
      line.push_back(textOf(cell, column));
  }
  std::vector<size_t> widths(columns.size());
  for (const auto &line : lines)
    for (auto [width, text] : llvm::zip_equal(widths, line))
      width = std::max(width, text.size());
  for (const auto &line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      bool isName = !rows.empty() && rows.front()[i].getAsString();
      if (i > 0)
        os << "  ";
      if (!isName)
        os << llvm::right_justify(line[i], widths[i]);
      else if (i + 1 == line.size())
        os << line[i];
      else
        os << llvm::left_justify(line[i], widths[i]);
    }
    os << "\n";
  }
}

llvm::json::Array ReportTable::json() const {
  llvm::json::Array result;
  for (const auto &row : rows) {
    llvm::json::Object object;
    for (const auto &[cell, column] : llvm::zip_equal(row, columns))
      object[column.key] = cell;
    result.push_back(std::move(object));
  }
  return result;
}

} // namespace dpsims
