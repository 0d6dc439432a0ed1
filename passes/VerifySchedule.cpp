// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Liveness.h"
#include "passes/Passes.h"

#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_VERIFYSCHEDULE
#include "passes/Passes.h.inc"

namespace {

LogicalResult verifyPlaces(SmallVectorImpl<LiveBuffer> &live, int64_t size) {
  for (LiveBuffer &buffer : live) {
    std::optional<int64_t> offset = buffer.buffer.getOffset();
    if (!offset)
      return buffer.buffer.emitError() << "has no place yet; run plan-memory";
    if (*offset < 0 || *offset % 64 || buffer.size > size - *offset)
      return buffer.buffer.emitError() << "offset " << *offset << ", " << buffer.size
                                       << " bytes: not aligned to 64, or outside of the arena of " << size;
  }
  llvm::stable_sort(live, [](const LiveBuffer &a, const LiveBuffer &b) {
    return BufferOp(a.buffer).getOffset() < BufferOp(b.buffer).getOffset();
  });
  for (size_t i = 0; i < live.size(); ++i)
    for (size_t j = i + 1; j < live.size() && *live[j].buffer.getOffset() < *live[i].buffer.getOffset() + live[i].size;
         ++j)
      if (live[i].overlaps(live[j])) {
        InFlightDiagnostic diagnostic = live[i].buffer.emitError() << "overlaps another live buffer";
        diagnostic.attachNote(live[j].buffer.getLoc()) << "the other one is here";
        return diagnostic;
      }
  return success();
}

Value rootOf(Value buffer) {
  auto op = buffer.getDefiningOp<BufferOp>();
  return op && op.getViewOf() ? rootOf(op.getViewOf()) : buffer;
}

/// What a step writes.
SmallVector<Value> written(Operation &op) {
  if (auto compute = dyn_cast<ComputeOp>(op))
    return SmallVector<Value>(compute.getOutputs());
  if (auto launch = dyn_cast<LaunchOp>(op))
    return SmallVector<Value>(launch.getOutputs());
  if (auto load = dyn_cast<LoadWeightOp>(op))
    return {load.getDst()};
  if (isa<ConvStepOp, MatmulStepOp>(op))
    return {op.getOperands().back()};
  return {};
}

LogicalResult verifyOrder(Block &steps) {
  llvm::DenseSet<Value> known;
  for (Operation &op : steps) {
    if (auto buffer = dyn_cast<BufferOp>(op)) {
      if (buffer.getSpace() == "input" || buffer.getSpace() == "constant")
        known.insert(buffer);
      continue;
    }
    SmallVector<Value> writes = written(op);
    for (Value operand : op.getOperands().drop_back(writes.size())) // what a step writes comes last
      if (!known.contains(rootOf(operand)))
        return op.emitError() << "reads a buffer that nothing has written";
    for (Value value : writes)
      known.insert(rootOf(value));
  }
  return success();
}

struct VerifySchedule : impl::VerifyScheduleBase<VerifySchedule> {
  void runOnOperation() override {
    EntryOp entry = getOperation();
    auto verify = [](Region &region, int64_t size) {
      SmallVector<LiveBuffer> live = liveBuffers(region.front());
      return success(succeeded(verifyPlaces(live, size)) && succeeded(verifyOrder(region.front())));
    };
    if (failed(verify(entry.getPrepare(), entry.getLoadSize().value_or(0))) ||
        failed(verify(entry.getMain(), entry.getArenaSize().value_or(0))))
      signalPassFailure();
  }
};

} // namespace
} // namespace dpsims
