// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A compute step's ops as one kernel: what lower-kernels and the files of each kind of kernel share.

#ifndef DPSIMS_PASSES_KERNELS_KERNELGROUP_H
#define DPSIMS_PASSES_KERNELS_KERNELGROUP_H

#include "passes/Kernels/KernelBuilder.h"

namespace dpsims {

using Shape = llvm::SmallVector<int64_t>;

/// How much work a grid point of a kernel has: the options of lower-kernels.
struct KernelSizes {
  int64_t points; // that are enough for all of a device
  int64_t lanes; // of a kernel that splits channels or a flat range: enough to fill vectors, few enough for many points
  int64_t chunk; // elements of a flat range
  int64_t terms; // that a generic adds up; longer sums are added up in parts, which keeps them exact
  bool gathers;  // small pieces of work into a grid point

  /// All of a kernel in one point, as far as its loops allow it.
  static KernelSizes tail() { return {1, 1 << 20, 1 << 20, 1 << 20, true}; }
};

int64_t product(llvm::ArrayRef<int64_t> sizes);
int64_t largestDivisor(int64_t n, int64_t most);

/// The body of a compute step: ops that are computed element by element, the root being of any kind.
struct KernelGroup {
  KernelGroup(ComputeOp step, const KernelSizes &sizes);

  /// Elementwise, picking elements, or a constant: computed where it is read.
  static bool isPointwise(mlir::Operation *op);

  /// Whether all ops but a root that is not pointwise are elementwise or reduce rows, with constants of one number:
  /// then dimensions may be merged.
  bool isPlain();

  /// The convolution of labels that it begins with, if it does.
  Conv2dLabelsOp labels();

  /// Whether its elementwise root reads reductions of rows.
  bool hasRows();

  llvm::SmallVector<Shape> argumentShapes();

  /// Merges neighboring dimensions along which every argument either varies or does not; with `marks`, one for each
  /// dimension, only equally marked ones. All shapes get the same number of dimensions.
  static void collapse(Shape &shape, llvm::SmallVectorImpl<Shape> &shapes,
                       llvm::SmallVectorImpl<bool> *marks = nullptr);

  /// The kernel function; inputs and outputs have the shapes given, or those of the tensors where none are.
  KernelBuilder start(llvm::ArrayRef<int64_t> grid, llvm::ArrayRef<Shape> inputs, llvm::ArrayRef<Shape> outputs);

  unsigned outputArgument(unsigned i = 0) { return body.getNumArguments() + i; }

  ComputeOp step;
  const KernelSizes &sizes;
  mlir::Block &body;
  YieldOp yield;
  mlir::Operation *root; // null where an argument is yielded
};

/// Computes values of a group at an access: elementwise ops in the payload of one linalg.generic, ops that pick
/// elements in the accesses of its inputs.
class GroupEmitter {
public:
  using Operands = llvm::DenseMap<mlir::Value, KernelOperand>;

  /// `shapes` of the group's arguments; `collapsed`: they have the rank of the collapsed values; `stored`: values that
  /// the kernel has computed before.
  GroupEmitter(KernelBuilder &kernel, llvm::ArrayRef<Shape> shapes, llvm::ArrayRef<Loop> loops, bool collapsed = false,
               Operands stored = Operands())
      : k(kernel), shapes(shapes), loops(loops), collapsed(collapsed), stored(std::move(stored)) {}

  /// outputs = values, all of one shape.
  void map(mlir::ValueRange values, const Access &access, llvm::ArrayRef<KernelOperand> outputs);

  /// output = combine(output, value) over the loops.
  void reduce(mlir::Value value, const Access &access, const KernelOperand &output, Payload combine);

  /// outputs = combine(outputs..., values...), all values of one shape; each output is combined with its own value.
  void reduce(mlir::ValueRange values, const Access &access, llvm::ArrayRef<KernelOperand> outputs, Payloads combine);

private:
  /// A value of the group at a place: an input's elements, or an op on earlier nodes.
  struct Node {
    mlir::Value value;
    Access access;
    llvm::SmallVector<unsigned> operands;
  };

  Access broadcast(mlir::Value operand, const Access &access);
  Access operandAccess(mlir::Operation *op, mlir::Value operand, const Access &access);
  unsigned collect(mlir::Value value, const Access &access);
  llvm::SmallVector<KernelOperand> operands();
  llvm::SmallVector<mlir::Value> compute(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange arguments);
  mlir::Value compute(mlir::ImplicitLocOpBuilder &b, const Node &node, mlir::ValueRange operands);
  mlir::Value index(mlir::ImplicitLocOpBuilder &b, const Position &position);
  mlir::Value constantAt(mlir::ImplicitLocOpBuilder &b, ConstantOp constant, const Access &access);

  KernelBuilder &k;
  llvm::ArrayRef<Shape> shapes;
  llvm::ArrayRef<Loop> loops;
  bool collapsed;
  Operands stored;
  llvm::SmallVector<Node> nodes;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<unsigned>> nodesOf;
};

/// How a reduction combines two values, and what it starts from.
struct Combiner {
  float neutral;
  mlir::Value (*combine)(mlir::ImplicitLocOpBuilder &, mlir::ValueRange);
};
Combiner combinerOf(ReduceOp reduce);
bool isMean(ReduceOp reduce);

/// How far a kernel's loops must go at a time, so that each stays at its place within the pixels that upsamplings
/// repeat.
int64_t upsamplingPeriod(KernelGroup &group);

/// A loop over a row; the access of its elements after the grid's indices.
Access rowAccess(KernelBuilder &k, size_t rank);

//===-- The kinds of kernels: the group's root gives the kind -----------------------------------------------------===//

using KernelFunction = llvm::FailureOr<mlir::func::FuncOp>;

KernelFunction lowerPointwise(KernelGroup &group);
KernelFunction lowerConcat(KernelGroup &group, ConcatOp concat);
KernelFunction lowerPad(KernelGroup &group, PadOp pad);

KernelFunction lowerReduce(KernelGroup &group, ReduceOp reduce);

/// An elementwise root, and reductions of rows of its shape before it.
KernelFunction lowerRows(KernelGroup &group);
KernelFunction lowerSoftmax(KernelGroup &group, SoftmaxOp softmax);
KernelFunction lowerLogSoftmax(KernelGroup &group, LogSoftmaxOp softmax);
KernelFunction lowerLayerNorm(KernelGroup &group, LayerNormOp norm);

/// A convolution of labels, and what is elementwise on its result.
KernelFunction lowerConv2dLabels(KernelGroup &group, Conv2dLabelsOp conv);

KernelFunction lowerFusedAttention(KernelGroup &group, FusedAttentionOp attention);
KernelFunction lowerFusedAttentionGradient(KernelGroup &group, FusedAttentionGradientOp gradient);

KernelFunction lowerMaxPool(KernelGroup &group, MaxPoolOp pool);
KernelFunction lowerMaxPoolGradient(KernelGroup &group, MaxPoolGradientOp pool);
KernelFunction lowerInstanceEdges(KernelGroup &group, InstanceEdgesOp edges);

} // namespace dpsims

#endif
