// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Cuda/GpuMapping.h"
#include "passes/Cuda/GpuGenerics.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

#include "llvm/ADT/EquivalenceClasses.h"

using namespace mlir;

namespace dpsims {

namespace {

/// Threads that occupy a large GPU (132 multiprocessors), and blocks that give each of them two.
constexpr int64_t manyThreads = 132 * 1024, manyBlocks = 132 * 2;
constexpr int64_t fewestTerms = 4;     // that a thread of a reduction adds up
constexpr int64_t mostUniform = 8;     // elements that each thread computes for itself
constexpr int64_t elementsAtATime = 4; // 16 bytes of f32

//===-- 16-byte accesses ------------------------------------------------------------------------------------------===//

/// A number that divides the index, whatever it is.
int64_t divisorOf(OpFoldResult index) {
  if (std::optional<int64_t> known = getConstantIntValue(index))
    return *known == 0 ? elementsAtATime : *known;
  if (auto apply = cast<Value>(index).getDefiningOp<affine::AffineApplyOp>())
    return apply.getAffineMap().getResult(0).getLargestKnownDivisor();
  return 1;
}

/// Whether the view starts at a multiple of the elements at a time, as arguments and private buffers do.
bool startsAligned(Value view) {
  auto op = view.getDefiningOp<memref::SubViewOp>();
  if (!op)
    return true;
  auto [strides, offset] = op.getSourceType().getStridesAndOffset();
  if (!startsAligned(op.getSource()))
    return false;
  return llvm::all_of(llvm::zip_equal(op.getMixedOffsets(), strides), [](auto pair) {
    auto [offset, stride] = pair;
    return !ShapedType::isDynamic(stride) && divisorOf(offset) * stride % elementsAtATime == 0;
  });
}

/// Whether elements that follow one another along the last dimension do so in memory, and every row starts aligned; or
/// they do not at all, and nothing is lost.
bool isAligned(linalg::GenericOp op, OpOperand &operand) {
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  if (!type || !followsLast(op, &operand) || memoryOf(operand.get()).getDefiningOp<memref::AllocaOp>())
    return true;
  auto [strides, offset] = type.getStridesAndOffset();
  if (strides.back() != 1)
    return true;
  return startsAligned(operand.get()) && llvm::all_of(ArrayRef(strides).drop_back(), [](int64_t stride) {
           return !ShapedType::isDynamic(stride) && stride % elementsAtATime == 0;
         });
}

/// Whether each thread may take several elements at a time; nothing is said by a single one.
std::optional<bool> isWide(linalg::GenericOp op) {
  int64_t size = lastSize(op);
  if (size == 1)
    return std::nullopt;
  return !ShapedType::isDynamic(size) && size % elementsAtATime == 0 &&
         llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) { return isAligned(op, operand); });
}

/// Generics that work on memory which one of them writes take elements alike, lest they wait for one another.
llvm::EquivalenceClasses<Operation *> alike(ArrayRef<linalg::GenericOp> generics) {
  llvm::EquivalenceClasses<Operation *> classes;
  llvm::DenseMap<Value, Operation *> writers;
  for (linalg::GenericOp op : generics) {
    classes.insert(op);
    for (Value output : op.getDpsInits())
      classes.unionSets(op, writers.try_emplace(memoryOf(output), op).first->second);
  }
  for (linalg::GenericOp op : generics)
    for (Value operand : op->getOperands())
      if (Operation *writer = writers.lookup(memoryOf(operand)))
        classes.unionSets(op, writer);
  return classes;
}

//===-- The layout ------------------------------------------------------------------------------------------------===//

class MappingChoice {
public:
  MappingChoice(scf::ForallOp forall, int64_t gridPoints) : forall(forall), gridPoints(gridPoints) {
    forall.walk([&](linalg::GenericOp op) { generics.push_back(op); });
    forall.walk([&](memref::AllocaOp op) { buffers.push_back(op); });
  }

  GpuMapping choose() {
    chooseVectors();
    findCopied();
    for (linalg::GenericOp op : generics)
      chooseMode(op, mapping.generics[op]);
    chooseThreads();
    findSpread();
    choosePoints();
    return mapping;
  }

private:
  void chooseVectors();
  void findCopied();
  bool canCopy(Value buffer);
  bool isUniform(linalg::GenericOp op);
  void chooseMode(linalg::GenericOp op, GpuGeneric &generic);
  std::optional<int64_t> rowLanes(linalg::GenericOp op);
  int64_t threadsOf(linalg::GenericOp op);
  void chooseThreads();
  void findSpread();
  bool canSpread(memref::AllocaOp buffer);
  void choosePoints();
  bool divergesInWarp();

  int64_t chunks(linalg::GenericOp op) { return llvm::divideCeil(lastSize(op), mapping.generics[op].vector); }
  bool exchanges() {
    return llvm::any_of(generics, [&](linalg::GenericOp op) { return mapping.exchanges(op); });
  }

  scf::ForallOp forall;
  int64_t gridPoints;
  SmallVector<linalg::GenericOp> generics;
  SmallVector<memref::AllocaOp> buffers;
  GpuMapping mapping;
};

void MappingChoice::chooseVectors() {
  llvm::EquivalenceClasses<Operation *> classes = alike(generics);
  for (const auto *leader : classes) {
    if (!leader->isLeader())
      continue;
    bool any = false, all = true;
    for (Operation *op : classes.members(*leader))
      if (std::optional<bool> wide = isWide(cast<linalg::GenericOp>(op))) {
        any |= *wide;
        all &= *wide;
      }
    for (Operation *op : classes.members(*leader))
      mapping.generics[op].vector = any && all ? elementsAtATime : 1;
  }
}

int64_t reducedTerms(linalg::GenericOp op) {
  int64_t terms = 1;
  for (auto [dim, size] : llvm::enumerate(op.getStaticLoopRanges()))
    if (isReduction(op, dim))
      terms *= ShapedType::isDynamic(size) ? 1 : size;
  return terms;
}

/// Whether the generic does nothing but fill copied buffers, with little work.
bool MappingChoice::isUniform(linalg::GenericOp op) {
  int64_t elements = 1;
  for (int64_t size : op.getStaticLoopRanges())
    elements *= ShapedType::isDynamic(size) ? mostUniform + 1 : std::min(size, mostUniform + 1);
  return !reducesLast(op) && elements <= mostUniform &&
         llvm::all_of(op.getDpsInits(), [&](Value output) { return mapping.placeOf(output) == GpuBuffer::Copied; });
}

/// How many threads the last dimension takes where others are reduced by rows of threads.
std::optional<int64_t> MappingChoice::rowLanes(linalg::GenericOp op) {
  int64_t size = lastSize(op);
  if (op.getNumLoops() == 0 || reducesLast(op) || ShapedType::isDynamic(size))
    return std::nullopt;
  for (OpOperand &output : op.getDpsInitsMutable())
    if (!isAccumulated(op, &output) || !combinerOf(op, &output) ||
        getElementTypeOrSelf(output.get().getType()).getIntOrFloatBitWidth() != 32)
      return std::nullopt;
  int64_t lanes = llvm::PowerOf2Ceil(chunks(op));
  return lanes * 2 <= gpuMaxThreads && reducedTerms(op) >= 2 * fewestTerms ? std::optional(lanes) : std::nullopt;
}

/// A buffer of one element, written by what gives every thread the same.
bool MappingChoice::canCopy(Value buffer) {
  return llvm::all_of(buffer.getUses(), [&](OpOperand &use) {
    if (isa<memref::LoadOp, memref::StoreOp>(use.getOwner()))
      return true;
    auto op = dyn_cast<linalg::GenericOp>(use.getOwner());
    if (!op || !op.isDpsInit(&use))
      return bool(op);
    return (isAccumulated(op, &use) && (reducesLast(op) || rowLanes(op))) || isUniform(op);
  });
}

/// Takes all that might be, and drops what cannot be until nothing changes.
void MappingChoice::findCopied() {
  for (memref::AllocaOp op : buffers)
    if (op.getType().hasStaticShape() && op.getType().getNumElements() == 1)
      mapping.buffers[op] = GpuBuffer::Copied;
  for (bool changed = true; changed;) {
    changed = false;
    for (memref::AllocaOp op : buffers)
      if (mapping.placeOf(op) == GpuBuffer::Copied && !canCopy(op)) {
        mapping.buffers[op] = GpuBuffer::Shared;
        changed = true;
      }
  }
}

void MappingChoice::chooseMode(linalg::GenericOp op, GpuGeneric &generic) {
  if (isUniform(op))
    generic.mode = GpuMode::Uniform;
  else if (op.getNumLoops() == 0)
    generic.mode = GpuMode::First;
  else if (reducesLast(op))
    generic.mode = GpuMode::ReduceLast;
  else if (std::optional<int64_t> lanes = rowLanes(op))
    generic.mode = GpuMode::ReduceRows, generic.lanes = *lanes;
  else
    generic.mode = GpuMode::Spread;
}

/// The threads that a generic gives something to do.
int64_t MappingChoice::threadsOf(linalg::GenericOp op) {
  GpuGeneric generic = mapping.generics[op];
  int64_t size = lastSize(op);
  switch (generic.mode) {
  case GpuMode::First:
  case GpuMode::Uniform:
    return 1;
  case GpuMode::Spread:
  case GpuMode::ReduceLast:
    return ShapedType::isDynamic(size) ? gpuMaxThreads : chunks(op);
  case GpuMode::ReduceRows:
    return generic.lanes * std::max<int64_t>(reducedTerms(op) / fewestTerms, 1);
  }
  llvm_unreachable("all modes are above");
}

/// As many as have something to do; fewer for an exchange where there are grid points enough to occupy a GPU.
void MappingChoice::chooseThreads() {
  int64_t wanted = 1, lanes = 1;
  for (linalg::GenericOp op : generics) {
    wanted = std::max(wanted, threadsOf(op));
    lanes = std::max(lanes, mapping.generics[op].lanes);
  }
  if (!exchanges()) {
    mapping.threads = llvm::divideCeil(wanted, llvm::divideCeil(wanted, gpuMaxThreads));
    return;
  }
  int64_t room = std::clamp<int64_t>(llvm::PowerOf2Ceil(manyThreads / gridPoints), gpuWarp, gpuMaxThreads);
  mapping.threads = std::min<int64_t>(llvm::PowerOf2Ceil(wanted), std::max(room, lanes));
  for (linalg::GenericOp op : generics)
    if (mapping.generics[op].mode == GpuMode::ReduceRows && mapping.generics[op].lanes == mapping.threads)
      mapping.threads *= 2;
}

bool MappingChoice::canSpread(memref::AllocaOp buffer) {
  MemRefType type = buffer.getType();
  if (!type.hasStaticShape() || type.getRank() != 1)
    return false;
  return llvm::all_of(buffer->getUses(), [&](OpOperand &use) {
    auto op = dyn_cast<linalg::GenericOp>(use.getOwner());
    if (!op || !followsLast(op, &use) || type.getNumElements() > mapping.threads * mapping.generics[op].vector)
      return false;
    GpuMode mode = mapping.generics[op].mode;
    bool output = op.isDpsInit(&use);
    return mode == GpuMode::Spread || (mode == GpuMode::ReduceRows && output) ||
           (mode == GpuMode::ReduceLast && !(output && isAccumulated(op, &use)));
  });
}

void MappingChoice::findSpread() {
  for (memref::AllocaOp op : buffers)
    if (mapping.placeOf(op) == GpuBuffer::Shared && canSpread(op))
      mapping.buffers[op] = GpuBuffer::Spread;
}

/// Whether threads of a warp that exchange results may take different ways where they belong to different grid points.
bool MappingChoice::divergesInWarp() {
  auto mayDiverge = [](Operation *op) {
    auto loop = dyn_cast<scf::ForOp>(op);
    return !loop || !getConstantIntValue(loop.getLowerBound()) || !getConstantIntValue(loop.getUpperBound());
  };
  return llvm::any_of(generics, [&](linalg::GenericOp op) {
    for (Operation *parent = op->getParentOp(); mapping.exchanges(op) && parent != forall;
         parent = parent->getParentOp())
      if (mayDiverge(parent))
        return true;
    return false;
  });
}

/// Whether anything reads or writes the buffer: of others, generics take a size alone.
bool isAccessed(memref::AllocaOp buffer) {
  return llvm::any_of(buffer->getUses(), [](OpOperand &use) {
    auto op = dyn_cast<linalg::GenericOp>(use.getOwner());
    return !op || op.isDpsInit(&use) || !op.getMatchingBlockArgument(&use).use_empty();
  });
}

/// Several grid points fill a block, if they share nothing in it, unless there are too few for all of a GPU.
void MappingChoice::choosePoints() {
  bool shares = llvm::any_of(
      buffers, [&](memref::AllocaOp op) { return mapping.placeOf(op) == GpuBuffer::Shared && isAccessed(op); });
  int64_t unit = 1; // of points: an exchange takes whole warps
  if (exchanges() && mapping.threads < gpuWarp) {
    unit = gpuWarp / mapping.threads;
    if (shares || gridPoints % unit || divergesInWarp()) {
      mapping.threads = gpuWarp;
      unit = 1;
    }
  }
  int64_t most = gpuMaxThreads / mapping.threads;
  if (shares || (exchanges() && mapping.threads > gpuWarp))
    most = 1;
  int64_t fewest = llvm::divideCeil(2 * gpuWarp, mapping.threads);
  int64_t points = std::min({most, std::max(fewest, gridPoints / manyBlocks), gridPoints});
  mapping.points = std::max<int64_t>(points / unit * unit, unit);
  for (int64_t even = mapping.points; even > mapping.points / 2; even -= unit)
    if (gridPoints % even == 0) { // no block is left with fewer
      mapping.points = even;
      break;
    }
  if (mapping.points == 1)
    mapping.setOnePoint();
}

} // namespace

GpuMapping chooseGpuMapping(scf::ForallOp forall, int64_t gridPoints) {
  return MappingChoice(forall, gridPoints).choose();
}

} // namespace dpsims
