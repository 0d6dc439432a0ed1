// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/LiveProfile.h"

using namespace mlir;

namespace dpsims {
namespace {

/// Whether the op's other operands are small beside its result: fusion then computes it again for each reader.
bool isRepeated(Operation *op, Value operand) {
  if (isa<ReshapeOp>(op) || isPicking(op))
    return true;
  return isElementwise(op) && llvm::all_of(op->getOperands(), [&](Value other) {
           return other == operand || elementsOf(other) * 8 <= elementsOf(op->getResult(0));
         });
}

bool isKept(Value value) {
  Operation *op = value.getDefiningOp();
  if (isSource(op) || !isa<TensorOpInterface>(op) || value.use_empty() || isa<ReshapeOp>(op) || isPicking(op))
    return false;
  bool repeated = llvm::any_of(op->getOperands(), [&](Value operand) { return isRepeated(op, operand); });
  return !isElementwise(op) || llvm::any_of(value.getUsers(), isLibraryOp) || (!repeated && !value.hasOneUse());
}

} // namespace

LiveProfile::LiveProfile(Block &block, double part) {
  int64_t time = 0;
  for (Operation &op : block) {
    times[&op] = time;
    time += isLibraryOp(&op);
  }
  alive.resize(time + 1);
  for (Operation &op : llvm::reverse(block))
    for (Value result : op.getResults()) {
      findLastUse(result);
      if (isKept(result))
        take({{bytesOf(result), times[&op], lastUse(result) + 1}});
    }
  limit = part * *llvm::max_element(alive);
}

void LiveProfile::findLastUse(Value value) {
  int64_t last = timeOf(value.getDefiningOp());
  for (Operation *user : value.getUsers()) {
    last = std::max(last, timeOf(user));
    if (isRepeated(user, value))
      last = std::max(last, lastUse(user->getResult(0)));
  }
  lastUses[value] = last;
}

/// Nothing waits longer than the graph runs.
int64_t LiveProfile::endOf(const Wait &wait) const { return std::min<int64_t>(wait.end, alive.size()); }

bool LiveProfile::hasRoom(ArrayRef<Wait> waits) const {
  std::vector<int64_t> sum = alive;
  for (const Wait &wait : waits)
    for (int64_t time = wait.first; time < endOf(wait); ++time) {
      sum[time] += wait.bytes;
      if (sum[time] > limit)
        return false;
    }
  return true;
}

void LiveProfile::take(ArrayRef<Wait> waits) {
  for (const Wait &wait : waits)
    for (int64_t time = wait.first; time < endOf(wait); ++time)
      alive[time] += wait.bytes;
}

} // namespace dpsims
