// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is computed. All ops are written `%r = op %a, %b <attribute = expression, ...>`, in a graph with the types.
// Images are (N, H, W, C); elements are f32 where nothing else is said.

#ifndef DPSIMS_TENSOR_OPS
#define DPSIMS_TENSOR_OPS

include "dialect/Dpsims.td"

class Dpsims_TensorOp<string mnemonic, int fewest, int most, list<Trait> traits = []>
    : Op<Dpsims_Dialect, mnemonic, !listconcat([DeclareOpInterfaceMethods<Dpsims_TensorOpInterface>], traits)> {
  let arguments = (ins Variadic<AnyType>:$inputs);
  let results = (outs AnyType:$result);
  let hasCustomAssemblyFormat = 1;
  let extraClassDefinition = "unsigned $cppClass::minOperands() { return " # fewest # "; }\n" #
                             "unsigned $cppClass::maxOperands() { return " # most # "; }" # [{
    ::mlir::ParseResult $cppClass::parse(::mlir::OpAsmParser &parser, ::mlir::OperationState &result) {
      return ::dpsims::parseTensorOp(parser, result);
    }
    void $cppClass::print(::mlir::OpAsmPrinter &printer) { ::dpsims::printTensorOp(printer, *this); }
  }];
}

def Dpsims_Differentiable : DeclareOpInterfaceMethods<Dpsims_DifferentiableOpInterface>;
def Dpsims_Elementwise : DeclareOpInterfaceMethods<Dpsims_ElementwiseOpInterface>;

#endif
