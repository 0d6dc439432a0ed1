// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention: its types and gradients.
#include "dialect/Formula.h"
#include "dialect/Inference.h"

using namespace mlir;
using namespace dpsims;

//===-- Types -----------------------------------------------------------------------------------------------------===//

namespace {
/// Queries, keys and values, the first three operands, and all others of three dimensions.
LogicalResult requireMatrices(Operation *op) {
  if (failed(requireFloats(op)))
    return failure();
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    if (failed(requireRank(op, i, 3)))
      return failure();
  ArrayRef<int64_t> q = shapeOf(op->getOperand(0)), k = shapeOf(op->getOperand(1)), v = shapeOf(op->getOperand(2));
  if (q[0] != k[0] || q[0] != v[0] || q[2] != k[2] || k[1] != v[1])
    return opError(op) << "q " << text(q) << ", k " << text(k) << ", v " << text(v) << " do not fit";
  return success();
}

/// What fused attention and its gradient have in common: a bias for each key, queries that fit as a residual.
template <typename OpTy> LogicalResult requireFused(OpTy op) {
  if (failed(requireMatrices(op)))
    return failure();
  ArrayRef<int64_t> q = shapeOf(op.getQuery()), v = shapeOf(op.getValue());
  if (op.getBias() && shapeOf(op.getBias()) != ArrayRef<int64_t>{q[0], 1, v[1]})
    return opError(op) << "a bias " << text(shapeOf(op.getBias())) << "; it has a number for each key, "
                       << text({q[0], 1, v[1]});
  if (op.getResidual() && q[2] != v[2])
    return opError(op) << "queries of " << q[2] << " entries cannot be added to results of " << v[2];
  return success();
}
} // namespace

LogicalResult AttentionOp::inferTypes(Types &types) {
  if (failed(requireMatrices(*this)))
    return failure();
  ArrayRef<int64_t> q = shapeOf(getQuery()), k = shapeOf(getKey()), v = shapeOf(getValue());
  if (getBias()) {
    ArrayRef<int64_t> bias = shapeOf(getBias());
    if (bias[0] == 0 || q[0] % bias[0] || (bias[1] != 1 && bias[1] != q[1]) || bias[2] != k[1])
      return opError(*this) << "a bias " << text(bias) << " for products " << text({q[0], q[1], k[1]});
  }
  return addFloatResult(*this, types, {q[0], q[1], v[2]});
}

LogicalResult FusedAttentionOp::inferTypes(Types &types) {
  if (failed(requireFused(*this)))
    return failure();
  ArrayRef<int64_t> q = shapeOf(getQuery());
  return failure(failed(addFloatResult(*this, types, {q[0], q[1], shapeOf(getValue())[2]})) ||
                 failed(addFloatResult(*this, types, {q[0], q[1], 1})));
}

LogicalResult FusedAttentionGradientOp::inferTypes(Types &types) {
  if (failed(requireFused(*this)))
    return failure();
  ArrayRef<int64_t> q = shapeOf(getQuery()), v = shapeOf(getValue());
  if (shapeOf(getSums()) != ArrayRef<int64_t>{q[0], q[1], 1})
    return opError(*this) << "sums " << text(shapeOf(getSums())) << " for " << text({q[0], q[1]}) << " rows";
  if (shapeOf(getGradient()) != ArrayRef<int64_t>{q[0], q[1], v[2]})
    return opError(*this) << "the gradient has the shape " << text(shapeOf(getGradient())) << ", the result "
                          << text({q[0], q[1], v[2]});
  int64_t parts = getParts();
  if (parts < 1 || q[1] % parts)
    return opError(*this) << "no " << parts << " equal parts of " << q[1] << " rows";
  return failure(failed(addFloatResult(*this, types, q)) ||
                 failed(addFloatResult(*this, types, {q[0], parts, v[1], q[2]})) ||
                 failed(addFloatResult(*this, types, {q[0], parts, v[1], v[2]})) ||
                 failed(addFloatResult(*this, types, {q[0], parts, 1, v[1]})));
}

//===-- Gradients -------------------------------------------------------------------------------------------------===//

/// The matrices of a value (B, m, n) by the bias that they take, (B / b, b, m, n); as they are where the bias
/// broadcasts.
static Value groupByBias(Formula &f, Value matrices, Value bias) {
  ArrayRef<int64_t> shape = shapeOf(matrices), group = shapeOf(bias);
  if (group[0] == 1 || group[0] == shape[0])
    return matrices;
  return f.reshape(matrices, {shape[0] / group[0], group[0], shape[1], shape[2]});
}

Value AttentionOp::buildWeights(OpBuilder &builder) {
  Formula f(builder, *this);
  Value products = f.matmul(getQuery(), getKey(), false, true);
  if (!getBias())
    return f.make<SoftmaxOp>(products, builder.getNamedAttr("scale", getScaleAttr()));
  Value scaled = groupByBias(f, f.mul(products, getScale()), getBias());
  return f.make<SoftmaxOp>(f.reshape(f.add(scaled, getBias()), shapeOf(products)));
}

void AttentionOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  Value q = getQuery(), k = getKey(), v = getValue(), g = results[0];
  Value p = buildWeights(builder);
  if (wanted[2])
    operands[2] = f.matmul(p, g, true, false);
  bool wantsBias = getBias() && wanted[3];
  if (!wanted[0] && !wanted[1] && !wantsBias)
    return;
  Value dp = f.matmul(g, v, false, true);
  Value ds = f.mul(p, f.sub(dp, f.rowSum(f.mul(dp, p))));
  if (wantsBias)
    operands[3] = f.sumTo(groupByBias(f, ds, getBias()), shapeOf(getBias()));
  ds = f.mul(ds, getScale());
  if (wanted[0])
    operands[0] = f.matmul(ds, k, false, false);
  if (wanted[1])
    operands[1] = f.matmul(ds, q, true, false);
}

/// Of the rows: enough for all threads of a large machine, each with some hundred rows.
static int64_t partsOf(int64_t rows) {
  constexpr int64_t most = 64, fewestRows = 256;
  int64_t parts = std::clamp<int64_t>(rows / fewestRows, 1, most);
  while (rows % parts)
    --parts;
  return parts;
}

/// The gradients of a loss with respect to q, k and the bias as far as it depends on the logarithms: the derivative of
/// a row's logarithm is the row of attention weights.
static void buildGradientsOfSums(Formula &f, FusedAttentionOp op, Value sums, ArrayRef<bool> wanted, Values operands) {
  Value scores = f.mul(f.matmul(op.getQuery(), op.getKey(), false, true), op.getScale());
  if (op.getBias())
    scores = f.add(scores, op.getBias());
  Value ds = f.mul(f.exp(f.sub(scores, op.getSums())), sums);
  auto add = [&](unsigned i, Value gradient) { operands[i] = operands[i] ? f.add(operands[i], gradient) : gradient; };
  if (wanted[0])
    add(0, f.mul(f.matmul(ds, op.getKey(), false, false), op.getScale()));
  if (wanted[1])
    add(1, f.mul(f.matmul(ds, op.getQuery(), true, false), op.getScale()));
  if (op.getBias() && wanted[3])
    add(3, f.sumTo(ds, shapeOf(op.getBias())));
}

/// As one kernel, as far as the loss depends on the result.
static void buildGradientsOfResult(OpBuilder &builder, Formula &f, FusedAttentionOp op, Value result,
                                   ArrayRef<bool> wanted, Values operands) {
  SmallVector<Value> read{op.getQuery(), op.getKey(), op.getValue(), op.getSums(), result};
  if (op.getBias())
    read.push_back(op.getBias());
  NamedAttrList attributes(op->getAttrs());
  attributes.set("parts", builder.getI64IntegerAttr(partsOf(shapeOf(op.getQuery())[1])));
  Operation *gradient = f.makeAll<FusedAttentionGradientOp>(4, read, attributes.getAttrs());
  operands[0] = gradient->getResult(0);
  for (unsigned i = 1; i < operands.size(); ++i)
    if (wanted[i])
      operands[i] = f.reshape(f.reduce(gradient->getResult(i), ReduceKind::Sum, {1}), shapeOf(op->getOperand(i)));
}

void FusedAttentionOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted,
                                      Values operands) {
  Formula f(builder, *this);
  if (results[0])
    buildGradientsOfResult(builder, f, *this, results[0], wanted, operands);
  if (results[1])
    buildGradientsOfSums(f, *this, results[1], wanted, operands);
}
