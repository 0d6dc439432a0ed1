// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What picks and orders elements, as nodes of ONNX.
#include "passes/Onnx/OnnxConverter.h"

using namespace mlir;
using namespace dpsims;

//===-- Of ids ----------------------------------------------------------------------------------------------------===//

/// Not ONNX's OneHot: that takes an id of -1 for the last class.
LogicalResult OnnxConverter::convert(OneHotOp op) {
  int64_t rank = int64_t(shapeOf(op.getIds()).size()), classes = op.getClasses();
  ImageLayout layout = rank == 3 ? ImageLayout::channelsFirst : ImageLayout::channelsLast;
  if (classes > INT32_MAX)
    return refuse(op, "it has more classes than int32 counts");
  std::string all = b.add("Range", {b.scalarInt(0), b.scalarInt(int32_t(classes)), b.scalarInt(1)});
  if (layout == ImageLayout::channelsFirst)
    all = b.reshape(all, {classes, 1, 1});
  std::string ids = b.add("Unsqueeze", {natural(op.getIds()), b.list({axisIn(layout, rank)})});
  bind(op.getResult(), b.cast(b.add("Equal", {ids, all}), onnx::TensorProto::FLOAT), layout);
  return success();
}

/// 1 where an id (N, H, W) differs from the one after it along an axis, and from the one before it; else 0.
std::string OnnxConverter::differences(const std::string &ids, int64_t axis, ArrayRef<int64_t> shape) {
  auto part = [&](int64_t start, int64_t end) {
    return b.add("Slice", {ids, b.list({start}), b.list({end}), b.list({axis})});
  };
  std::string differ = b.add("Not", {b.add("Equal", {part(1, shape[axis]), part(0, shape[axis] - 1)})});
  std::string edge = b.cast(differ, onnx::TensorProto::FLOAT);
  SmallVector<int64_t> before(6, 0), after(6, 0);
  before[axis] = after[3 + axis] = 1;
  return b.add("Max", {b.add("Pad", {edge, b.list(before)}), b.add("Pad", {edge, b.list(after)})});
}

LogicalResult OnnxConverter::convert(InstanceEdgesOp op) {
  ArrayRef<int64_t> shape = shapeOf(op.getIds());
  std::string ids = natural(op.getIds()), edges;
  for (int64_t axis : {1, 2})
    if (shape[axis] > 1) {
      std::string found = differences(ids, axis, shape);
      edges = edges.empty() ? found : b.add("Max", {edges, found});
    }
  bind(op.getResult(),
       edges.empty() ? broadcastTo(b.scalar(0), shapeOf(op.getResult())) : b.add("Unsqueeze", {edges, b.list({3})}));
  return success();
}

LogicalResult OnnxConverter::convert(IotaOp op) {
  ArrayRef<int64_t> shape = shapeOf(op.getResult());
  int64_t axis = op.getAxis();
  if (shape[axis] > INT32_MAX)
    return refuse(op, "it counts further than int32");
  SmallVector<int64_t> alone(shape.size(), 1);
  alone[axis] = shape[axis];
  std::string indices = b.add("Range", {b.scalarInt(0), b.scalarInt(int32_t(shape[axis])), b.scalarInt(1)});
  bind(op.getResult(), broadcastTo(b.reshape(indices, alone), shape));
  return success();
}

//===-- Shapes ----------------------------------------------------------------------------------------------------===//

LogicalResult OnnxConverter::convert(UpsampleOp op) {
  float factor = float(op.getFactor());
  std::string scales = b.tensor({1, 1, factor, factor}, {4});
  bind(op.getResult(),
       b.add("Resize", {inLayout(op.getImages(), ImageLayout::channelsFirst), "", scales},
             {{"mode", std::string("nearest")},
              {"coordinate_transformation_mode", std::string("asymmetric")},
              {"nearest_mode", std::string("floor")}}),
       ImageLayout::channelsFirst);
  return success();
}

LogicalResult OnnxConverter::convert(ReshapeOp op) {
  bind(op.getResult(), b.reshape(natural(op.getX()), shapeOf(op.getResult())));
  return success();
}

/// One between layouts of images costs nothing where x is there in the other one.
LogicalResult OnnxConverter::convert(TransposeOp op) {
  SmallVector<int64_t> axes = op.getPerm();
  if (axes == ArrayRef<int64_t>{0, 3, 1, 2})
    bind(op.getResult(), inLayout(op.getX(), ImageLayout::channelsFirst));
  else if (axes == ArrayRef<int64_t>{0, 2, 3, 1})
    bind(op.getResult(), natural(op.getX()), ImageLayout::channelsFirst);
  else
    bind(op.getResult(), b.transpose(natural(op.getX()), axes));
  return success();
}

std::string OnnxConverter::broadcastTo(const std::string &x, ArrayRef<int64_t> shape) {
  return b.add("Expand", {x, b.list(shape)});
}

LogicalResult OnnxConverter::convert(BroadcastOp op) {
  ArrayRef<int64_t> shape = shapeOf(op.getResult());
  ImageLayout layout = shape.size() == 4 ? layoutOf(op.getX()) : ImageLayout::channelsLast;
  bind(op.getResult(), broadcastTo(inLayout(op.getX(), layout), permuted(layout, shape)), layout);
  return success();
}

LogicalResult OnnxConverter::convert(ConcatOp op) {
  ImageLayout layout = commonLayout(op.getParts());
  SmallVector<std::string> parts;
  for (Value part : op.getParts())
    parts.push_back(inLayout(part, layout));
  bind(op.getResult(), b.add("Concat", parts, {{"axis", axisIn(layout, op.getAxis())}}), layout);
  return success();
}

LogicalResult OnnxConverter::convert(SliceOp op) {
  ImageLayout layout = layoutOf(op.getX());
  SmallVector<int64_t> starts = op.getStart(), steps = op.getStep(), ends, axes;
  for (auto [axis, size] : llvm::enumerate(op.getSize())) {
    ends.push_back(starts[axis] + (size - 1) * steps[axis] + 1);
    axes.push_back(axisIn(layout, int64_t(axis)));
  }
  bind(op.getResult(),
       b.add("Slice", {inLayout(op.getX(), layout), b.list(starts), b.list(ends), b.list(axes), b.list(steps)}),
       layout);
  return success();
}

LogicalResult OnnxConverter::convert(PadOp op) {
  if (failed(refuseOthers(op, {"low", "high"})))
    return failure();
  ImageLayout layout = layoutOf(op.getX());
  SmallVector<int64_t> pads = permuted(layout, op.getLow());
  pads.append(permuted(layout, op.getHigh()));
  bind(op.getResult(), b.add("Pad", {inLayout(op.getX(), layout), b.list(pads)}), layout);
  return success();
}
