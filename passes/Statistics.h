// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What passes did, in numbers: kernels made, ops fused, bytes saved.
//
// They are MLIR remarks, because released builds of LLVM have the statistics of passes compiled out.

#ifndef DPSIMS_PASSES_STATISTICS_H
#define DPSIMS_PASSES_STATISTICS_H

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Operation.h"

#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <string>
#include <vector>

namespace dpsims {

struct Statistic {
  llvm::StringRef name;
  int64_t value;
};

/// Tells what the pass of that argument ("dpsims-schedule") did to the op: a remark of the category `pass`.
void recordStatistics(mlir::Operation *op, llvm::StringRef pass, std::initializer_list<Statistic> statistics);

/// The sums of what passes record in a context while it lives.
class StatisticsTable {
public:
  /// Takes the place of the context's remark engine.
  explicit StatisticsTable(mlir::MLIRContext &context);

  /// A line for each statistic, in the order in which passes first recorded it: pass, name, sum.
  void print(llvm::raw_ostream &os) const;

private:
  struct Row {
    std::string pass, name;
    int64_t sum;
  };
  class Collector;
  std::shared_ptr<std::vector<Row>> rows; // with the context's remark engine
};

} // namespace dpsims

#endif
