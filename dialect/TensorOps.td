// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is computed. All ops are written `%r = op %a, %b <attribute = expression, ...>`, in a graph with the types.
// Images are (N, H, W, C); elements are f32 where nothing else is said.

#ifndef DPSIMS_TENSOR_OPS
#define DPSIMS_TENSOR_OPS

include "dialect/Dpsims.td"

// Of a parametric body a value of no type yet, of a graph a static tensor; `inferTypes` checks the latter.
class Dpsims_Tensor<string what> : Type<CPred<"true">, what>;
class Dpsims_OptionalTensor<string what> : Optional<Dpsims_Tensor<what # ", if given">>;

// Any number of operands within bounds.
class Dpsims_Tensors<int least, int limit, string what> : Variadic<Dpsims_Tensor<what>> {
  int fewest = least;
  int most = limit;
}

// How many operands an op takes.
class Dpsims_Arity<dag operands> {
  defvar kinds = !foreach(i, !range(!size(operands)), !getdagarg<TypeConstraint>(operands, i));
  int optional = !foldl(0, kinds, sum, kind, !if(!isa<Optional>(kind), !add(sum, 1), sum));
  int fewest = !foldl(!sub(!size(operands), optional), kinds, sum, kind,
                      !if(!isa<Dpsims_Tensors>(kind), !add(sum, !sub(!cast<Dpsims_Tensors>(kind).fewest, 1)), sum));
  int most = !foldl(!size(operands), kinds, sum, kind,
                    !if(!isa<Dpsims_Tensors>(kind), !add(sum, !sub(!cast<Dpsims_Tensors>(kind).most, 1)), sum));
}

// `inference`: the body of `inferTypes`, for ops that share one with others.
class Dpsims_TensorOp<string mnemonic, dag operands, dag attributes, list<Trait> traits = [], string inference = "">
    : Op<Dpsims_Dialect, mnemonic,
         !listconcat([DeclareOpInterfaceMethods<Dpsims_TensorOpInterface>], traits,
                     !if(!gt(Dpsims_Arity<operands>.optional, 1), [AttrSizedOperandSegments], []))> {
  let arguments = !con(operands, attributes);
  let results = (outs Dpsims_Tensor<"the result">:$result);
  let hasCustomAssemblyFormat = 1;
  let extraClassDefinition = "unsigned $cppClass::minOperands() { return " # Dpsims_Arity<operands>.fewest # "; }\n" #
                             "unsigned $cppClass::maxOperands() { return " # Dpsims_Arity<operands>.most # "; }" # [{
    ::mlir::ParseResult $cppClass::parse(::mlir::OpAsmParser &parser, ::mlir::OperationState &result) {
      return ::dpsims::parseTensorOp(parser, result);
    }
    void $cppClass::print(::mlir::OpAsmPrinter &printer) { ::dpsims::printTensorOp(printer, *this); }
  }] # !if(!empty(inference), "", [{
    ::llvm::LogicalResult $cppClass::inferTypes(::llvm::SmallVectorImpl<::mlir::Type> &types) {
  }] # inference # "}");
}

#endif
