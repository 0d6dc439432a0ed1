// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernel functions become gpu.func: one block a grid point, the last dimension of every linalg.generic spread over the
// block's threads. All other code of a kernel is uniform: every thread executes it, and one thread stores.
//
// Order of the work on a kernel:
//   1. its body moves into a gpu.func, the forall's indices come from the block's number;
//   2. barriers are put between accesses of memory that depend on one another (BarrierInsertion);
//   3. generics become loops, reductions over the last dimension end in a block reduction (GenericLowering);
//   4. scalar stores are left to thread 0;
//   5. private buffers become workgroup memory (ShareGpuBuffers.cpp).

#include "passes/Passes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Pass/PassManager.h"

namespace dpsims {
#define GEN_PASS_DEF_LOWERKERNELSTOGPU
#include "passes/Passes.h.inc"
} // namespace dpsims

using namespace mlir;

namespace {

constexpr int64_t kWarp = 32;
constexpr int64_t kMaxThreads = 256;
constexpr int64_t kMaxGrid = std::numeric_limits<int32_t>::max(); // gridDim.x
constexpr StringLiteral kKernelAttr = "dpsims.kernel";

//===--------------------------------------------------------------------------------------------------------------===//
// Dimensions of a generic
//===--------------------------------------------------------------------------------------------------------------===//

unsigned lastDim(linalg::GenericOp op) { return op.getNumLoops() - 1; }

bool isReduction(linalg::GenericOp op, unsigned dim) {
  return op.getIteratorTypesArray()[dim] == utils::IteratorType::reduction;
}

/// Reductions over the last dimension need the block's threads to exchange their partial results.
bool reducesAcrossThreads(linalg::GenericOp op) { return op.getNumLoops() > 0 && isReduction(op, lastDim(op)); }

/// An output that no reduction dimension indexes is accumulated; any other is stored element by element.
bool isAccumulated(linalg::GenericOp op, OpOperand *output) {
  AffineMap map = op.getMatchingIndexingMap(output);
  bool reduces = false;
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
    if (isReduction(op, dim)) {
      reduces = true;
      if (map.isFunctionOfDim(dim))
        return false;
    }
  return reduces;
}

/// Whether thread t touches exactly the elements of the operand whose last index is t modulo the number of threads.
bool isSpread(linalg::GenericOp op, OpOperand *operand) {
  AffineMap map = op.getMatchingIndexingMap(operand);
  return map.getNumResults() > 0 && op.getNumLoops() > 0 &&
         map.getResults().back() == getAffineDimExpr(lastDim(op), op.getContext());
}

/// The operation by which the payload accumulates the given output, null if it is not a single commutative one.
Operation *combinerOf(linalg::GenericOp op, unsigned output) {
  SmallVector<Operation *> combiners;
  if (!matchReduction(op.getRegionOutputArgs(), output, combiners) || combiners.size() != 1)
    return nullptr;
  return arith::getNeutralElement(combiners.front()) ? combiners.front() : nullptr;
}

LogicalResult verifyGeneric(linalg::GenericOp op) {
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!type && map.getNumResults() > 0)
      return op.emitOpError("in a kernel works on memrefs, not on ") << operand.get().getType();
    for (AffineExpr expr : map.getResults())
      if (!isa<AffineDimExpr, AffineConstantExpr>(expr))
        return op.emitOpError("in a kernel must index by plain dimensions, not by ") << AffineMapAttr::get(map);
  }
  for (OpOperand &output : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&output);
    bool accumulated = isAccumulated(op, &output);
    for (unsigned dim = 0; !accumulated && dim < op.getNumLoops(); ++dim)
      if (isReduction(op, dim) && !map.isFunctionOfDim(dim))
        return op.emitOpError("output is indexed by some of the reduction dimensions and not by others");
    unsigned number = output.getOperandNumber() - op.getNumDpsInputs();
    if (!accumulated || !reducesAcrossThreads(op))
      continue;
    if (!combinerOf(op, number))
      return op.emitOpError("reduces its last dimension by something else than one commutative operation");
    if (getElementTypeOrSelf(output.get().getType()).getIntOrFloatBitWidth() != 32)
      return op.emitOpError("reduces its last dimension to a type without 32 bits");
  }
  return success();
}

//===--------------------------------------------------------------------------------------------------------------===//
// Barriers
//===--------------------------------------------------------------------------------------------------------------===//

/// Which thread touches an element: nothing is known (Any), thread 0 alone (First), or the thread given by the last
/// index of `view` (Spread).
enum class Owner { Any, First, Spread };

struct Access {
  Value root; // the private buffer; null for the kernel's arguments, which may be views of one another
  Value view;
  Owner owner;
  bool write;

  bool operator==(const Access &other) const {
    return root == other.root && view == other.view && owner == other.owner && write == other.write;
  }
};

using Accesses = SmallVector<Access>;

bool conflict(const Access &a, const Access &b) {
  if (a.root != b.root || !(a.write || b.write))
    return false;
  if (a.owner == Owner::First && b.owner == Owner::First)
    return false;
  return !(a.owner == Owner::Spread && b.owner == Owner::Spread && a.view == b.view);
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

/// Puts a barrier before each access that depends on one of another thread since the last barrier. Control flow of a
/// kernel is uniform, so that a barrier may stand anywhere in it.
class BarrierInsertion {
public:
  /// `exchange` stands for the memory through which warps reduce; null if there is one warp.
  explicit BarrierInsertion(Value exchange) : exchange(exchange) {}

  LogicalResult run(Block &block) { return run(block, pending); }

private:
  LogicalResult run(Block &block, Accesses &pending);
  LogicalResult runLoop(scf::ForOp loop, Accesses &pending);
  LogicalResult runIf(scf::IfOp op, Accesses &pending);
  void runAccess(Operation *op, Accesses &pending);
  Accesses accessesOf(Operation *op);

  Value exchange;
  Accesses pending;
};

Value rootOf(Value view) {
  while (auto op = view.getDefiningOp<ViewLikeOpInterface>())
    view = op.getViewSource();
  return view.getDefiningOp<memref::AllocaOp>() ? view : Value();
}

void addOperands(Accesses &accesses, linalg::GenericOp op) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    bool output = op.isDpsInit(&operand);
    Owner owner = isSpread(op, &operand) ? Owner::Spread : Owner::Any;
    if (op.getNumLoops() == 0 || (output && reducesAcrossThreads(op) && isAccumulated(op, &operand)))
      owner = Owner::First;
    accesses.push_back({rootOf(operand.get()), operand.get(), owner, output});
  }
}

Accesses BarrierInsertion::accessesOf(Operation *op) {
  Accesses accesses;
  if (auto load = dyn_cast<memref::LoadOp>(op))
    accesses.push_back({rootOf(load.getMemRef()), load.getMemRef(), Owner::Any, false});
  if (auto store = dyn_cast<memref::StoreOp>(op))
    accesses.push_back({rootOf(store.getMemRef()), store.getMemRef(), Owner::First, true});
  if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
    addOperands(accesses, generic);
    if (exchange && reducesAcrossThreads(generic))
      accesses.push_back({exchange, exchange, Owner::Any, true});
  }
  return accesses;
}

void BarrierInsertion::runAccess(Operation *op, Accesses &pending) {
  Accesses accesses = accessesOf(op);
  if (conflict(pending, accesses)) {
    OpBuilder b(op);
    gpu::BarrierOp::create(b, op->getLoc());
    pending.clear();
  }
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (exchange && generic && reducesAcrossThreads(generic)) { // its own barrier comes after all but these accesses
    pending.clear();
    llvm::erase_if(accesses, [](const Access &access) { return access.owner == Owner::Spread || !access.write; });
  }
  merge(pending, accesses);
}

/// An iteration follows another: what is pending at the body's end meets the body's accesses again. A view made in the
/// loop is another one in each iteration.
LogicalResult BarrierInsertion::runLoop(scf::ForOp loop, Accesses &pending) {
  Accesses inside = pending;
  if (failed(run(*loop.getBody(), inside)))
    return failure();
  Accesses body;
  loop.getBody()->walk([&](Operation *op) { merge(body, accessesOf(op)); });
  for (Access &access : body)
    if (access.owner == Owner::Spread && loop->isAncestor(access.view.getParentBlock()->getParentOp()))
      access.owner = Owner::Any;
  if (conflict(inside, body)) {
    OpBuilder b(loop.getBody()->getTerminator());
    gpu::BarrierOp::create(b, loop.getLoc());
    inside.clear();
  }
  merge(pending, inside); // the loop may run zero times
  return success();
}

LogicalResult BarrierInsertion::runIf(scf::IfOp op, Accesses &pending) {
  Accesses otherwise = pending;
  if (failed(run(*op.thenBlock(), pending)) || (op.elseBlock() && failed(run(*op.elseBlock(), otherwise))))
    return failure();
  merge(pending, otherwise);
  return success();
}

LogicalResult BarrierInsertion::run(Block &block, Accesses &pending) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (isa<linalg::GenericOp, memref::LoadOp, memref::StoreOp>(op)) {
      runAccess(&op, pending);
    } else if (auto loop = dyn_cast<scf::ForOp>(op)) {
      if (failed(runLoop(loop, pending)))
        return failure();
    } else if (auto branch = dyn_cast<scf::IfOp>(op)) {
      if (failed(runIf(branch, pending)))
        return failure();
    } else if (!isa<memref::AllocaOp, scf::YieldOp, gpu::BarrierOp>(op) && !isPure(&op)) {
      return op.emitOpError("cannot stand in a kernel");
    }
  }
  return success();
}

//===--------------------------------------------------------------------------------------------------------------===//
// Generics
//===--------------------------------------------------------------------------------------------------------------===//

/// What the kernel's generics share.
struct KernelContext {
  gpu::GPUFuncOp func;
  int64_t threads;
  Value thread; // number in the block
  /// Exchange memory between warps, by element type and number among a generic's values of that type.
  llvm::MapVector<std::pair<Type, unsigned>, Value> exchange;

  int64_t warps() const { return threads / kWarp; }

  Value exchangeFor(Type type, unsigned number) {
    Value &buffer = exchange[{type, number}];
    if (!buffer) {
      OpBuilder b = OpBuilder::atBlockBegin(&func.getBody().front());
      buffer = memref::AllocaOp::create(b, func.getLoc(), MemRefType::get({warps()}, type));
    }
    return buffer;
  }
};

/// Opens `if (thread == 0)` and leaves the builder in it.
void createIfFirstThread(OpBuilder &b, Location loc, Value thread) {
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value first = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, thread, zero);
  auto branch = scf::IfOp::create(b, loc, first, /*withElseRegion=*/false);
  b.setInsertionPoint(branch.thenYield());
}

/// Loops of a generic, from the outside: parallel dimensions, the last dimension over the threads if it is parallel,
/// reductions (with the accumulators in registers), the last dimension over the threads if it is a reduction.
class GenericLowering {
public:
  GenericLowering(linalg::GenericOp op, KernelContext &kernel);

  void run();

private:
  Value index(int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); }
  Value size(unsigned dim);
  SmallVector<Value> indices(OpOperand *operand);
  void loops(ArrayRef<unsigned> dims, function_ref<void()> body);
  void reduceInThread();
  void reduceInBlock();
  SmallVector<Value> reductionLoops(ArrayRef<unsigned> dims, ValueRange accumulators);
  SmallVector<Value> payload(ValueRange accumulators);
  Value argument(OpOperand *operand, BlockArgument argument, ValueRange accumulators);
  Value combine(OpOperand *output, Value lhs, Value rhs);
  Value reduceWarp(OpOperand *output, Value value);
  void reduceWarps(SmallVector<Value> &values);
  unsigned outputNumber(OpOperand *output) { return output->getOperandNumber() - op.getNumDpsInputs(); }

  linalg::GenericOp op;
  KernelContext &kernel;
  OpBuilder b;
  Location loc;
  SmallVector<Value> ivs;
  SmallVector<unsigned> parallel, reductions;
  SmallVector<OpOperand *> accumulated; // outputs carried through the reduction loops
};

GenericLowering::GenericLowering(linalg::GenericOp op, KernelContext &kernel)
    : op(op), kernel(kernel), b(op), loc(op.getLoc()), ivs(op.getNumLoops()) {
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
    (isReduction(op, dim) ? reductions : parallel).push_back(dim);
  for (OpOperand &output : op.getDpsInitsMutable())
    if (isAccumulated(op, &output))
      accumulated.push_back(&output);
}

void GenericLowering::run() {
  if (op.getNumLoops() == 0) {
    createIfFirstThread(b, loc, kernel.thread);
    payload({});
  } else if (reducesAcrossThreads(op)) {
    loops(parallel, [&] { reduceInBlock(); });
  } else {
    loops(parallel, [&] { reduceInThread(); });
  }
  op.erase();
}

Value GenericLowering::size(unsigned dim) {
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    AffineMap map = op.getMatchingIndexingMap(&operand);
    auto position = map.getResultPosition(getAffineDimExpr(dim, op.getContext()));
    if (!type || !position)
      continue;
    if (!type.isDynamicDim(*position))
      return index(type.getDimSize(*position));
    return memref::DimOp::create(b, loc, operand.get(), *position);
  }
  llvm_unreachable("linalg's verifier wants every dimension in some indexing map");
}

SmallVector<Value> GenericLowering::indices(OpOperand *operand) {
  SmallVector<Value> result;
  for (AffineExpr expr : op.getMatchingIndexingMap(operand).getResults()) {
    if (auto constant = dyn_cast<AffineConstantExpr>(expr))
      result.push_back(index(constant.getValue()));
    else
      result.push_back(ivs[cast<AffineDimExpr>(expr).getPosition()]);
  }
  return result;
}

/// Parallel loops; the generic's last dimension, if among them, over the threads.
void GenericLowering::loops(ArrayRef<unsigned> dims, function_ref<void()> body) {
  if (dims.empty())
    return body();
  bool spread = dims.front() == lastDim(op);
  Value begin = spread ? kernel.thread : index(0);
  auto loop = scf::ForOp::create(b, loc, begin, size(dims.front()), index(spread ? kernel.threads : 1));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(loop.getBody()->getTerminator());
  ivs[dims.front()] = loop.getInductionVar();
  loops(dims.drop_front(), body);
}

/// Every thread has elements of its own: it starts from their values and stores them.
void GenericLowering::reduceInThread() {
  SmallVector<Value> values;
  for (OpOperand *output : accumulated)
    values.push_back(memref::LoadOp::create(b, loc, output->get(), indices(output)));
  values = reductionLoops(reductions, values);
  for (auto [output, value] : llvm::zip_equal(accumulated, values))
    memref::StoreOp::create(b, loc, value, output->get(), indices(output));
}

/// Every thread has a part of the sums: it starts from zeros; thread 0 adds the total to what was there.
void GenericLowering::reduceInBlock() {
  SmallVector<Value> values;
  for (OpOperand *output : accumulated)
    values.push_back(
        arith::ConstantOp::create(b, loc, *arith::getNeutralElement(combinerOf(op, outputNumber(output)))));
  values = reductionLoops(reductions, values);
  for (auto [output, value] : llvm::zip_equal(accumulated, values))
    value = reduceWarp(output, value);
  if (kernel.warps() > 1)
    reduceWarps(values);
  {
    OpBuilder::InsertionGuard guard(b);
    createIfFirstThread(b, loc, kernel.thread);
    for (auto [output, value] : llvm::zip_equal(accumulated, values)) {
      Value start = memref::LoadOp::create(b, loc, output->get(), indices(output));
      memref::StoreOp::create(b, loc, combine(output, start, value), output->get(), indices(output));
    }
  }
  if (kernel.warps() > 1 && !parallel.empty()) // the next iteration writes the exchange memory again
    gpu::BarrierOp::create(b, loc);
}

SmallVector<Value> GenericLowering::reductionLoops(ArrayRef<unsigned> dims, ValueRange accumulators) {
  if (dims.empty())
    return payload(accumulators);
  bool spread = dims.front() == lastDim(op);
  Value begin = spread ? kernel.thread : index(0);
  Value step = index(spread ? kernel.threads : 1);
  auto loop = scf::ForOp::create(b, loc, begin, size(dims.front()), step, accumulators);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  ivs[dims.front()] = loop.getInductionVar();
  SmallVector<Value> next = reductionLoops(dims.drop_front(), loop.getRegionIterArgs());
  if (!accumulators.empty()) // without, the builder has made the yield
    scf::YieldOp::create(b, loc, next);
  return loop.getResults();
}

Value GenericLowering::argument(OpOperand *operand, BlockArgument argument, ValueRange accumulators) {
  auto carried = llvm::find(accumulated, operand);
  if (carried != accumulated.end())
    return accumulators[carried - accumulated.begin()];
  if (argument.use_empty())
    return Value();
  if (!isa<MemRefType>(operand->get().getType()))
    return operand->get();
  return memref::LoadOp::create(b, loc, operand->get(), indices(operand));
}

/// One element: stores the outputs that are not accumulated, returns the new values of those that are.
SmallVector<Value> GenericLowering::payload(ValueRange accumulators) {
  IRMapping mapping;
  for (OpOperand &operand : op->getOpOperands()) {
    BlockArgument formal = op.getMatchingBlockArgument(&operand);
    if (Value value = argument(&operand, formal, accumulators))
      mapping.map(formal, value);
  }
  for (Operation &inner : op.getBody()->without_terminator()) {
    if (auto number = dyn_cast<linalg::IndexOp>(inner))
      mapping.map(number.getResult(), ivs[number.getDim()]);
    else
      b.clone(inner, mapping);
  }
  SmallVector<Value> next;
  for (OpOperand &output : op.getDpsInitsMutable()) {
    Value value = mapping.lookupOrDefault(op.getBody()->getTerminator()->getOperand(outputNumber(&output)));
    if (llvm::is_contained(accumulated, &output))
      next.push_back(value);
    else
      memref::StoreOp::create(b, loc, value, output.get(), indices(&output));
  }
  return next;
}

Value GenericLowering::combine(OpOperand *output, Value lhs, Value rhs) {
  Operation *combiner = combinerOf(op, outputNumber(output));
  IRMapping mapping;
  mapping.map(combiner->getOperand(0), lhs);
  mapping.map(combiner->getOperand(1), rhs);
  return b.clone(*combiner, mapping)->getResult(0);
}

/// A butterfly: all lanes get the same bits, since the operation is commutative.
Value GenericLowering::reduceWarp(OpOperand *output, Value value) {
  for (int32_t offset = kWarp / 2; offset > 0; offset /= 2) {
    auto other = gpu::ShuffleOp::create(b, loc, value, offset, kWarp, gpu::ShuffleMode::XOR);
    value = combine(output, value, other.getShuffleResult());
  }
  return value;
}

/// Lane 0 of each warp leaves the warp's value in exchange memory; every thread combines them in the same order.
void GenericLowering::reduceWarps(SmallVector<Value> &values) {
  SmallVector<Value> buffers;
  DenseMap<Type, unsigned> count;
  for (Value value : values)
    buffers.push_back(kernel.exchangeFor(value.getType(), count[value.getType()]++));
  {
    OpBuilder::InsertionGuard guard(b);
    Value lane = arith::RemUIOp::create(b, loc, kernel.thread, index(kWarp));
    Value warp = arith::DivUIOp::create(b, loc, kernel.thread, index(kWarp));
    createIfFirstThread(b, loc, lane);
    for (auto [value, buffer] : llvm::zip_equal(values, buffers))
      memref::StoreOp::create(b, loc, value, buffer, warp);
  }
  gpu::BarrierOp::create(b, loc);
  for (auto [output, value, buffer] : llvm::zip_equal(accumulated, values, buffers)) {
    value = memref::LoadOp::create(b, loc, buffer, index(0));
    for (int64_t warp = 1; warp < kernel.warps(); ++warp)
      value = combine(output, value, memref::LoadOp::create(b, loc, buffer, index(warp)));
  }
}

//===--------------------------------------------------------------------------------------------------------------===//
// Kernels
//===--------------------------------------------------------------------------------------------------------------===//

/// As many threads as the widest last dimension has elements, in whole warps, within limits.
int64_t chooseThreads(func::FuncOp func) {
  int64_t widest = 1;
  func.walk([&](linalg::GenericOp op) {
    int64_t size = op.getNumLoops() ? op.getStaticLoopRanges().back() : 1;
    widest = std::max(widest, ShapedType::isDynamic(size) ? kMaxThreads : size);
  });
  return std::clamp(llvm::alignTo(widest, kWarp), uint64_t(kWarp), uint64_t(kMaxThreads));
}

struct Grid {
  SmallVector<int64_t> sizes;
  int64_t points = 1;
};

LogicalResult gridOf(scf::ForallOp forall, Grid &grid) {
  if (!forall.getOutputs().empty() || ShapedType::isDynamicShape(forall.getStaticLowerBound()) ||
      ShapedType::isDynamicShape(forall.getStaticUpperBound()) || ShapedType::isDynamicShape(forall.getStaticStep()))
    return forall.emitOpError("of a kernel must have a static grid and no results");
  for (auto [lower, upper, step] :
       llvm::zip_equal(forall.getStaticLowerBound(), forall.getStaticUpperBound(), forall.getStaticStep())) {
    grid.sizes.push_back(std::max<int64_t>(llvm::divideCeilSigned(upper - lower, step), 0));
    if (llvm::MulOverflow(grid.points, grid.sizes.back(), grid.points) || grid.points > kMaxGrid)
      return forall.emitOpError("grid has more than ") << kMaxGrid << " points, the most that CUDA launches";
  }
  if (grid.points == 0)
    return forall.emitOpError("grid is empty");
  return success();
}

FailureOr<scf::ForallOp> onlyForall(func::FuncOp func) {
  scf::ForallOp found;
  if (func.isExternal() || !func.getBody().hasOneBlock())
    return func.emitOpError("is no kernel: its body must be one scf.forall");
  for (Operation &op : func.getBody().front().without_terminator()) {
    auto forall = dyn_cast<scf::ForallOp>(op);
    if ((forall && found) || (!forall && !isPure(&op)))
      return op.emitOpError("cannot stand in a kernel beside its scf.forall");
    found = forall ? forall : found;
  }
  if (!found)
    return func.emitOpError("is no kernel: its body must be one scf.forall");
  return found;
}

LogicalResult verifyArguments(func::FuncOp func) {
  for (Type type : func.getArgumentTypes()) {
    auto memref = dyn_cast<MemRefType>(type);
    if (!memref || !memref.hasStaticShape() || !memref.getLayout().isIdentity())
      return func.emitOpError("is no kernel: argument of type ") << type << ", not a static contiguous memref";
  }
  return success();
}

class KernelLowering {
public:
  KernelLowering(func::FuncOp func, gpu::GPUModuleOp module) : source(func), module(module) {}

  LogicalResult run();

private:
  LogicalResult createFunc();
  void moveBody(scf::ForallOp forall, const Grid &grid);

  func::FuncOp source;
  gpu::GPUModuleOp module;
  KernelContext kernel;
};

LogicalResult KernelLowering::run() {
  if (failed(verifyArguments(source)) || failed(createFunc()))
    return failure();
  SmallVector<linalg::GenericOp> generics;
  SmallVector<memref::StoreOp> stores;
  kernel.func.walk([&](linalg::GenericOp op) { generics.push_back(op); });
  kernel.func.walk([&](memref::StoreOp op) { stores.push_back(op); });
  if (llvm::any_of(generics, [](linalg::GenericOp op) { return failed(verifyGeneric(op)); }))
    return failure();

  Value exchange = kernel.warps() > 1 ? kernel.thread : Value();
  if (failed(BarrierInsertion(exchange).run(kernel.func.getBody().front())))
    return failure();
  for (linalg::GenericOp op : generics)
    GenericLowering(op, kernel).run();
  for (memref::StoreOp store : stores) {
    OpBuilder b(store);
    createIfFirstThread(b, store.getLoc(), kernel.thread);
    store->moveBefore(b.getInsertionBlock(), b.getInsertionPoint());
  }
  return success();
}

LogicalResult KernelLowering::createFunc() {
  FailureOr<scf::ForallOp> forall = onlyForall(source);
  Grid grid;
  if (failed(forall) || failed(gridOf(*forall, grid)))
    return failure();
  kernel.threads = chooseThreads(source);
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  kernel.func = gpu::GPUFuncOp::create(b, source.getLoc(), source.getName(), source.getFunctionType());
  kernel.func->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  kernel.func.setKnownBlockSize(ArrayRef<int32_t>{int32_t(kernel.threads), 1, 1});
  kernel.func.setKnownGridSize(ArrayRef<int32_t>{int32_t(grid.points), 1, 1});
  moveBody(*forall, grid);
  source.erase();
  return success();
}

void KernelLowering::moveBody(scf::ForallOp forall, const Grid &grid) {
  Block &from = source.getBody().front();
  Block &to = kernel.func.getBody().front();
  Location loc = forall.getLoc();
  OpBuilder b = OpBuilder::atBlockBegin(&to);
  kernel.thread = gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x, b.getIndexAttr(kernel.threads));
  Value rest = gpu::BlockIdOp::create(b, loc, gpu::Dimension::x, b.getIndexAttr(grid.points));
  auto constant = [&](int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); };
  for (unsigned dim = grid.sizes.size(); dim-- > 0;) {
    Value point = dim ? arith::RemUIOp::create(b, loc, rest, constant(grid.sizes[dim])).getResult() : rest;
    if (dim)
      rest = arith::DivUIOp::create(b, loc, rest, constant(grid.sizes[dim]));
    if (forall.getStaticStep()[dim] != 1)
      point = arith::MulIOp::create(b, loc, point, constant(forall.getStaticStep()[dim]));
    if (forall.getStaticLowerBound()[dim] != 0)
      point = arith::AddIOp::create(b, loc, point, constant(forall.getStaticLowerBound()[dim]));
    forall.getInductionVar(dim).replaceAllUsesWith(point);
  }
  gpu::ReturnOp::create(b, loc);
  Operation *end = to.getTerminator();
  for (auto [oldArgument, newArgument] : llvm::zip_first(from.getArguments(), to.getArguments()))
    oldArgument.replaceAllUsesWith(newArgument);
  forall.getBody()->getTerminator()->erase();
  for (Operation &op : llvm::make_early_inc_range(from.without_terminator()))
    if (&op != forall)
      op.moveBefore(end);
  for (Operation &op : llvm::make_early_inc_range(*forall.getBody()))
    op.moveBefore(end);
}

struct LowerKernelsToGpu : dpsims::impl::LowerKernelsToGpuBase<LowerKernelsToGpu> {
  void runOnOperation() override {
    SmallVector<func::FuncOp> kernels;
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (func->hasAttr(kKernelAttr))
        kernels.push_back(func);
    if (kernels.empty())
      return;
    OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
    auto module = gpu::GPUModuleOp::create(b, getOperation().getLoc(), "kernels");
    getOperation()->setAttr(gpu::GPUDialect::getContainerModuleAttrName(), b.getUnitAttr());
    for (func::FuncOp func : kernels)
      if (failed(KernelLowering(func, module).run()))
        return signalPassFailure();
    OpPassManager buffers(gpu::GPUModuleOp::getOperationName());
    buffers.addNestedPass<gpu::GPUFuncOp>(dpsims::createShareGpuBuffers());
    if (failed(runPipeline(buffers, module)))
      return signalPassFailure();
  }
};

} // namespace
