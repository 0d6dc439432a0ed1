// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Cuda/GpuGenericLowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace dpsims {

//===-- The kernel ------------------------------------------------------------------------------------------------===//

GpuKernelContext::GpuKernelContext(gpu::GPUFuncOp func, const GpuMapping &mapping, Value thread)
    : mapping(mapping), thread(thread), func(func) {
  auto space = gpu::AddressSpaceAttr::get(func.getContext(), gpu::AddressSpace::Private);
  func.walk([&](memref::AllocaOp op) {
    if (!mapping.isPrivate(op))
      return;
    int64_t elements = 1;
    for (Operation *user : op->getUsers())
      elements = std::max(elements, mapping.generics.lookup(user).vector);
    ArrayRef<int64_t> shape = isSpread(op) ? ArrayRef(elements) : op.getType().getShape();
    auto type = MemRefType::get(shape, op.getType().getElementType(), AffineMap(), space);
    privates[op] = func.addPrivateAttribution(type, op.getLoc());
  });
}

Value GpuKernelContext::exchange(Type type, int64_t size, unsigned number) {
  Value &buffer = exchanges[{type, size, number}];
  if (!buffer) {
    OpBuilder b = OpBuilder::atBlockBegin(&func.getBody().front());
    buffer = memref::AllocaOp::create(b, func.getLoc(), MemRefType::get({size}, type));
  }
  return buffer;
}

void createIfFirstThread(OpBuilder &b, Location loc, Value thread) {
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value first = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, thread, zero);
  auto branch = scf::IfOp::create(b, loc, first, /*withElseRegion=*/false);
  b.setInsertionPoint(branch.thenYield());
}

void lowerScalarAccess(Operation *op, GpuKernelContext &kernel) {
  OpBuilder b(op);
  auto store = dyn_cast<memref::StoreOp>(op);
  Value memory = store ? store.getMemRef() : cast<memref::LoadOp>(op).getMemRef();
  if (kernel.isCopied(memory)) {
    op->replaceUsesOfWith(memory, kernel.memoryOf(memory));
  } else if (store) {
    createIfFirstThread(b, op->getLoc(), kernel.thread);
    op->moveBefore(b.getInsertionBlock(), b.getInsertionPoint());
  }
}

//===-- The generic -----------------------------------------------------------------------------------------------===//

GpuGenericLowering::GpuGenericLowering(linalg::GenericOp op, GpuKernelContext &kernel)
    : op(op), kernel(kernel), layout(kernel.mapping.generics.lookup(op)), threads(kernel.mapping.threads),
      vector(lastSize(op) == 1 ? 1 : layout.vector), b(op), loc(op.getLoc()), counters(op.getNumLoops()), elements(1) {
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
    if (isReduction(op, dim))
      reductions.push_back(dim);
    else if (dim != lastDim(op))
      outer.push_back(dim);
  for (OpOperand &output : op.getDpsInitsMutable())
    if (isAccumulated(op, &output))
      accumulated.push_back(&output);
}

void GpuGenericLowering::run() {
  switch (layout.mode) {
  case GpuMode::First:
    createIfFirstThread(b, loc, kernel.thread);
    reduceInThread();
    break;
  case GpuMode::Uniform:
    if (op.getNumLoops() > 0)
      outer.push_back(lastDim(op));
    loops(outer, [&] { reduceInThread(); });
    break;
  case GpuMode::Spread:
    loops(outer, [&] {
      spread({}, [&](ValueRange) {
        reduceInThread();
        return Values();
      });
    });
    break;
  case GpuMode::ReduceRows:
    loops(outer, [&] { reduceRows(); });
    break;
  case GpuMode::ReduceLast:
    loops(outer, [&] { reduceLast(); });
    break;
  }
  op.erase();
}

//===-- Elements --------------------------------------------------------------------------------------------------===//

Value GpuGenericLowering::index(int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); }

Value GpuGenericLowering::size(unsigned dim) {
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
  llvm_unreachable("linalg's verifier expects every dimension in some indexing map");
}

void GpuGenericLowering::setElements(Value first, int64_t count) {
  elements = {first};
  for (int64_t i = 1; i < count; ++i)
    elements.push_back(arith::AddIOp::create(b, loc, first, index(i)));
}

GpuGenericLowering::Values GpuGenericLowering::indices(OpOperand *operand, unsigned element) {
  if (kernel.isSpread(operand->get()))
    return {index(element)};
  Values result;
  for (AffineExpr expr : op.getMatchingIndexingMap(operand).getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim)
      result.push_back(index(cast<AffineConstantExpr>(expr).getValue()));
    else if (dim.getPosition() == lastDim(op) && elements[element])
      result.push_back(elements[element]);
    else
      result.push_back(counters[dim.getPosition()]);
  }
  return result;
}

Value GpuGenericLowering::load(OpOperand *operand, unsigned element) {
  return memref::LoadOp::create(b, loc, kernel.memoryOf(operand->get()), indices(operand, element));
}

void GpuGenericLowering::store(Value value, OpOperand *operand, unsigned element) {
  memref::StoreOp::create(b, loc, value, kernel.memoryOf(operand->get()), indices(operand, element));
}

//===-- Loops -----------------------------------------------------------------------------------------------------===//

void GpuGenericLowering::loops(ArrayRef<unsigned> dims, llvm::function_ref<void()> body) {
  if (dims.empty())
    return body();
  auto loop = scf::ForOp::create(b, loc, index(0), size(dims.front()), index(1));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(loop.getBody()->getTerminator());
  counters[dims.front()] = loop.getInductionVar();
  loops(dims.drop_front(), body);
}

GpuGenericLowering::Values GpuGenericLowering::strided(Value begin, int64_t step, unsigned dim, ValueRange init,
                                                       llvm::function_ref<Values(Value, ValueRange)> body) {
  int64_t known = op.getStaticLoopRanges()[dim];
  if (known == step)
    return body(begin, init);
  OpBuilder::InsertionGuard guard(b);
  if (!ShapedType::isDynamic(known) && known < step) {
    Value inside = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, begin, index(known));
    auto branch = scf::IfOp::create(b, loc, init.getTypes(), inside, /*addThenBlock=*/true, !init.empty());
    b.setInsertionPointToStart(branch.thenBlock());
    scf::YieldOp::create(b, loc, body(begin, init));
    if (!init.empty()) {
      b.setInsertionPointToStart(branch.elseBlock());
      scf::YieldOp::create(b, loc, init);
    }
    return branch.getResults();
  }
  auto loop = scf::ForOp::create(b, loc, begin, size(dim), index(step), init);
  b.setInsertionPointToStart(loop.getBody());
  Values next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!init.empty()) // without, the builder has made the yield
    scf::YieldOp::create(b, loc, next);
  return loop.getResults();
}

GpuGenericLowering::Values GpuGenericLowering::spread(ValueRange init, llvm::function_ref<Values(ValueRange)> body) {
  Value begin = arith::MulIOp::create(b, loc, kernel.thread, index(vector));
  return strided(begin, threads * vector, lastDim(op), init, [&](Value first, ValueRange values) {
    setElements(first, vector);
    return body(values);
  });
}

//===-- The payload -----------------------------------------------------------------------------------------------===//

/// Everything is read before anything is written: neighboring elements become one access.
SmallVector<GpuGenericLowering::Values> GpuGenericLowering::loadArguments() {
  SmallVector<Values> loaded(elements.size(), Values(op->getNumOperands()));
  for (OpOperand &operand : op->getOpOperands()) {
    unsigned number = operand.getOperandNumber();
    if (llvm::is_contained(accumulated, &operand) || op.getMatchingBlockArgument(&operand).use_empty())
      continue;
    bool same = op.getNumLoops() == 0 || !op.getMatchingIndexingMap(&operand).isFunctionOfDim(lastDim(op));
    for (unsigned element = 0; element < elements.size(); ++element)
      if (!isa<MemRefType>(operand.get().getType()))
        loaded[element][number] = operand.get();
      else
        loaded[element][number] = same && element > 0 ? loaded[0][number] : load(&operand, element);
  }
  return loaded;
}

/// The values of all outputs.
GpuGenericLowering::Values GpuGenericLowering::compute(unsigned element, ArrayRef<Value> arguments,
                                                       ValueRange accumulators) {
  IRMapping mapping;
  for (OpOperand &operand : op->getOpOperands())
    if (Value value = arguments[operand.getOperandNumber()])
      mapping.map(op.getMatchingBlockArgument(&operand), value);
  for (auto [output, value] : llvm::zip_equal(accumulated, accumulators))
    mapping.map(op.getMatchingBlockArgument(output), value);
  for (Operation &inner : op.getBody()->without_terminator()) {
    auto number = dyn_cast<linalg::IndexOp>(inner);
    if (!number)
      b.clone(inner, mapping);
    else if (number.getDim() == lastDim(op) && elements[element])
      mapping.map(number.getResult(), elements[element]);
    else
      mapping.map(number.getResult(), counters[number.getDim()]);
  }
  return llvm::map_to_vector(op.getBody()->getTerminator()->getOperands(),
                             [&](Value value) { return mapping.lookupOrDefault(value); });
}

GpuGenericLowering::Values GpuGenericLowering::payload(ValueRange accumulators) {
  size_t width = accumulated.size();
  bool chained = accumulators.size() == width; // or each element has its own
  SmallVector<Values> arguments = loadArguments(), results;
  Values next;
  for (unsigned element = 0; element < elements.size(); ++element) {
    Values given = !chained       ? Values(accumulators.slice(element * width, width))
                   : next.empty() ? Values(accumulators)
                                  : std::exchange(next, {});
    results.push_back(compute(element, arguments[element], given));
    for (OpOperand *output : accumulated)
      next.push_back(results.back()[output->getOperandNumber() - op.getNumDpsInputs()]);
  }
  for (unsigned element = 0; element < elements.size(); ++element)
    for (OpOperand &output : op.getDpsInitsMutable())
      if (!llvm::is_contained(accumulated, &output))
        store(results[element][output.getOperandNumber() - op.getNumDpsInputs()], &output, element);
  return next;
}

} // namespace dpsims
