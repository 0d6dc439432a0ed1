// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Kernels/KernelForm.h"

#include "dialect/Dialect.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace dpsims {

namespace {

constexpr StringLiteral elementTypes = "f32, bf16, f16, i32, i16 or i8";

bool isElementType(Type type) {
  return type.isF32() || isNarrowFloat(type) || type.isInteger(32) || type.isInteger(16) || type.isInteger(8);
}

bool isSupportedMath(Operation *op) {
  return isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp, math::ErfOp, math::ExpOp, math::ExpM1Op,
             math::FloorOp, math::FmaOp, math::LogOp, math::Log1pOp, math::RoundOp, math::RoundEvenOp, math::RsqrtOp,
             math::SqrtOp, math::TanhOp, math::TruncOp>(op);
}

// Floats of 16 bits are only converted; of the bits of one lower-narrow-floats makes those of an f16 itself.
bool hasSupportedFloats(Operation *op) {
  SmallVector<Type> types(op->getOperandTypes());
  llvm::append_range(types, op->getResultTypes());
  if (llvm::any_of(types, [](Type type) { return isa<FloatType>(type) && !isElementType(type); }))
    return false;
  if (isa<arith::BitcastOp>(op))
    return llvm::none_of(types, [](Type type) { return type.isBF16(); });
  return isa<arith::ExtFOp, arith::TruncFOp, arith::ConstantOp>(op) || llvm::none_of(types, isNarrowFloat);
}

// Scalar computation that has a vector form and needs no library.
bool isSupportedArithmetic(Operation *op) {
  if (!hasSupportedFloats(op))
    return false;
  if (isSupportedMath(op))
    return true;
  return isa<arith::ArithDialect>(op->getDialect()) && !isa<arith::RemFOp>(op) && op->getNumResults() == 1 &&
         op->getResult(0).getType().isIntOrIndexOrFloat();
}

LogicalResult checkSignature(func::FuncOp func) {
  if (!func.getBody().hasOneBlock() || func.getNumResults() != 0)
    return func.emitOpError("is not a kernel: it must have one block and no results");
  for (auto [i, type] : llvm::enumerate(func.getArgumentTypes())) {
    auto memref = dyn_cast<MemRefType>(type);
    if (!memref || !memref.hasStaticShape() || !memref.getLayout().isIdentity() ||
        !isElementType(memref.getElementType()))
      return func.emitOpError("argument ")
             << i << " of a kernel must be a static contiguous memref of " << elementTypes << ", but is " << type;
  }
  return success();
}

LogicalResult checkAlloca(memref::AllocaOp alloca) {
  if (!alloca.getType().hasStaticShape() || !alloca.getType().getLayout().isIdentity())
    return alloca.emitOpError("in a kernel must have a static contiguous type");
  return success();
}

// The affine.apply, loops and memory ops that may be in a forall beside linalg.generic.
bool isSupportedStatement(Operation *op) {
  return isa<affine::AffineApplyOp, memref::SubViewOp, memref::ReinterpretCastOp, memref::LoadOp, memref::StoreOp,
             memref::AllocaOp, scf::ForOp, scf::IfOp, scf::YieldOp, scf::InParallelOp, linalg::GenericOp, LastPointOp>(
             op) ||
         isSupportedArithmetic(op);
}

LogicalResult checkBody(scf::ForallOp forall) {
  WalkResult result = forall.getBody()->walk<WalkOrder::PreOrder>([](Operation *op) {
    if (!isSupportedStatement(op))
      return (void)op->emitOpError("is not supported in a kernel"), WalkResult::interrupt();
    if (auto alloca = dyn_cast<memref::AllocaOp>(op); alloca && failed(checkAlloca(alloca)))
      return WalkResult::interrupt();
    return isa<linalg::GenericOp>(op) ? WalkResult::skip() : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

//===----------------------------------------------------------------------===//
// linalg.generic
//===----------------------------------------------------------------------===//

LogicalResult checkOperands(linalg::GenericOp op) {
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type || !isElementType(type.getElementType()))
      return op.emitOpError("operand ") << operand.getOperandNumber() << " must be a memref of " << elementTypes;
  }
  return success();
}

// An output depends on every parallel dimension, otherwise points would write the same element, and on no other.
LogicalResult checkOutputs(linalg::GenericOp op) {
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  for (OpOperand &output : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&output);
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
      return op.emitOpError("output map must be a projected permutation, but is ") << AffineMapAttr::get(map);
    for (auto [i, type] : llvm::enumerate(iterators))
      if (sizes[i] != 1 && map.isFunctionOfDim(i) != linalg::isParallelIterator(type))
        return op.emitOpError("output map must use all parallel dimensions and no reduction, but is ")
               << AffineMapAttr::get(map);
  }
  return success();
}

LogicalResult checkPayload(linalg::GenericOp op) {
  for (Operation &inner : op.getBody()->without_terminator())
    if (!isa<linalg::IndexOp>(inner) && !isSupportedArithmetic(&inner))
      return inner.emitOpError("is not supported in the payload of a kernel's linalg.generic");
  return success();
}

LogicalResult checkGeneric(linalg::GenericOp op) {
  if (!op.hasPureBufferSemantics())
    return op.emitOpError("in a kernel must work on memrefs");
  if (ShapedType::isDynamicShape(op.getStaticLoopRanges()))
    return op.emitOpError("in a kernel must have static loop bounds");
  return failure(failed(checkOperands(op)) || failed(checkOutputs(op)) || failed(checkPayload(op)) ||
                 failed(matchReductions(op)));
}

} // namespace

bool isNarrowFloat(Type type) { return type.isBF16() || type.isF16(); }

bool isKernel(func::FuncOp func) { return func->hasAttr("dpsims.kernel"); }

KernelGrid::KernelGrid(scf::ForallOp forall) : lower(forall.getStaticLowerBound()), step(forall.getStaticStep()) {
  for (auto [low, high, by] : llvm::zip_equal(lower, forall.getStaticUpperBound(), step))
    size.push_back(high > low ? llvm::divideCeil(high - low, by) : 0);
}

FailureOr<SmallVector<KernelReduction>> matchReductions(linalg::GenericOp op) {
  SmallVector<KernelReduction> reductions;
  if (op.getNumReductionLoops() == 0)
    return reductions;
  SmallVector<BlockArgument> outputs(op.getRegionOutputArgs());
  for (unsigned i = 0; i < outputs.size(); ++i) {
    SmallVector<Operation *> combiners;
    Value reduced = matchReduction(outputs, i, combiners);
    if (!reduced || combiners.size() != 1)
      return op.emitOpError("output ") << i << " of a reduction must be combined with its old value by one operation";
    std::optional<vector::CombiningKind> kind = linalg::getCombinerOpKind(combiners[0]);
    std::optional<TypedAttr> neutral = arith::getNeutralElement(combiners[0]);
    if (!kind || !neutral)
      return combiners[0]->emitOpError("is not supported as the combiner of a reduction");
    reductions.push_back({combiners[0], *kind, *neutral, reduced});
  }
  return reductions;
}

FailureOr<scf::ForallOp> findKernelForall(func::FuncOp func) {
  scf::ForallOp forall;
  for (Operation &op : func.getBody().front().without_terminator()) {
    if (op.hasTrait<OpTrait::ConstantLike>())
      continue;
    auto found = dyn_cast<scf::ForallOp>(op);
    if (!found)
      return op.emitOpError("is not allowed in a kernel outside of its scf.forall");
    if (forall)
      return op.emitOpError("is the second scf.forall of a kernel, which has exactly one");
    forall = found;
  }
  if (!forall)
    return func.emitOpError("is a kernel without scf.forall");
  auto isStatic = [](ArrayRef<int64_t> bounds) { return !ShapedType::isDynamicShape(bounds); };
  if (!isStatic(forall.getStaticLowerBound()) || !isStatic(forall.getStaticUpperBound()) ||
      !isStatic(forall.getStaticStep()))
    return forall.emitOpError("of a kernel needs a static grid");
  if (forall.getNumResults() != 0)
    return forall.emitOpError("of a kernel has no results");
  return forall;
}

FailureOr<KernelForm> matchKernelForm(func::FuncOp func) {
  if (failed(checkSignature(func)))
    return failure();
  FailureOr<scf::ForallOp> forall = findKernelForall(func);
  if (failed(forall) || failed(checkBody(*forall)))
    return failure();
  KernelForm form{*forall, {}};
  func.walk([&](linalg::GenericOp op) { form.generics.push_back(op); });
  for (linalg::GenericOp op : form.generics)
    if (failed(checkGeneric(op)))
      return failure();
  return form;
}

} // namespace dpsims
