// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Cuda/GpuGenerics.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;

namespace dpsims {

bool isReduction(linalg::GenericOp op, unsigned dim) {
  return op.getIteratorTypesArray()[dim] == utils::IteratorType::reduction;
}

int64_t lastSize(linalg::GenericOp op) { return op.getNumLoops() ? op.getStaticLoopRanges().back() : 1; }

bool reducesLast(linalg::GenericOp op) { return op.getNumLoops() > 0 && isReduction(op, lastDim(op)); }

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

bool followsLast(linalg::GenericOp op, OpOperand *operand) {
  AffineMap map = op.getMatchingIndexingMap(operand);
  return map.getNumResults() > 0 && op.getNumLoops() > 0 &&
         map.getResults().back() == getAffineDimExpr(lastDim(op), op.getContext());
}

Operation *combinerOf(linalg::GenericOp op, OpOperand *output) {
  SmallVector<Operation *> combiners;
  unsigned number = output->getOperandNumber() - op.getNumDpsInputs();
  if (!matchReduction(op.getRegionOutputArgs(), number, combiners) || combiners.size() != 1)
    return nullptr;
  return arith::getNeutralElement(combiners.front()) ? combiners.front() : nullptr;
}

LogicalResult verifyGeneric(linalg::GenericOp op) {
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (AffineExpr expr : map.getResults())
      if (!isa<AffineDimExpr, AffineConstantExpr>(expr))
        return op.emitOpError("in a kernel must index by plain dimensions, not by ") << AffineMapAttr::get(map);
  }
  for (OpOperand &output : op.getDpsInitsMutable()) {
    if (!isAccumulated(op, &output) || !reducesLast(op))
      continue;
    if (getElementTypeOrSelf(output.get().getType()).getIntOrFloatBitWidth() != 32)
      return op.emitOpError("reduces its last dimension to a type without 32 bits");
  }
  return success();
}

Value memoryOf(Value view) {
  while (auto op = view.getDefiningOp<ViewLikeOpInterface>())
    view = op.getViewSource();
  return view;
}

bool isDisjoint(BlockArgument argument) {
  auto func = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  return func && func.getArgAttr(argument.getArgNumber(), "dpsims.disjoint");
}

bool isWritten(BlockArgument argument) {
  WalkResult walked = argument.getOwner()->walk([&](Operation *op) {
    if (auto store = dyn_cast<memref::StoreOp>(op); store && memoryOf(store.getMemRef()) == argument)
      return WalkResult::interrupt();
    if (auto generic = dyn_cast<linalg::GenericOp>(op))
      if (llvm::is_contained(llvm::map_range(generic.getDpsInits(), memoryOf), argument))
        return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return walked.wasInterrupted();
}

} // namespace dpsims
