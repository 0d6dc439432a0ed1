// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The graph and its parts.

#ifndef DPSIMS_GRAPH_OPS
#define DPSIMS_GRAPH_OPS

include "dialect/TensorOps.td"

def Dpsims_GradientOp : Dpsims_TensorOp<"gradient",
    (ins Dpsims_Tensor<"one element">:$loss,
         Dpsims_Tensors<0, 99999, "with respect to which; in a block one list">:$values), (ins)> {
  let summary = "the gradient of a loss with respect to values";
  let description = [{
    In a block: a loss of one element and a list of values to a list of their gradients. In a graph the values are
    operands after the loss, and there are as many results; `differentiate` replaces it by what computes them.

    ```mlir
    %gradients = gradient %loss, %list
    ```
  }];
  let results = (outs Variadic<Dpsims_Tensor<"one for each value">>:$gradients);
}

def Dpsims_GraphOp : Op<Dpsims_Dialect, "graph", [
    Symbol, IsolatedFromAbove, SingleBlock, NoTerminator, HasParent<"::mlir::ModuleOp">,
    OpAsmOpInterface]> {
  let summary = "a program after elaboration: ops on static tensors";
  let description = "With `ranks`, what one of so many processes computes of its part of the batch (`shard-batch`).";
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<I64Attr>:$ranks);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword custom<Steps>($body)";
  let extraClassDeclaration = [{
    static ::llvm::StringRef getDefaultDialect() { return "dpsims"; }
  }];
  let hasVerifier = 1;
}

def Dpsims_PrepareOp : Op<Dpsims_Dialect, "prepare", [
    Dpsims_Source, SingleBlock, OpAsmOpInterface]> {
  let summary = "what depends on weights alone: computed once, when the weights are loaded";
  let results = (outs Variadic<Dpsims_Tensor<"what the body yields">>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$body attr-dict (`:` type($results)^)?";
  let extraClassDeclaration = [{
    static ::llvm::StringRef getDefaultDialect() { return "dpsims"; }
  }];
}

def Dpsims_FusedOp : Op<Dpsims_Dialect, "fused", [
    Pure, SingleBlock, IsolatedFromAbove, OpAsmOpInterface]> {
  let summary = "ops that one kernel computes";
  let description = [{
    The body is the decomposition: its arguments are the operands, and its `yield` gives the results. Ops but the last
    are elementwise or pick elements; the last may also be a reduction, a norm, a softmax, a pooling or a concat.
    Several such bodies may be side by side (`group-kernels`); for CUDA ops may also read a reduction in the body that
    is one of the results, or a reshape of such a result or of an argument (`attach-tails`).
  }];
  let arguments = (ins Variadic<Dpsims_Tensor<"the body's arguments">>:$inputs);
  let results = (outs Variadic<Dpsims_Tensor<"what the body yields">>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = "($inputs^ `:` type($inputs))? `->` type($results) $body attr-dict";
  let extraClassDeclaration = [{
    static ::llvm::StringRef getDefaultDialect() { return "dpsims"; }
  }];
}

#endif
