// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the threads of a block must wait for one another.

#include "dialect/Dialect.h"
#include "passes/Cuda/GpuGenerics.h"
#include "passes/Cuda/GpuMapping.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;

namespace dpsims {

namespace {

/// The thread that touches an element: any, thread 0, or that of the element's place along the last dimension.
enum class Owner { Any, First, Spread };

/// Elements along a last dimension: those of `memory`, counted from `offset`, `vector` at a time. Of two views with
/// equal ones, elements in one place belong to one thread.
struct Lanes {
  Value memory;
  int64_t vector = 1, offset = 0;

  bool operator==(const Lanes &other) const {
    return memory == other.memory && vector == other.vector && offset == other.offset;
  }
};

Lanes lanesOf(Value view, int64_t vector) {
  Lanes lanes{view, vector};
  while (auto op = lanes.memory.getDefiningOp<memref::SubViewOp>()) {
    unsigned last = op.getSourceType().getRank() - 1;
    if (op.getDroppedDims().test(last) || op.isDynamicOffset(last) || op.isDynamicStride(last) ||
        op.getStaticStride(last) != 1)
      break;
    lanes.offset += op.getStaticOffset(last);
    lanes.memory = op.getSource();
  }
  return lanes;
}

struct Access {
  Value root; // a private buffer or an argument that shares no memory; null: any other argument
  Lanes lanes;
  Owner owner;
  bool write;

  bool operator==(const Access &other) const {
    return root == other.root && lanes == other.lanes && owner == other.owner && write == other.write;
  }
};

using Accesses = SmallVector<Access>;

bool conflict(const Access &a, const Access &b) {
  if (a.root != b.root || !(a.write || b.write))
    return false;
  if (a.owner == Owner::First && b.owner == Owner::First)
    return false;
  return !(a.owner == Owner::Spread && b.owner == Owner::Spread && a.lanes == b.lanes);
}

bool conflict(const Accesses &a, const Accesses &b) {
  return llvm::any_of(
      a, [&](const Access &x) { return llvm::any_of(b, [&](const Access &y) { return conflict(x, y); }); });
}

void merge(Accesses &into, const Accesses &from) {
  for (const Access &access : from)
    if (!llvm::is_contained(into, access))
      into.push_back(access);
}

/// Follows the order of execution with the accesses since the last barrier. Control flow of a kernel with barriers is
/// uniform, so that they may be anywhere in it.
class BarrierSearch {
public:
  BarrierSearch(scf::ForallOp forall, const GpuMapping &mapping, SmallVectorImpl<Operation *> &barriers)
      : mapping(mapping), exchange(forall.getInductionVar(0)), barriers(barriers) {}

  LogicalResult run(Block &block, Accesses &pending);

private:
  LogicalResult runLoop(scf::ForOp loop, Accesses &pending);
  LogicalResult runIf(scf::IfOp op, Accesses &pending);
  void runAccess(Operation *op, Accesses &pending);
  Accesses accessesOf(Operation *op);
  void add(Accesses &accesses, Value view, Owner owner, bool write, int64_t vector = 1);
  Owner ownerOf(linalg::GenericOp op, OpOperand &operand);

  const GpuMapping &mapping;
  Value exchange; // stands for the memory through which warps reduce
  SmallVectorImpl<Operation *> &barriers;
};

void BarrierSearch::add(Accesses &accesses, Value view, Owner owner, bool write, int64_t vector) {
  Value root = memoryOf(view);
  if (mapping.isPrivate(root))
    return;
  if (isa<BlockArgument>(root) && !isDisjoint(cast<BlockArgument>(root)))
    root = Value();
  accesses.push_back({root, lanesOf(view, vector), owner, write});
}

Owner BarrierSearch::ownerOf(linalg::GenericOp op, OpOperand &operand) {
  auto [mode, vector, lanes] = mapping.generics.lookup(op);
  int64_t size = lastSize(op);
  bool one = !ShapedType::isDynamic(size) && size <= vector; // all elements are thread 0's
  bool output = op.isDpsInit(&operand), accumulated = output && isAccumulated(op, &operand);
  switch (mode) {
  case GpuMode::First:
    return Owner::First;
  case GpuMode::Uniform:
    return Owner::Any;
  case GpuMode::Spread:
    return one ? Owner::First : followsLast(op, &operand) ? Owner::Spread : Owner::Any;
  case GpuMode::ReduceRows:
    return !output ? Owner::Any : one ? Owner::First : Owner::Spread;
  case GpuMode::ReduceLast:
    return accumulated ? Owner::First : followsLast(op, &operand) ? Owner::Spread : Owner::Any;
  }
  llvm_unreachable("all modes are above");
}

Accesses BarrierSearch::accessesOf(Operation *op) {
  Accesses accesses;
  if (auto load = dyn_cast<memref::LoadOp>(op))
    add(accesses, load.getMemRef(), Owner::Any, false);
  if (auto store = dyn_cast<memref::StoreOp>(op))
    add(accesses, store.getMemRef(), Owner::First, true);
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (!generic)
    return accesses;
  for (OpOperand &operand : generic->getOpOperands())
    if (isa<MemRefType>(operand.get().getType()) &&
        (generic.isDpsInit(&operand) || !generic.getMatchingBlockArgument(&operand).use_empty()))
      add(accesses, operand.get(), ownerOf(generic, operand), generic.isDpsInit(&operand),
          mapping.generics.lookup(op).vector);
  if (mapping.exchangesWarps(op))
    accesses.push_back({exchange, {}, Owner::Any, true});
  return accesses;
}

void BarrierSearch::runAccess(Operation *op, Accesses &pending) {
  Accesses accesses = accessesOf(op);
  bool waits = llvm::is_contained(barriers, op);
  if (!waits && conflict(pending, accesses)) {
    barriers.push_back(op);
    waits = true;
  }
  if (waits)
    pending.clear();
  if (mapping.exchangesWarps(op)) { // its own barrier comes after all reads, and before the results are stored
    pending.clear();
    llvm::erase_if(accesses, [](const Access &access) { return !access.write; });
  }
  merge(pending, accesses);
}

/// An iteration follows another: what is pending at the body's end meets the body's accesses again. A view made in the
/// loop is another one in each iteration.
LogicalResult BarrierSearch::runLoop(scf::ForOp loop, Accesses &pending) {
  Accesses inside = pending;
  if (failed(run(*loop.getBody(), inside)))
    return failure();
  Accesses again = inside;
  for (Access &access : again)
    if (access.owner == Owner::Spread && loop->isAncestor(access.lanes.memory.getParentBlock()->getParentOp()))
      access.owner = Owner::Any;
  size_t found = barriers.size();
  if (failed(run(*loop.getBody(), again)))
    return failure();
  if (barriers.size() > found) {
    barriers.resize(found);
    barriers.push_back(loop.getBody()->getTerminator());
    inside.clear();
  }
  merge(pending, inside); // the loop may run zero times
  return success();
}

LogicalResult BarrierSearch::runIf(scf::IfOp op, Accesses &pending) {
  Accesses otherwise = pending;
  if (failed(run(*op.thenBlock(), pending)) || (op.elseBlock() && failed(run(*op.elseBlock(), otherwise))))
    return failure();
  merge(pending, otherwise);
  return success();
}

LogicalResult BarrierSearch::run(Block &block, Accesses &pending) {
  for (Operation &op : block) {
    if (isa<linalg::GenericOp, memref::LoadOp, memref::StoreOp>(op)) {
      runAccess(&op, pending);
    } else if (auto loop = dyn_cast<scf::ForOp>(op)) {
      if (failed(runLoop(loop, pending)))
        return failure();
    } else if (auto branch = dyn_cast<scf::IfOp>(op)) {
      if (failed(runIf(branch, pending)))
        return failure();
    } else if (isa<LastPointOp>(op) || llvm::is_contained(barriers, &op)) { // at a loop's end
      pending.clear();
    } else if (!isa<memref::AllocaOp, scf::YieldOp, scf::InParallelOp>(op) && !isPure(&op)) {
      return op.emitOpError("cannot be in a kernel");
    }
  }
  return success();
}

} // namespace

LogicalResult findGpuBarriers(scf::ForallOp forall, const GpuMapping &mapping, SmallVectorImpl<Operation *> &barriers) {
  Accesses pending;
  return BarrierSearch(forall, mapping, barriers).run(*forall.getBody(), pending);
}

} // namespace dpsims
