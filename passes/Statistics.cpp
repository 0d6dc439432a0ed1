// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Statistics.h"

#include "mlir/IR/Remarks.h"
#include "mlir/IR/SymbolTable.h"

#include "llvm/Support/Format.h"

using namespace mlir;

namespace dpsims {

void recordStatistics(Operation *op, StringRef pass, std::initializer_list<Statistic> statistics) {
  auto symbol = op->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
  auto remark = remark::passed(
      op->getLoc(),
      remark::RemarkOpts::name("statistics").category(pass).function(symbol ? symbol.getValue() : StringRef()));
  for (const Statistic &statistic : statistics)
    remark << remark::metric(statistic.name, statistic.value);
}

class StatisticsTable::Collector : public remark::detail::MLIRRemarkStreamerBase {
public:
  explicit Collector(std::shared_ptr<std::vector<Row>> rows) : rows(std::move(rows)) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    for (const auto &statistic : remark.getArgs())
      if (int64_t value; !StringRef(statistic.val).getAsInteger(10, value))
        add(remark.getCategoryName(), statistic.key, value);
  }

private:
  void add(StringRef pass, StringRef name, int64_t value) {
    auto row = llvm::find_if(*rows, [&](const Row &row) { return row.pass == pass && row.name == name; });
    if (row == rows->end())
      rows->push_back({pass.str(), name.str(), value});
    else
      row->sum += value;
  }

  std::shared_ptr<std::vector<Row>> rows;
};

StatisticsTable::StatisticsTable(MLIRContext &context) : rows(std::make_shared<std::vector<Row>>()) {
  remark::RemarkCategories categories;
  categories.passed = "dpsims-.*";
  LogicalResult enabled = remark::enableOptimizationRemarks(
      context, std::make_unique<Collector>(rows), std::make_unique<remark::RemarkEmittingPolicyAll>(), categories);
  assert(succeeded(enabled) && "a collector needs no file");
  (void)enabled;
}

void StatisticsTable::print(llvm::raw_ostream &os) const {
  size_t passWidth = 4, nameWidth = 9;
  for (const Row &row : *rows) {
    passWidth = std::max(passWidth, row.pass.size());
    nameWidth = std::max(nameWidth, row.name.size());
  }
  auto line = [&](StringRef pass, StringRef name, StringRef sum) {
    os << llvm::left_justify(pass, passWidth) << "  " << llvm::left_justify(name, nameWidth) << "  "
       << llvm::right_justify(sum, 14) << "\n";
  };
  line("pass", "statistic", "sum");
  for (const Row &row : *rows)
    line(row.pass, row.name, std::to_string(row.sum));
}

} // namespace dpsims
