// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Convolutions, matrix products and attention as nodes of ONNX.
#include "passes/Onnx/OnnxConverter.h"

using namespace mlir;
using namespace dpsims;

LogicalResult OnnxConverter::convert(Conv2dOp op) {
  if (failed(refuseOthers(op, {"stride", "padding", "groups"})))
    return failure();
  ConvGeometry geometry = convGeometry(op);
  SmallVector<std::string> operands{inLayout(op.getImages(), ImageLayout::channelsFirst), natural(op.getWeights())};
  if (op.getBias())
    operands.push_back(natural(op.getBias()));
  bind(op.getResult(),
       b.add("Conv", operands,
             {{"kernel_shape", shapeOf(op.getWeights()).drop_front(2)},
              {"strides", ArrayRef<int64_t>(geometry.stride)},
              {"pads", ArrayRef<int64_t>(geometry.padding)}, // top, left, bottom, right: ONNX's order, too
              {"group", geometry.groups}}),
       ImageLayout::channelsFirst);
  return success();
}

/// The last two axes change places.
static std::string transposeMatrices(OnnxBuilder &b, const std::string &x, size_t rank) {
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, int64_t(rank)));
  std::swap(axes[rank - 1], axes[rank - 2]);
  return b.transpose(x, axes);
}

LogicalResult OnnxConverter::convert(MatmulOp op) {
  if (failed(refuseOthers(op, {"transpose_a", "transpose_b"})))
    return failure();
  std::string lhs = natural(op.getLhs()), rhs = natural(op.getRhs()), bias = op.getBias() ? natural(op.getBias()) : "";
  size_t lhsRank = shapeOf(op.getLhs()).size(), rhsRank = shapeOf(op.getRhs()).size();
  if (lhsRank == 2 && rhsRank == 2) {
    SmallVector<std::string> operands{lhs, rhs};
    if (!bias.empty())
      operands.push_back(bias);
    bind(op.getResult(),
         b.add("Gemm", operands, {{"transA", int64_t(op.getTransposeA())}, {"transB", int64_t(op.getTransposeB())}}));
    return success();
  }
  if (op.getTransposeA())
    lhs = transposeMatrices(b, lhs, lhsRank);
  if (op.getTransposeB())
    rhs = transposeMatrices(b, rhs, rhsRank);
  std::string product = b.add("MatMul", {lhs, rhs});
  bind(op.getResult(), bias.empty() ? product : b.add("Add", {product, bias}));
  return success();
}

/// Matrix number i of the products takes the bias of number i mod its count.
std::string OnnxConverter::biasedProducts(AttentionOp op, const std::string &products) {
  ArrayRef<int64_t> group = shapeOf(op.getBias()), queries = shapeOf(op.getQuery());
  int64_t matrices = queries[0], rows = queries[1], keys = shapeOf(op.getKey())[1];
  std::string bias = natural(op.getBias());
  if (group[0] == 1 || group[0] == matrices)
    return b.add("Add", {products, bias});
  std::string grouped = b.reshape(products, {matrices / group[0], group[0], rows, keys});
  return b.reshape(b.add("Add", {grouped, bias}), {matrices, rows, keys});
}

LogicalResult OnnxConverter::convert(AttentionOp op) {
  std::string keys = transposeMatrices(b, natural(op.getKey()), 3);
  std::string products = b.add("MatMul", {natural(op.getQuery()), keys});
  products = b.add("Mul", {products, b.scalar(op.getScale())});
  if (op.getBias())
    products = biasedProducts(op, products);
  std::string weights = b.add("Softmax", {products}, {{"axis", int64_t(-1)}});
  bind(op.getResult(), b.add("MatMul", {weights, natural(op.getValue())}));
  return success();
}
