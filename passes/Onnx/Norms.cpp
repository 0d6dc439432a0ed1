// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions, norms and pooling as nodes of ONNX.
#include "passes/Onnx/OnnxConverter.h"

using namespace mlir;
using namespace dpsims;

//===-- Reductions ------------------------------------------------------------------------------------------------===//

LogicalResult OnnxConverter::convert(ReduceOp op) {
  ImageLayout layout = layoutOf(op.getX());
  std::string x = inLayout(op.getX(), layout), result;
  SmallVector<int64_t> axes;
  for (int64_t axis : op.getAxes())
    axes.push_back(axisIn(layout, axis));
  if (axes.empty()) {
    result = x;
  } else {
    switch (op.getKind()) {
    case ReduceKind::Sum:
      result = b.add("ReduceSum", {x, b.list(axes)});
      break;
    case ReduceKind::Mean:
      result = b.add("ReduceMean", {x}, {{"axes", ArrayRef<int64_t>(axes)}});
      break;
    case ReduceKind::Max:
      result = b.add("ReduceMax", {x}, {{"axes", ArrayRef<int64_t>(axes)}});
      break;
    }
  }
  bind(op.getResult(), result, layout);
  return success();
}

LogicalResult OnnxConverter::convert(SoftmaxOp op) {
  ImageLayout layout = layoutOf(op.getX());
  std::string x = inLayout(op.getX(), layout);
  if (double scale = op.getScale(); scale != 1)
    x = b.add("Mul", {x, b.scalar(scale)});
  int64_t axis = axisIn(layout, int64_t(shapeOf(op.getX()).size()) - 1);
  bind(op.getResult(), b.add("Softmax", {x}, {{"axis", axis}}), layout);
  return success();
}

LogicalResult OnnxConverter::convert(LogSoftmaxOp op) {
  ImageLayout layout = layoutOf(op.getX());
  int64_t axis = axisIn(layout, int64_t(shapeOf(op.getX()).size()) - 1);
  bind(op.getResult(), b.add("LogSoftmax", {inLayout(op.getX(), layout)}, {{"axis", axis}}), layout);
  return success();
}

//===-- Norms -----------------------------------------------------------------------------------------------------===//

LogicalResult OnnxConverter::convert(LayerNormOp op) {
  SmallVector<float> ones(op.getWeight() ? 0 : size_t(shapeOf(op.getX()).back()), 1);
  SmallVector<std::string> operands{natural(op.getX()),
                                    op.getWeight() ? natural(op.getWeight()) : b.tensor(ones, {int64_t(ones.size())})};
  if (op.getBias())
    operands.push_back(natural(op.getBias()));
  bind(op.getResult(), b.add("LayerNormalization", operands, {{"axis", int64_t(-1)}, {"epsilon", op.getEps()}}));
  return success();
}

/// One node where the statistics are stored, which runtimes then fold into what is before it.
static bool isStored(BatchNormOp op) {
  auto isWeight = [](Value value) { return isa_and_present<WeightOpInterface>(value.getDefiningOp()); };
  return isWeight(op.getMean()) && isWeight(op.getVariance()) && shapeOf(op.getX()).size() == 4;
}

std::string OnnxConverter::storedBatchNorm(BatchNormOp op) {
  size_t channels = size_t(shapeOf(op.getX()).back());
  auto orAll = [&](Value vector, float value) {
    return vector ? natural(vector) : b.tensor(SmallVector<float>(channels, value), {int64_t(channels)});
  };
  return b.add("BatchNormalization",
               {inLayout(op.getX(), ImageLayout::channelsFirst), orAll(op.getWeight(), 1), orAll(op.getBias(), 0),
                natural(op.getMean()), natural(op.getVariance())},
               {{"epsilon", op.getEps()}});
}

LogicalResult OnnxConverter::convert(BatchNormOp op) {
  if (shapeOf(op.getMean()).size() != 1)
    return refuse(op, "it has statistics of several groups");
  if (isStored(op)) {
    bind(op.getResult(), storedBatchNorm(op), ImageLayout::channelsFirst);
    return success();
  }
  ImageLayout layout = layoutOf(op.getX());
  std::string deviation = b.add("Sqrt", {b.add("Add", {natural(op.getVariance()), b.scalar(op.getEps())})});
  std::string factor = b.add("Div", {op.getWeight() ? natural(op.getWeight()) : b.scalar(1), deviation});
  std::string x = b.add("Sub", {inLayout(op.getX(), layout), spread(natural(op.getMean()), op.getX(), layout)});
  std::string result = b.add("Mul", {x, spread(factor, op.getX(), layout)});
  if (op.getBias())
    result = b.add("Add", {result, spread(natural(op.getBias()), op.getX(), layout)});
  bind(op.getResult(), result, layout);
  return success();
}

/// Of all axes but the channels'.
std::string OnnxConverter::meanOverPixels(const std::string &x, Value value, ImageLayout layout) {
  int64_t rank = int64_t(shapeOf(value).size()), channels = axisIn(layout, rank - 1);
  SmallVector<int64_t> axes;
  for (int64_t axis = 0; axis < rank; ++axis)
    if (axis != channels)
      axes.push_back(axis);
  return axes.empty() ? x : b.add("ReduceMean", {x}, {{"axes", ArrayRef<int64_t>(axes)}, {"keepdims", int64_t(0)}});
}

LogicalResult OnnxConverter::convert(BatchStatisticsOp op) {
  if (failed(refuseOthers(op, {})))
    return failure();
  ImageLayout layout = layoutOf(op.getX());
  std::string x = inLayout(op.getX(), layout), mean = meanOverPixels(x, op.getX(), layout);
  std::string centered = b.add("Sub", {x, spread(mean, op.getX(), layout)});
  bind(op.getMean(), mean);
  bind(op.getVariance(), meanOverPixels(b.add("Mul", {centered, centered}), op.getX(), layout));
  return success();
}

LogicalResult OnnxConverter::convert(MaxPoolOp op) {
  SmallVector<int64_t> kernel(2, op.getKernel()), stride(2, op.getStride()), padding(4, op.getPadding());
  bind(op.getResult(),
       b.add("MaxPool", {inLayout(op.getImages(), ImageLayout::channelsFirst)},
             {{"kernel_shape", ArrayRef<int64_t>(kernel)},
              {"strides", ArrayRef<int64_t>(stride)},
              {"pads", ArrayRef<int64_t>(padding)}}),
       ImageLayout::channelsFirst);
  return success();
}
