// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Liveness.h"
#include "passes/Passes.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Passes.h.inc"

int64_t byteSize(Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  return type.getNumElements() * (type.getElementTypeBitWidth() / 8);
}

SmallVector<LiveBuffer> liveBuffers(Block &steps) {
  SmallVector<LiveBuffer> live;
  llvm::DenseMap<Value, size_t> place; // of the buffer itself, for views too
  int64_t number = 0;
  for (Operation &op : steps) {
    if (auto buffer = dyn_cast<BufferOp>(op)) {
      if (Value root = buffer.getViewOf()) {
        if (auto found = place.find(root); found != place.end())
          place[buffer] = found->second;
      } else if (buffer.getSpace() == "arena" || buffer.getSpace() == "load") {
        place[buffer] = live.size();
        live.push_back({buffer, byteSize(buffer), INT64_MAX, -1});
      }
      continue;
    }
    ++number;
    for (Value operand : op.getOperands())
      if (auto found = place.find(operand); found != place.end()) {
        LiveBuffer &buffer = live[found->second];
        buffer.first = std::min(buffer.first, number);
        buffer.last = std::max(buffer.last, number);
      }
  }
  return live;
}

namespace {

constexpr int64_t alignment = 64;

/// Places the buffers, the largest first, each at the lowest offset that is free while it lives; gives the arena's size.
int64_t place(SmallVectorImpl<LiveBuffer> &live) {
  SmallVector<LiveBuffer *> order = llvm::map_to_vector(live, [](LiveBuffer &b) { return &b; });
  llvm::stable_sort(order, [](LiveBuffer *a, LiveBuffer *b) { return a->size > b->size; });
  SmallVector<std::pair<int64_t, LiveBuffer *>> placed; // sorted by offset
  int64_t total = 0;
  for (LiveBuffer *buffer : order) {
    int64_t offset = 0;
    for (auto &[start, other] : placed) {
      if (!buffer->overlaps(*other))
        continue;
      if (offset + buffer->size <= start)
        break;
      offset = std::max(offset, int64_t(llvm::alignTo(start + other->size, alignment)));
    }
    buffer->buffer.setOffset(offset);
    auto position = llvm::upper_bound(placed, offset, [](int64_t o, auto &entry) { return o < entry.first; });
    placed.insert(position, {offset, buffer});
    total = std::max(total, int64_t(llvm::alignTo(offset + buffer->size, alignment)));
  }
  return total;
}

struct PlanMemory : impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override {
    EntryOp entry = getOperation();
    Builder builder(entry.getContext());
    auto plan = [&](Region &region) {
      SmallVector<LiveBuffer> live = liveBuffers(region.front());
      return builder.getI64IntegerAttr(place(live));
    };
    entry.setLoadSizeAttr(plan(entry.getPrepare()));
    entry.setArenaSizeAttr(plan(entry.getMain()));
  }
};

} // namespace
} // namespace dpsims
