// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a graph to ONNX: an overload of `convert` for every op of the dialect. One without does not compile.

#ifndef DPSIMS_PASSES_ONNX_ONNXCONVERTER_H
#define DPSIMS_PASSES_ONNX_ONNXCONVERTER_H

#include "dialect/Builders.h"
#include "passes/Onnx/OnnxBuilder.h"

#include "llvm/ADT/DenseMap.h"

#include <type_traits>

namespace dpsims {

/// The order of an image's axes: the dialect's, (N, H, W, C), or that of ONNX's convolutions, (N, C, H, W). What is not
/// an image has the former.
enum class ImageLayout { channelsLast, channelsFirst };

class OnnxConverter {
public:
  /// `weightType`: how weights of two dimensions and more are stored; vectors are few bytes, and variances need f32.
  OnnxConverter(GraphOp graph, onnx::GraphProto &proto, ElementKind weightType)
      : graph(graph), proto(proto), b(proto), weightType(weightType) {}

  /// Converts the graph. Weights become initializers without data, in their order in the graph. An error names the
  /// first op that has no form in ONNX.
  llvm::LogicalResult run();

private:
  // A value is there in one layout or in both; the other one is made when an op wants it.

  struct Names {
    std::string channelsLast, channelsFirst;
  };
  std::string inLayout(mlir::Value value, ImageLayout layout);
  std::string natural(mlir::Value value) { return inLayout(value, ImageLayout::channelsLast); }
  void bind(mlir::Value value, std::string name, ImageLayout layout = ImageLayout::channelsLast);

  /// That in which the value is there, which spares a transposition.
  ImageLayout layoutOf(mlir::Value value);
  /// That of an op which treats all elements alike: channels first if an operand is so.
  ImageLayout commonLayout(mlir::ValueRange values);
  /// An operand in a layout, in a shape that broadcasts to images there.
  std::string operandIn(mlir::Value value, ImageLayout layout);
  /// Numbers for each channel, (C), so that they broadcast to x in that layout.
  std::string spread(const std::string &channels, mlir::Value x, ImageLayout layout);

  static int64_t axisIn(ImageLayout layout, int64_t axis);
  /// Numbers for each axis, in the layout's order.
  static llvm::SmallVector<int64_t> permuted(ImageLayout layout, llvm::ArrayRef<int64_t> ofAxes);

  // What several ops have in common.

  /// Those of inputs, outputs and weights come first: what nodes are called gives way to them.
  llvm::LogicalResult reserveNames();
  llvm::LogicalResult convertOp(mlir::Operation *op);
  llvm::LogicalResult refuse(mlir::Operation *op, const llvm::Twine &why);
  /// Attributes that the conversion does not know: those of passes, or new ones.
  llvm::LogicalResult refuseOthers(mlir::Operation *op, llvm::ArrayRef<llvm::StringRef> known);
  llvm::LogicalResult declareWeight(WeightOpInterface op);
  /// An elementwise op; `body` makes its result of the operands' names.
  template <typename Body> llvm::LogicalResult elementwiseWith(mlir::Operation *op, Body body);
  /// An elementwise op that is one node of ONNX.
  llvm::LogicalResult elementwise(mlir::Operation *op, llvm::StringRef type,
                                  llvm::ArrayRef<OnnxAttribute> attributes = {});
  std::string castTo(const std::string &x, ElementKind from, ElementKind to);
  std::string broadcastTo(const std::string &x, llvm::ArrayRef<int64_t> shape);
  std::string storedBatchNorm(BatchNormOp op);
  std::string meanOverPixels(const std::string &x, mlir::Value value, ImageLayout layout);
  std::string biasedProducts(AttentionOp op, const std::string &products);
  std::string differences(const std::string &ids, int64_t axis, llvm::ArrayRef<int64_t> shape);

  // Elementwise.cpp
  llvm::LogicalResult convert(ReluOp op);
  llvm::LogicalResult convert(LeakyReluOp op);
  llvm::LogicalResult convert(ClampOp op);
  llvm::LogicalResult convert(SigmoidOp op);
  llvm::LogicalResult convert(SiluOp op);
  llvm::LogicalResult convert(GeluOp op);
  llvm::LogicalResult convert(TanhOp op);
  llvm::LogicalResult convert(SoftplusOp op);
  llvm::LogicalResult convert(ExpOp op);
  llvm::LogicalResult convert(LogOp op);
  llvm::LogicalResult convert(ErfOp op);
  llvm::LogicalResult convert(PowOp op);
  llvm::LogicalResult convert(SqrtOp op);
  llvm::LogicalResult convert(RsqrtOp op);
  llvm::LogicalResult convert(AbsOp op);
  llvm::LogicalResult convert(SquareOp op);
  llvm::LogicalResult convert(NegOp op);
  llvm::LogicalResult convert(RoundOp op);
  llvm::LogicalResult convert(FloorOp op);
  llvm::LogicalResult convert(CastOp op);
  llvm::LogicalResult convert(AddOp op);
  llvm::LogicalResult convert(SubOp op);
  llvm::LogicalResult convert(MulOp op);
  llvm::LogicalResult convert(DivOp op);
  llvm::LogicalResult convert(MaximumOp op);
  llvm::LogicalResult convert(MinimumOp op);
  llvm::LogicalResult convert(NotEqualOp op);
  llvm::LogicalResult convert(GreaterOp op);
  llvm::LogicalResult convert(SelectOp op);
  llvm::LogicalResult convert(StopGradientOp op);

  // Contractions.cpp
  llvm::LogicalResult convert(Conv2dOp op);
  llvm::LogicalResult convert(MatmulOp op);
  llvm::LogicalResult convert(AttentionOp op);

  // Norms.cpp
  llvm::LogicalResult convert(ReduceOp op);
  llvm::LogicalResult convert(SoftmaxOp op);
  llvm::LogicalResult convert(LogSoftmaxOp op);
  llvm::LogicalResult convert(LayerNormOp op);
  llvm::LogicalResult convert(BatchNormOp op);
  llvm::LogicalResult convert(BatchStatisticsOp op);
  llvm::LogicalResult convert(MaxPoolOp op);

  // Shapes.cpp
  llvm::LogicalResult convert(OneHotOp op);
  llvm::LogicalResult convert(InstanceEdgesOp op);
  llvm::LogicalResult convert(IotaOp op);
  llvm::LogicalResult convert(UpsampleOp op);
  llvm::LogicalResult convert(ReshapeOp op);
  llvm::LogicalResult convert(TransposeOp op);
  llvm::LogicalResult convert(BroadcastOp op);
  llvm::LogicalResult convert(ConcatOp op);
  llvm::LogicalResult convert(SliceOp op);
  llvm::LogicalResult convert(PadOp op);

  // Sources.cpp
  llvm::LogicalResult convert(InputOp op);
  llvm::LogicalResult convert(OutputOp op);
  llvm::LogicalResult convert(WeightOp op) { return declareWeight(op); }
  llvm::LogicalResult convert(StateOp op) { return declareWeight(op); }
  llvm::LogicalResult convert(ConstantOp op);

  /// What has no form in ONNX: all ops without a `convert` of their own.
  template <typename OpTy> llvm::LogicalResult convert(OpTy op) {
    return refuse(op, "programs that only compute, as sample, have one, as --compile-to=graph writes them; ops of "
                      "training and what passes make have none");
  }

  template <typename... Ops> llvm::LogicalResult dispatch(mlir::Operation *op);

  GraphOp graph;
  onnx::GraphProto &proto;
  OnnxBuilder b;
  ElementKind weightType;
  llvm::DenseMap<mlir::Value, Names> values;
};

/// ONNX's number for a type of elements.
onnx::TensorProto::DataType onnxType(ElementKind kind);

} // namespace dpsims

#endif
