// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which ops of a graph treat the images of a batch, axis 0, one by one.
#include "dialect/Builders.h"

using namespace mlir;
using namespace dpsims;

namespace {

using Roles = ArrayRef<BatchRole>;

bool allImages(Roles roles) {
  return llvm::all_of(roles, [](BatchRole role) { return role == BatchRole::images; });
}

bool allShared(Roles roles) {
  return llvm::all_of(roles, [](BatchRole role) { return role == BatchRole::shared; });
}

/// Images, then what both runs share.
bool onlyFirst(Roles roles) { return allImages(roles.take_front()) && allShared(roles.drop_front()); }

bool hasRows(Value x) { return shapeOf(x).size() > 1; }

bool keepsFirst(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  return !from.empty() && !to.empty() && from[0] == to[0];
}

Attribute scaled(MLIRContext *context, SmallVector<int64_t> sizes, int64_t times, int64_t parts) {
  sizes[0] = sizes[0] * times / parts;
  return Builder(context).getI64ArrayAttr(sizes);
}

} // namespace

bool dpsims::mergesElementwise(Operation *op, Roles roles) {
  ArrayRef<int64_t> result = shapeOf(op->getResult(0));
  for (auto [operand, role] : llvm::zip_equal(op->getOperands(), roles)) {
    ArrayRef<int64_t> shape = shapeOf(operand);
    bool hasImages = !shape.empty() && shape.size() == result.size() && shape[0] == result[0];
    bool fits = role == BatchRole::images ? hasImages : role == BatchRole::shared && (!hasImages || shape[0] == 1);
    if (!fits)
      return false;
  }
  return true;
}

//===-- Contractions ----------------------------------------------------------------------------------------------===//

bool Conv2dOp::mergesAlongBatch(Roles roles) { return !hasEpilogue() && onlyFirst(roles); }

/// With a matrix rows are multiplied one by one; else each pair of matrices is an image.
bool MatmulOp::mergesAlongBatch(Roles roles) {
  if (hasEpilogue())
    return false;
  if (shapeOf(getRhs()).size() == 2)
    return !getTransposeA() && onlyFirst(roles);
  return allImages(roles.take_front(2)) && allShared(roles.drop_front(2));
}

/// A bias for each matrix goes with it; one of fewer is repeated along both batches.
bool AttentionOp::mergesAlongBatch(Roles roles) {
  bool ownBias = getBias() && shapeOf(getBias())[0] == shapeOf(getResult())[0];
  Roles bias = roles.drop_front(3);
  return allImages(roles.take_front(3)) && (ownBias ? allImages(bias) : allShared(bias));
}

//===-- Reductions, norms, pooling --------------------------------------------------------------------------------===//

bool ReduceOp::mergesAlongBatch(Roles roles) { return allImages(roles) && !llvm::is_contained(getAxes(), 0); }
bool SoftmaxOp::mergesAlongBatch(Roles roles) { return hasRows(getX()) && onlyFirst(roles); }
bool LogSoftmaxOp::mergesAlongBatch(Roles roles) { return hasRows(getX()) && onlyFirst(roles); }
bool LayerNormOp::mergesAlongBatch(Roles roles) { return hasRows(getX()) && onlyFirst(roles); }
bool MaxPoolOp::mergesAlongBatch(Roles roles) { return allImages(roles); }

bool BatchNormOp::mergesAlongBatch(Roles roles) {
  Roles statistics = roles.slice(1, 2);
  bool own = llvm::all_of(statistics, [](BatchRole role) { return role == BatchRole::statistics; });
  bool common = allShared(statistics) && shapeOf(getMean()).size() == 1;
  return hasRows(getResult()) && roles[0] == BatchRole::images && (own || common) && allShared(roles.drop_front(3));
}

bool BatchStatisticsOp::mergesAlongBatch(Roles roles) { return hasRows(getX()) && onlyFirst(roles); }
void BatchStatisticsOp::scaleBatch(int64_t times, int64_t parts) {
  setGroupsAttr(Builder(getContext()).getI64IntegerAttr(getGroups().value_or(1) * times / parts));
}

//===-- Shapes ----------------------------------------------------------------------------------------------------===//

bool OneHotOp::mergesAlongBatch(Roles roles) { return allImages(roles) && !shapeOf(getIds()).empty(); }
bool InstanceEdgesOp::mergesAlongBatch(Roles roles) { return allImages(roles); }
bool UpsampleOp::mergesAlongBatch(Roles roles) { return allImages(roles); }
bool TransposeOp::mergesAlongBatch(Roles roles) { return allImages(roles) && getPerm()[0] == 0; }
bool ConcatOp::mergesAlongBatch(Roles roles) { return allImages(roles) && getAxis() != 0; }

/// Images follow one another in memory, and in the result each is as many rows, or several are one.
bool ReshapeOp::mergesAlongBatch(Roles roles) {
  return allImages(roles) && !shapeOf(getX()).empty() && !shapeOf(getResult()).empty();
}
void ReshapeOp::scaleBatch(int64_t times, int64_t parts) {
  setShapeAttr(scaled(getContext(), SmallVector<int64_t>(shapeOf(getResult())), times, parts));
}

bool BroadcastOp::mergesAlongBatch(Roles roles) {
  ArrayRef<int64_t> from = shapeOf(getX()), to = shapeOf(getResult());
  return allImages(roles) && keepsFirst(from, to) && from.size() == to.size();
}
void BroadcastOp::scaleBatch(int64_t times, int64_t parts) {
  setShapeAttr(scaled(getContext(), getShape(), times, parts));
}

bool SliceOp::mergesAlongBatch(Roles roles) {
  return allImages(roles) && getStart()[0] == 0 && getStep()[0] == 1 && getSize()[0] == shapeOf(getX())[0];
}
void SliceOp::scaleBatch(int64_t times, int64_t parts) { setSizeAttr(scaled(getContext(), getSize(), times, parts)); }

bool PadOp::mergesAlongBatch(Roles roles) {
  return allImages(roles) && getLow()[0] == 0 && getHigh()[0] == 0 && (!getInterior() || (*getInterior())[0] == 0);
}
