// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Passes.h"
#include "passes/Schedule/Liveness.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Passes.h.inc"

int64_t byteSize(Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  return type.getNumElements() * (type.getElementTypeBitWidth() / 8);
}

Value rootOf(Value buffer) {
  auto op = buffer.getDefiningOp<BufferOp>();
  return op && op.getViewOf() ? rootOf(op.getViewOf()) : buffer;
}

namespace {

/// Collects the buffers of a list of steps, then merges those that work in place.
class Lifetimes {
public:
  explicit Lifetimes(Block &steps) {
    for (Operation &op : steps) {
      if (auto buffer = dyn_cast<BufferOp>(op))
        declare(buffer);
      else if (auto step = dyn_cast<StepOpInterface>(op))
        use(step);
    }
    for (auto [number, step] : llvm::enumerate(this->steps)) {
      llvm::SmallDenseSet<size_t> taken;
      for (Value output : step.writes())
        merge(step, number + 1, output, taken);
    }
  }

  SmallVector<LiveBuffer> take() {
    llvm::erase_if(live, [](LiveBuffer &buffer) { return buffer.buffers.empty(); });
    return std::move(live);
  }

private:
  void declare(BufferOp buffer) {
    if (Value root = buffer.getViewOf()) {
      if (auto found = place.find(root); found != place.end()) {
        size_t at = found->second;
        place[buffer] = at;
      }
    } else if (buffer.getSpace() == BufferSpace::Arena || buffer.getSpace() == BufferSpace::Load) {
      place[buffer] = live.size();
      live.push_back({{buffer}, byteSize(buffer), INT64_MAX, -1});
    }
  }

  void use(StepOpInterface step) {
    steps.push_back(step);
    int64_t number = steps.size();
    for (Value operand : step->getOperands())
      if (auto found = place.find(operand); found != place.end()) {
        LiveBuffer &buffer = live[found->second];
        buffer.first = std::min(buffer.first, number);
        buffer.last = std::max(buffer.last, number);
      }
  }

  /// Where a buffer's bytes are, after merging; none outside of the arena.
  std::optional<size_t> placeOf(Value buffer) {
    auto found = place.find(buffer);
    if (found == place.end())
      return std::nullopt;
    size_t at = found->second;
    for (auto next = mergedInto.find(at); next != mergedInto.end(); next = mergedInto.find(at))
      at = next->second;
    return at;
  }

  /// `taken`: places that other outputs of the step have taken.
  void merge(StepOpInterface step, int64_t number, Value output, llvm::SmallDenseSet<size_t> &taken) {
    std::optional<size_t> to = placeOf(output);
    if (!to || live[*to].first != number)
      return;
    for (Value input : step.overwritable(output)) {
      std::optional<size_t> from = placeOf(input);
      auto reads = step.reads();
      bool once = from && llvm::count_if(reads, [&](Value v) { return placeOf(v) == from; }) == 1;
      bool fits = once && *from != *to && live[*from].last == number && live[*from].size == live[*to].size;
      if (!fits || !taken.insert(*from).second)
        continue;
      live[*from].last = live[*to].last;
      llvm::append_range(live[*from].buffers, live[*to].buffers);
      live[*to].buffers.clear();
      mergedInto[*to] = *from;
      return;
    }
  }

  SmallVector<LiveBuffer> live;
  SmallVector<StepOpInterface> steps;
  llvm::DenseMap<Value, size_t> place; // of the buffer itself, for views too
  llvm::DenseMap<size_t, size_t> mergedInto;
};

} // namespace

SmallVector<LiveBuffer> liveBuffers(Block &steps) { return Lifetimes(steps).take(); }

namespace {

constexpr int64_t alignment = 64;

/// Places the buffers, the largest first, each at the lowest offset that is free while it lives; gives the arena's
/// size.
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
    for (BufferOp op : buffer->buffers)
      op.setOffset(offset);
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
      int64_t arena = place(live), sum = 0;
      for (const LiveBuffer &buffer : live)
        sum += buffer.size * int64_t(buffer.buffers.size());
      recordStatistics(getOperation(), getArgument(),
                       {{"arena-bytes", arena}, {"shared-bytes", std::max<int64_t>(sum - arena, 0)}});
      return builder.getI64IntegerAttr(arena);
    };
    entry.setLoadSizeAttr(plan(entry.getPrepare()));
    entry.setArenaSizeAttr(plan(entry.getMain()));
  }
};

} // namespace
} // namespace dpsims
