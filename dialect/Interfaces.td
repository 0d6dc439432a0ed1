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
    (`greater`, `one_hot`) has the derivative 0 and builds nothing.
  }];
  let methods = [
    InterfaceMethod<[{
      Builds the gradients of a loss with respect to the operands. `results`: those with respect to the op's results;
      null where the loss does not depend on one. `wanted`: which operands need one. `operands` has one value an operand;
      what stays null is 0.
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
    InterfaceMethod<"The computation on scalars: f32, i32, and i8 for u8.",
                    "::mlir::Value", "buildPayload", (ins "::mlir::ImplicitLocOpBuilder &":$builder,
                                                          "::mlir::ValueRange":$operands)>,
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
      Buffers among those read whose memory `output`, one of those written, may take: as large, and each of their elements
      is read only before the same element is written. Two outputs cannot take the same one. Which those are may depend
      on the module's target.
    }], "::llvm::SmallVector<::mlir::Value>", "overwritable", (ins "::mlir::Value":$output), "", "return {};">,
  ];
}

#endif
