// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Convolutions of label maps: a grid point is a pixel, which adds up rows of the weights in private memory; elementwise
// ops on the result follow.
#include "passes/Kernels/KernelGroup.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace dpsims {

namespace {

class LabelKernel {
public:
  LabelKernel(KernelGroup &group, Conv2dLabelsOp conv)
      : group(group), conv(conv), shape(shapeOf(conv.getResult())), k(group.start(ArrayRef(shape).drop_back(), {}, {})),
        total(k.local(shape.back())) {}

  func::FuncOp build() {
    begin();
    ArrayRef<int64_t> weights = shapeOf(conv.getWeights()), ids = shapeOf(conv.getIds());
    Shape stride = conv.getStride(), padding = conv.getPadding();
    for (int64_t dy = 0; dy < weights[0]; ++dy)
      for (int64_t dx = 0; dx < weights[1]; ++dx) {
        OpFoldResult y = k.affine(k.id(1), stride[0], dy - padding[0]),
                     x = k.affine(k.id(2), stride[1], dx - padding[1]);
        k.when(k.inside(y, 0, ids[1]), [&] { k.when(k.inside(x, 0, ids[2]), [&] { addRow(y, x, dy, dx); }); });
      }
    finish();
    return k.function();
  }

private:
  Value argument(Value value) { return k.argument(cast<BlockArgument>(value).getArgNumber()); }

  void begin() {
    if (!conv.getBias())
      return k.fill(total, 0);
    k.map(argument(conv.getBias()), total, [](ImplicitLocOpBuilder &, ValueRange v) { return v[0]; });
  }

  /// The row of the label at a pixel, for a place of the kernel.
  void addRow(OpFoldResult y, OpFoldResult x, int64_t dy, int64_t dx) {
    Value id = k.load(k.row(argument(conv.getIds()), {{k.id(0)}, {y}, {x}}, 1));
    Value label = arith::IndexCastOp::create(k.b(), k.b().getIndexType(), id);
    k.when(k.inside(label, 0, shapeOf(conv.getWeights())[2]), [&] {
      Value row =
          k.row(argument(conv.getWeights()), {{k.index(dy)}, {k.index(dx)}, {label}, {k.index(0), 1}}, shape.back());
      k.map({row, total}, total,
            [](ImplicitLocOpBuilder &b, ValueRange v) -> Value { return arith::AddFOp::create(b, v[0], v[1]); });
    });
  }

  /// What follows the convolution, on the pixel.
  void finish() {
    SmallVector<Loop> loops{{shape.back()}};
    Access pixel = rowAccess(k, shape.size());
    SmallVector<KernelOperand> outputs;
    for (size_t i = 0; i < group.yield.getValues().size(); ++i)
      outputs.push_back(k.operand(k.argument(group.outputArgument(i)), pixel, loops));
    SmallVector<Shape> shapes = group.argumentShapes();
    GroupEmitter::Operands stored{{conv.getResult(), KernelOperand{total, {0}}}};
    GroupEmitter(k, shapes, loops, /*collapsed=*/false, stored).map(group.yield.getValues(), pixel, outputs);
  }

  KernelGroup &group;
  Conv2dLabelsOp conv;
  Shape shape;
  KernelBuilder k;
  Value total;
};

} // namespace

KernelFunction lowerConv2dLabels(KernelGroup &group, Conv2dLabelsOp conv) { return LabelKernel(group, conv).build(); }

} // namespace dpsims
