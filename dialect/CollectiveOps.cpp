// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the ranks of a run meet: kinds, types and gradients.
#include "dialect/Formula.h"
#include "dialect/Inference.h"

using namespace mlir;
using namespace dpsims;

LogicalResult AllReduceOp::inferTypes(Types &types) {
  if (failed(requireAnyFloats(*this)) ||
      failed(requireCase(*this, getKindAttr(), "kind", "kinds are", ReduceKind::Max)))
    return failure();
  if (getKind() == ReduceKind::Mean)
    return opError(*this) << "unknown kind \"mean\"; kinds are sum, max";
  llvm::append_range(types, getValues().getTypes());
  return success();
}

/// Each rank's part of a sum has the sum's gradient; of a maximum, equal ones share it, on whatever rank they are.
void AllReduceOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  for (auto [value, result, g, operand] : llvm::zip_equal(getValues(), getResults(), results, operands)) {
    if (!g)
      continue;
    Value own = f.make<CopyToRanksOp>(g);
    if (getKind() == ReduceKind::Max) {
      Value here = f.sub(f.number(1), f.make<NotEqualOp>({value, f.make<CopyToRanksOp>(result)}));
      Value count = f.make<AllReduceOp>(here, {builder.getNamedAttr("kind", builder.getStringAttr("sum"))});
      own = f.mul(f.div(own, f.make<CopyToRanksOp>(count)), here);
    }
    operand = own;
  }
}

void CopyToRanksOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool>, Values operands) {
  Formula f(builder, *this);
  operands[0] = f.make<AllReduceOp>(results[0], {builder.getNamedAttr("kind", builder.getStringAttr("sum"))});
}

CollectiveKind AllReduceOp::collective() {
  return getKind() == ReduceKind::Sum ? CollectiveKind::Sum : CollectiveKind::Max;
}
CollectiveKind ReduceScatterOp::collective() { return CollectiveKind::ReduceScatter; }
CollectiveKind AllGatherOp::collective() { return CollectiveKind::AllGather; }
CollectiveKind OwnPartOp::collective() { return CollectiveKind::OwnPart; }

namespace {
/// A result for each operand, flat, with so many times its elements.
LogicalResult inferParts(Operation *op, Types &types, int64_t times, int64_t parts) {
  if (failed(requireAnyFloats(op)))
    return failure();
  if (times < 1 || parts < 1)
    return opError(op) << times * parts << " ranks; there is one at least";
  for (Value value : op->getOperands()) {
    int64_t elements = elementsOf(value);
    if (elements % parts)
      return opError(op) << elements << " elements do not make " << parts << " equal parts";
    if (failed(addResult(op, types, elements * times / parts, elementOf(value))))
      return failure();
  }
  return success();
}
} // namespace

LogicalResult ReduceScatterOp::inferTypes(Types &types) { return inferParts(*this, types, 1, getRanks()); }
LogicalResult AllGatherOp::inferTypes(Types &types) { return inferParts(*this, types, getRanks(), 1); }
LogicalResult OwnPartOp::inferTypes(Types &types) { return inferParts(*this, types, 1, getRanks()); }
