// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Passes.h"
#include "passes/Schedule/Liveness.h"

#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_VERIFYSCHEDULE
#include "passes/Passes.h.inc"

namespace {

LogicalResult verifyPlaces(SmallVectorImpl<LiveBuffer> &live, int64_t size) {
  for (LiveBuffer &place : live)
    for (BufferOp buffer : place.buffers) {
      std::optional<int64_t> offset = buffer.getOffset();
      if (!offset)
        return buffer.emitError() << "has no place yet; run dpsims-plan-memory";
      if (*offset < 0 || *offset % 64 || place.size > size - *offset)
        return buffer.emitError() << "offset " << *offset << ", " << place.size
                                  << " bytes: not aligned to 64, or outside of the arena of " << size;
      if (*offset != place.buffers.front().getOffset())
        return buffer.emitError() << "is not at the place of the buffer that it overwrites";
    }
  auto offset = [](const LiveBuffer &place) { return *BufferOp(place.buffers.front()).getOffset(); };
  llvm::stable_sort(live, [&](const LiveBuffer &a, const LiveBuffer &b) { return offset(a) < offset(b); });
  for (size_t i = 0; i < live.size(); ++i)
    for (size_t j = i + 1; j < live.size() && offset(live[j]) < offset(live[i]) + live[i].size; ++j)
      if (live[i].overlaps(live[j])) {
        InFlightDiagnostic diagnostic = live[i].buffers.front().emitError() << "overlaps another live buffer";
        diagnostic.attachNote(live[j].buffers.front().getLoc()) << "the other one is here";
        return diagnostic;
      }
  return success();
}

LogicalResult verifyOrder(Block &steps) {
  llvm::DenseSet<Value> known;
  for (Operation &op : steps) {
    if (auto buffer = dyn_cast<BufferOp>(op)) {
      if (llvm::is_contained({BufferSpace::Input, BufferSpace::Constant, BufferSpace::Variable}, buffer.getSpace()))
        known.insert(buffer);
      continue;
    }
    auto step = dyn_cast<StepOpInterface>(op);
    if (!step)
      continue;
    for (Value value : step.reads())
      if (!known.contains(rootOf(value)))
        return op.emitError() << "reads a buffer that nothing has written";
    for (Value value : step.writes())
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
