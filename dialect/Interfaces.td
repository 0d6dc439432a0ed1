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

#endif
