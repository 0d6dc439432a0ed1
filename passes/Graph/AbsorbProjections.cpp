// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialect/Formula.h"
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_ABSORBPROJECTIONS
#include "passes/Passes.h.inc"

namespace {

/// A product of rows and one matrix, whose columns a reshape between it and attention keeps.
bool isProjection(MatmulOp matmul, ArrayRef<int64_t> ofAttention, Value atMatmul) {
  return matmul && !matmul.getTransposeA() && !matmul.hasEpilogue() && shapeOf(matmul.getRhs()).size() == 2 &&
         shapeOf(atMatmul).back() == ofAttention.back();
}

/// The projection that makes the queries, for this attention alone.
MatmulOp projectionBefore(AttentionOp attention) {
  Value query = attention.getQuery();
  if (auto reshape = query.getDefiningOp<ReshapeOp>(); reshape && reshape->hasOneUse())
    query = reshape.getX();
  auto matmul = query.getDefiningOp<MatmulOp>();
  return query.hasOneUse() && isProjection(matmul, shapeOf(attention.getQuery()), query) ? matmul : MatmulOp();
}

/// The projection of the results, which nothing else reads.
MatmulOp projectionAfter(AttentionOp attention) {
  Value result = attention.getResult();
  if (!result.hasOneUse())
    return {};
  if (auto reshape = dyn_cast<ReshapeOp>(*result.user_begin()); reshape && reshape->hasOneUse())
    result = reshape.getResult();
  auto matmul = dyn_cast<MatmulOp>(*result.user_begin());
  return isProjection(matmul, shapeOf(attention.getResult()), result) && matmul.getLhs() == result ? matmul
                                                                                                   : MatmulOp();
}

/// Whether m rows of `inner` entries, each in a product with n rows of them and one with a matrix of `outer` others,
/// cost more than those n rows times the matrix and the m rows of `outer` entries in products with them.
bool saves(int64_t m, int64_t n, int64_t inner, int64_t outer) {
  return n * outer * (m + inner) < m * inner * (n + outer);
}

NamedAttribute transposeB(OpBuilder &builder, bool transposed) {
  return builder.getNamedAttr("transpose_b", builder.getBoolAttr(transposed));
}

/// Whether biases (B, 1, n) may be added to the bias that is there.
bool takesBias(AttentionOp attention) {
  return !attention.getBias() || shapeOf(attention.getBias())[0] == shapeOf(attention.getQuery())[0];
}

/// q = x w + c: x becomes the query, the keys are multiplied by w, and c adds to each product what it gives with the
/// key.
bool absorbQuery(AttentionOp attention) {
  MatmulOp matmul = projectionBefore(attention);
  if (!matmul || (matmul.getBias() && !takesBias(attention)))
    return false;
  Value x = matmul.getLhs(), key = attention.getKey();
  ArrayRef<int64_t> query = shapeOf(attention.getQuery()), keys = shapeOf(key);
  int64_t channels = shapeOf(x).back();
  if (!saves(query[1], keys[1], query[2], channels))
    return false;
  OpBuilder builder(attention);
  Formula f(builder, attention);
  SmallVector<Value> operands(attention->getOperands());
  if (Value c = matmul.getBias()) {
    Value products = f.mul(f.rowSum(f.mul(key, c)), attention.getScale());
    Value bias = f.reshape(products, {keys[0], 1, keys[1]});
    operands.resize(4);
    operands[3] = operands[3] ? f.add(operands[3], bias) : bias;
  }
  operands[0] = f.reshape(x, {query[0], query[1], channels});
  SmallVector<NamedAttribute> transposed;
  if (!matmul.getTransposeB())
    transposed.push_back(transposeB(builder, true));
  operands[1] = f.make<MatmulOp>({key, matmul.getRhs()}, transposed);
  attention->setOperands(operands);
  return true;
}

/// y w + c of the results y: the values are multiplied by w, and c is added to each, since the weights of a row add up
/// to
/// 1. Gives the product that nothing reads any more.
MatmulOp absorbResult(AttentionOp attention) {
  MatmulOp matmul = projectionAfter(attention);
  ArrayRef<int64_t> result = shapeOf(attention.getResult()), values = shapeOf(attention.getValue());
  if (!matmul || !saves(result[1], values[1], result[2], shapeOf(matmul.getResult()).back()))
    return {};
  OpBuilder builder(matmul);
  Formula f(builder, attention);
  SmallVector<Value> factors{attention.getValue(), matmul.getRhs()};
  if (matmul.getBias())
    factors.push_back(matmul.getBias());
  SmallVector<NamedAttribute> transposed;
  if (matmul.getTransposeB())
    transposed.push_back(transposeB(builder, true));
  SmallVector<Value> operands(attention->getOperands());
  operands[2] = f.make<MatmulOp>(factors, transposed);
  Value absorbed = f.make<AttentionOp>(operands, attention->getAttrs());
  matmul.getResult().replaceAllUsesWith(f.reshape(absorbed, shapeOf(matmul.getResult())));
  return matmul;
}

struct AbsorbProjections : impl::AbsorbProjectionsBase<AbsorbProjections> {
  void runOnOperation() override {
    int64_t queries = 0, results = 0;
    for (AttentionOp attention : SmallVector<AttentionOp>(getOperation().getBody().front().getOps<AttentionOp>())) {
      Value query = attention.getQuery();
      if (absorbQuery(attention)) {
        ++queries;
        eraseUnused(query.getDefiningOp());
      }
      if (MatmulOp matmul = absorbResult(attention)) {
        ++results;
        eraseUnused(matmul);
      }
    }
    recordStatistics(getOperation(), getArgument(), {{"queries", queries}, {"results", results}});
  }
};

} // namespace
} // namespace dpsims
