// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_INTERFACES
#define DPSIMS_INTERFACES

include "mlir/IR/OpBase.td"

def Dpsims_TensorOpInterface : OpInterface<"TensorOpInterface"> {
  let cppNamespace = "::dpsims";
  let description = [{
    An op of the graph. One function tells its results' types from its operands' types and its attributes; elaboration
    uses it to infer, the verifier to check. The operands of a parametric body have no types yet, and are only counted.
  }];
  let methods = [
    InterfaceMethod<"Results' types on static tensors; emits an error where the operands or attributes do not fit.",
                    "::mlir::LogicalResult", "inferTypes", (ins "::llvm::SmallVectorImpl<::mlir::Type> &":$types)>,
    StaticInterfaceMethod<"Fewest operands.", "unsigned", "minOperands">,
    StaticInterfaceMethod<"Most operands.", "unsigned", "maxOperands">,
  ];
  let verify = [{ return ::dpsims::verifyTensorOp(::llvm::cast<::dpsims::TensorOpInterface>($_op)); }];
}

def Dpsims_DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::dpsims";
  let description = [{
    An op of the graph with a derivative, which it builds of ops of the graph. An op that is constant almost everywhere
    (`greater`, `one_hot`) has the trait `ZeroGradient` instead.
  }];
  let methods = [
    InterfaceMethod<[{
      Builds the gradients of a loss with respect to the operands. `results`: those with respect to the op's results;
      null where the loss does not depend on one. `wanted`: which operands need one. `operands` has one value an
      operand; what stays null is 0.
    }], "void", "buildGradients", (ins "::mlir::OpBuilder &":$builder, "::llvm::ArrayRef<::mlir::Value>":$results,
                                       "::llvm::ArrayRef<bool>":$wanted,
                                       "::llvm::MutableArrayRef<::mlir::Value>":$operands)>,
  ];
}

def Dpsims_ElementwiseOpInterface : OpInterface<"ElementwiseOpInterface"> {
  let cppNamespace = "::dpsims";
  let description = [{
    Arithmetic in which every element of the result is computed from the elements at the same (broadcast) place. Passes
    fuse such ops with each other and with what is around them.
  }];
  let methods = [
    InterfaceMethod<"The computation on scalars: f32 for all floats, i32, and i8 for u8.",
                    "::mlir::Value", "buildPayload", (ins "::mlir::ImplicitLocOpBuilder &":$builder,
                                                          "::mlir::ValueRange":$operands)>,
    InterfaceMethod<"Roughly the instructions for an element.", "unsigned", "workPerElement", (ins), "", "return 1;">,
  ];
}

def Dpsims_ActivationOpInterface : OpInterface<"ActivationOpInterface"> {
  let cppNamespace = "::dpsims";
  let description = "An elementwise op that can be the activation of a contraction's epilogue.";
  let methods = [
    InterfaceMethod<"Which one.", "::dpsims::ActivationKind", "activation">,
    InterfaceMethod<"Its first number, or null.", "::mlir::Attribute", "activationAlpha", (ins), "", "return {};">,
    InterfaceMethod<"Its second number, or null.", "::mlir::Attribute", "activationBeta", (ins), "", "return {};">,
  ];
}

def Dpsims_LibraryOpInterface : OpInterface<"LibraryOpInterface"> {
  let cppNamespace = "::dpsims";
  let description = "Convolutions, their gradients and matrix products: the target's library computes them.";
  let methods = [
    InterfaceMethod<"Roughly the floating point operations.", "double", "flops">,
  ];
}

def Dpsims_BatchedOpInterface : OpInterface<"BatchedOpInterface"> {
  let cppNamespace = "::dpsims";
  let description = [{
    An op that can treat the images of a batch one by one, axis 0 of its result: two runs of it on two batches are then
    one on both, and a run is as many on parts of its batch.
  }];
  let methods = [
    InterfaceMethod<"Whether two runs on operands of these roles are one on both batches.", "bool", "mergesAlongBatch",
                    (ins "::llvm::ArrayRef<::dpsims::BatchRole>":$roles)>,
    InterfaceMethod<"Of an op whose operands have another batch now, `times` / `parts` as large: changes attributes that "
                    "are sizes of it.", "void", "scaleBatch", (ins "int64_t":$times, "int64_t":$parts), "", "return;">,
  ];
}

def Dpsims_CollectiveOpInterface : OpInterface<"CollectiveOpInterface"> {
  let cppNamespace = "::dpsims";
  let description = [{
    An op whose results are of the operands of all ranks, or another on each rank. It has a result for each operand, and
    one on more operands is the same as several.
  }];
  let methods = [
    InterfaceMethod<"What the ranks get.", "::dpsims::CollectiveKind", "collective">,
  ];
}

def Dpsims_WeightOpInterface : OpInterface<"WeightOpInterface"> {
  let cppNamespace = "::dpsims";
  let description = "A tensor of the weights file: `weight`, `state`.";
  let methods = [
    InterfaceMethod<"Its name in the file, relative to its instance's path before elaboration.",
                    "::mlir::StringAttr", "getNameAttr">,
    InterfaceMethod<"", "void", "setNameAttr", (ins "::mlir::StringAttr":$name)>,
    InterfaceMethod<"Its shape.", "::llvm::SmallVector<int64_t>", "getShape">,
    InterfaceMethod<"In how many parts it is kept, one on each rank.", "int64_t", "getParts">,
    InterfaceMethod<"How its first value is made.", "::dpsims::Initializer", "getInit">,
    InterfaceMethod<"The initializer's number.", "double", "getValue">,
    InterfaceMethod<"Whether training changes it.", "bool", "getTrained">,
    InterfaceMethod<"The name of the weight that the first value is made of, or null.", "::mlir::Attribute",
                    "getOfAttr">,
    InterfaceMethod<"Whether a weights file must have it, or null.", "::mlir::Attribute", "getRequiredAttr">,
  ];
}

def Dpsims_ContractionOpInterface : OpInterface<"ContractionOpInterface"> {
  let cppNamespace = "::dpsims";
  let description = [{
    y = x * weights [+ bias], then an epilogue: an activation, then a residual is added. `conv2d`, `matmul`.
  }];
  let methods = [
    InterfaceMethod<"What is multiplied by the weights: images, rows.", "::mlir::Value", "getSource">,
    InterfaceMethod<"The second factor.", "::mlir::Value", "getWeights">,
    InterfaceMethod<"", "::mlir::OpOperand &", "getWeightsMutable">,
    InterfaceMethod<"A number for each channel of the result, or null.", "::mlir::Value", "getBias">,
    InterfaceMethod<"", "::mlir::MutableOperandRange", "getBiasMutable">,
    InterfaceMethod<"What is added after the activation, or null.", "::mlir::Value", "getResidual">,
    InterfaceMethod<"", "::mlir::MutableOperandRange", "getResidualMutable">,
    InterfaceMethod<"The function of each element, if there is one.", "std::optional<::dpsims::ActivationKind>",
                    "getActivation">,
    InterfaceMethod<"", "::mlir::Attribute", "getActivationAttr">,
    InterfaceMethod<"The activation's first number, or null.", "::mlir::Attribute", "getAlphaAttr">,
    InterfaceMethod<"The activation's first number, 0 if absent.", "double", "getAlpha">,
    InterfaceMethod<"The activation's second number, or null.", "::mlir::Attribute", "getBetaAttr">,
    InterfaceMethod<"The activation's second number, 0 if absent.", "double", "getBeta">,
    InterfaceMethod<"", "void", "setActivationAttr", (ins "::mlir::Attribute":$activation)>,
    InterfaceMethod<"", "void", "setAlphaAttr", (ins "::mlir::Attribute":$alpha)>,
    InterfaceMethod<"", "void", "setBetaAttr", (ins "::mlir::Attribute":$beta)>,
  ];
  let extraSharedClassDeclaration = [{
    /// Whether the result is more than the product and the bias.
    bool hasEpilogue() { return $_op.getActivationAttr() || $_op.getResidual(); }
  }];
}

def Dpsims_ConvolutionOpInterface : OpInterface<"ConvolutionOpInterface"> {
  let cppNamespace = "::dpsims";
  let description = "A convolution, or one of its gradients: `dpsims::convGeometry` gives its numbers.";
  let methods = [
    InterfaceMethod<"(N, H, W, C)", "::llvm::SmallVector<int64_t>", "imagesShape">,
    InterfaceMethod<"(O, C / groups, kh, kw)", "::llvm::SmallVector<int64_t>", "weightsShape">,
    InterfaceMethod<"A number, [height, width], or null.", "::mlir::Attribute", "getStrideAttr">,
    InterfaceMethod<"A number, a list, \"same\", or null.", "::mlir::Attribute", "getPaddingAttr">,
    InterfaceMethod<"Parts of the channels, convolved by themselves.", "int64_t", "getGroups">,
    InterfaceMethod<"The weights' memory has the order (O, kh, kw, C / groups), or null.", "::mlir::Attribute",
                    "getPackedAttr">,
    InterfaceMethod<"Whether it is there and true.", "bool", "getPacked">,
    InterfaceMethod<"", "void", "setPackedAttr", (ins "::mlir::Attribute":$packed)>,
  ];
}

def Dpsims_StepOpInterface : OpInterface<"StepOpInterface"> {
  let cppNamespace = "::dpsims";
  let description = [{
    A step of a schedule: which buffers it reads and writes, and which of the former each of the latter may overwrite.
  }];
  let methods = [
    InterfaceMethod<"Buffers that are read.", "::llvm::SmallVector<::mlir::Value>", "reads">,
    InterfaceMethod<"Buffers that are written, in whole.", "::llvm::SmallVector<::mlir::Value>", "writes">,
    InterfaceMethod<[{
      Buffers among those read whose memory `output`, one of those written, may take: as large, and each of their
      elements is read only before the same element is written. Two outputs cannot take the same one. Which those are
      may depend on the module's target.
    }], "::llvm::SmallVector<::mlir::Value>", "overwritable", (ins "::mlir::Value":$output), "", "return {};">,
  ];
}

#endif
