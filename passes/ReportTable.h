// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tables of a report, as text for people and as JSON.

#ifndef DPSIMS_PASSES_REPORTTABLE_H
#define DPSIMS_PASSES_REPORTTABLE_H

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace dpsims {

/// A column of numbers or names. In JSON a number is in plain units (operations, bytes, seconds); text shows it times
/// `scale` with so many decimals, below the name `title`.
struct ReportColumn {
  std::string key, title;
  double scale = 1;
  int decimals = 0;
};

struct ReportTable {
  std::vector<ReportColumn> columns;
  std::vector<std::vector<llvm::json::Value>> rows; ///< a cell a column: a string or a number

  /// Aligned, below a line of titles. `most`: rows at most.
  void print(llvm::raw_ostream &os, size_t most = SIZE_MAX) const;

  /// An object a row.
  llvm::json::Array json() const;
};

} // namespace dpsims

#endif
