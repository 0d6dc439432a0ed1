// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is computed. All ops are written `%r = op %a, %b <attribute = expression, ...>`, in a graph with the types.
// Images are (N, H, W, C); elements are f32 where nothing else is said.

#ifndef DPSIMS_GRAPH_OPS
#define DPSIMS_GRAPH_OPS

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

//===-- The interface of a program and its weights --------------------------------------------------------------===//

class Dpsims_NamedOp<string mnemonic, int operands> : Dpsims_TensorOp<mnemonic, operands, operands>;

def Dpsims_InputOp : Dpsims_NamedOp<"input", 0> {
  let summary = "a tensor that the program's caller gives";
  let description = [{
    `type`: f32 (default), i32, u8.

    ```mlir
    %labels = input "labels" <shape = [batch, 64, 64], type = "i32">
    ```
  }];
  let arguments = (ins StrAttr:$name, Dpsims_Ints:$shape, OptionalAttr<Dpsims_String>:$type);
}

def Dpsims_OutputOp : Op<Dpsims_Dialect, "output", []> {
  let summary = "a tensor that the program's caller gets";
  let description = [{
    ```mlir
    output "image" %x
    ```
  }];
  let arguments = (ins StrAttr:$name, AnyType:$value);
  let hasCustomAssemblyFormat = 1;
}

def Dpsims_WeightOp : Dpsims_NamedOp<"weight", 0> {
  let summary = "a weight of the weights file";
  let description = [{
    Its name in the file is the path of its instance and its own. `init`: `zeros`, `ones`, `constant`, `normal`,
    `xavier_normal`; `value` is the constant, the standard deviation, or the gain. Conv weights are (out, in, kh, kw),
    linear ones (out, in).

    ```mlir
    %w = weight "weight" <shape = [out, in, 3, 3], init = "xavier_normal", value = 0.02>
    ```
  }];
  let arguments = (ins StrAttr:$name, Dpsims_Ints:$shape, Dpsims_String:$init, OptionalAttr<Dpsims_Float>:$value,
                       OptionalAttr<Dpsims_Bool>:$trained);
}

def Dpsims_StateOp : Dpsims_NamedOp<"state", 0> {
  let summary = "a tensor of the weights file that is not trained";
  let description = [{
    As `weight`; `init` also `singular_left` and `singular_right`: vectors of the weight `of` beside it, seen as
    (out, everything else), after 16 power iterations.

    ```mlir
    %u = state "u" <shape = [out], init = "singular_left", of = "weight">
    ```
  }];
  let arguments = (ins StrAttr:$name, Dpsims_Ints:$shape, Dpsims_String:$init, OptionalAttr<Dpsims_Float>:$value,
                       OptionalAttr<StrAttr>:$of);
}

def Dpsims_ConstantOp : Dpsims_TensorOp<"constant", 0, 0, [Pure]> {
  let summary = "a constant: a number of any shape, or a list of numbers";
  let description = [{
    ```mlir
    %half = constant <value = 0.5>
    %mean = constant <value = [0.485, 0.456, 0.406]>
    ```
  }];
  let arguments = (ins Dpsims_Number:$value, OptionalAttr<Dpsims_Ints>:$shape);
}

//===-- Elementwise -----------------------------------------------------------------------------------------------===//

class Dpsims_Unary<string mnemonic, string formula, dag attributes = (ins)>
    : Dpsims_TensorOp<mnemonic, 1, 1, [Pure]> {
  let summary = formula;
  let description = "Element by element.\n\n```mlir\n%y = " # mnemonic # " %x\n```\n";
  let arguments = !con((ins Variadic<AnyType>:$inputs), attributes);
}
def Dpsims_ReluOp : Dpsims_Unary<"relu", "max(x, 0)">;
def Dpsims_LeakyReluOp : Dpsims_Unary<"leaky_relu", "x where x > 0, slope * x elsewhere", (ins Dpsims_Float:$slope)> {
  let description = "Element by element.\n\n```mlir\n%y = leaky_relu %x <slope = 0.2>\n```\n";
}
def Dpsims_ClampOp : Dpsims_Unary<"clamp", "min(max(x, low), high)", (ins Dpsims_Float:$min, Dpsims_Float:$max)> {
  let description = "Element by element.\n\n```mlir\n%y = clamp %x <min = 0.0, max = 6.0>\n```\n";
}
def Dpsims_SigmoidOp : Dpsims_Unary<"sigmoid", "1 / (1 + exp(-x))">;
def Dpsims_SiluOp : Dpsims_Unary<"silu", "x * sigmoid(x)">;
def Dpsims_GeluOp : Dpsims_Unary<"gelu", "x * (1 + erf(x / sqrt(2))) / 2">;
def Dpsims_TanhOp : Dpsims_Unary<"tanh", "hyperbolic tangent">;
def Dpsims_ExpOp : Dpsims_Unary<"exp", "e to the x">;
def Dpsims_LogOp : Dpsims_Unary<"log", "natural logarithm">;
def Dpsims_SqrtOp : Dpsims_Unary<"sqrt", "square root">;
def Dpsims_RsqrtOp : Dpsims_Unary<"rsqrt", "1 / sqrt(x)">;
def Dpsims_AbsOp : Dpsims_Unary<"abs", "absolute value">;
def Dpsims_SquareOp : Dpsims_Unary<"square", "x * x">;
def Dpsims_NegOp : Dpsims_Unary<"neg", "-x">;
def Dpsims_RoundOp : Dpsims_Unary<"round", "nearest integer, halves to even">;
def Dpsims_CastOp : Dpsims_Unary<"cast", "conversion to f32, i32 or u8", (ins Dpsims_String:$type)> {
  let description = [{
    From a float to an integer: rounded to nearest, halves to even, and kept within the type's range.

    ```mlir
    %y = cast %x <type = "u8">
    ```
  }];
}

class Dpsims_Binary<string mnemonic, string formula> : Dpsims_TensorOp<mnemonic, 2, 2, [Pure]> {
  let summary = formula;
  let description = "Element by element; shapes broadcast as in numpy.\n\n```mlir\n%y = " # mnemonic # " %a, %b\n```\n";
}
def Dpsims_AddOp : Dpsims_Binary<"add", "a + b">;
def Dpsims_SubOp : Dpsims_Binary<"sub", "a - b">;
def Dpsims_MulOp : Dpsims_Binary<"mul", "a * b">;
def Dpsims_DivOp : Dpsims_Binary<"div", "a / b">;
def Dpsims_MaximumOp : Dpsims_Binary<"maximum", "the larger of a and b">;
def Dpsims_MinimumOp : Dpsims_Binary<"minimum", "the smaller of a and b">;
def Dpsims_NotEqualOp : Dpsims_Binary<"not_equal", "1 where a and b differ, else 0 (f32)">;

//===-- Contractions ----------------------------------------------------------------------------------------------===//

defvar epilogueText = [{
    Passes add an epilogue: `activation` (`relu`, `leaky_relu`, `clamp`, `sigmoid`, `silu`, `gelu`, `tanh`, with `alpha`
    and `beta`) of the result, then, with `residual`, the last operand is added.
}];

def Dpsims_Conv2dOp : Dpsims_TensorOp<"conv2d", 2, 4, [Pure]> {
  let summary = "convolution (cross-correlation) of images";
  let description = [{
    Operands: x (N, H, W, C), weights (O, C / groups, kh, kw), bias (O) if given. `padding`: one number, [height,
    width], [top, left, bottom, right], or "same" (TensorFlow's: ceil(size / stride) outputs, the odd pixel at the bottom
    and right). Output: (N, (H + top + bottom - kh) / stride + 1, ..., O).
}] # epilogueText # [{
    ```mlir
    %y = conv2d %x, %w, %b <stride = 2, padding = 1>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, OptionalAttr<Dpsims_IntOrInts>:$stride,
                       OptionalAttr<Dpsims_Padding>:$padding, OptionalAttr<Dpsims_Int>:$groups,
                       OptionalAttr<StrAttr>:$activation, OptionalAttr<Dpsims_Float>:$alpha,
                       OptionalAttr<Dpsims_Float>:$beta, OptionalAttr<Dpsims_Bool>:$residual);
}

def Dpsims_MatmulOp : Dpsims_TensorOp<"matmul", 2, 4, [Pure]> {
  let summary = "matrix product";
  let description = [{
    a (..., m, k) times b: (k, n), or (..., k, n) with a's leading dimensions; with `transpose_b` (n, k). Then a bias (n)
    if given.
}] # epilogueText # [{
    ```mlir
    %y = matmul %x, %w <transpose_b = true>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, OptionalAttr<Dpsims_Bool>:$transpose_b,
                       OptionalAttr<StrAttr>:$activation, OptionalAttr<Dpsims_Float>:$alpha,
                       OptionalAttr<Dpsims_Float>:$beta, OptionalAttr<Dpsims_Bool>:$residual);
}

def Dpsims_AttentionOp : Dpsims_TensorOp<"attention", 3, 3, [Pure]> {
  let summary = "softmax(scale * q k^T) v";
  let description = [{
    q (B, m, d), k (B, n, d), v (B, n, e) -> (B, m, e).

    ```mlir
    %y = attention %q, %k, %v <scale = 0.125>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Float:$scale);
}

//===-- Reductions and norms --------------------------------------------------------------------------------------===//

def Dpsims_ReduceOp : Dpsims_TensorOp<"reduce", 1, 1, [Pure]> {
  let summary = "sum, mean or max over axes, kept with size 1";
  let description = [{
    ```mlir
    %y = reduce %x <kind = "mean", axes = [1, 2]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_String:$kind, Dpsims_Ints:$axes);
}

def Dpsims_SoftmaxOp : Dpsims_TensorOp<"softmax", 1, 1, [Pure]> {
  let summary = "exp(scale * x) over its sum, along the last axis";
  let description = [{
    ```mlir
    %y = softmax %x <scale = 0.125>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, OptionalAttr<Dpsims_Float>:$scale);
}

def Dpsims_LayerNormOp : Dpsims_TensorOp<"layer_norm", 1, 3, [Pure]> {
  let summary = "(x - mean) / sqrt(variance + eps) along the last axis, * weight + bias if given";
  let description = [{
    ```mlir
    %y = layer_norm %x, %w, %b <eps = 1.0e-6>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Float:$eps);
}

def Dpsims_BatchNormOp : Dpsims_TensorOp<"batch_norm", 3, 5, [Pure]> {
  let summary = "(x - mean) / sqrt(variance + eps) per channel, * weight + bias if given";
  let description = [{
    Operands: x (..., C), mean (C), variance (C), weight (C), bias (C). The statistics are stored ones, or those of
    `batch_statistics`.

    ```mlir
    %y = batch_norm %x, %mean, %var <eps = 1.0e-5>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Float:$eps);
}

def Dpsims_BatchStatisticsOp : Dpsims_TensorOp<"batch_statistics", 1, 1, [Pure]> {
  let summary = "mean and biased variance per channel";
  let description = [{
    ```mlir
    %mean, %var = batch_statistics %x
    ```
  }];
  let results = (outs AnyType:$mean, AnyType:$variance);
}

def Dpsims_MaxPoolOp : Dpsims_TensorOp<"max_pool", 1, 1, [Pure]> {
  let summary = "maximum over windows; padding never wins";
  let description = [{
    ```mlir
    %y = max_pool %x <kernel = 3, stride = 2, padding = 1>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Int:$kernel, Dpsims_Int:$stride, Dpsims_Int:$padding);
}

//===-- Labels ----------------------------------------------------------------------------------------------------===//

def Dpsims_OneHotOp : Dpsims_TensorOp<"one_hot", 1, 1, [Pure]> {
  let summary = "ids (N, H, W) -> (N, H, W, classes); an id outside 0..classes-1 gives zeros";
  let description = [{
    ```mlir
    %y = one_hot %ids <classes = 35>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Int:$classes);
}

def Dpsims_InstanceEdgesOp : Dpsims_TensorOp<"instance_edges", 1, 1, [Pure]> {
  let summary = "ids (N, H, W) -> (N, H, W, 1): 1 where one of the four neighbours has another id";
  let description = [{
    ```mlir
    %y = instance_edges %ids
    ```
  }];
}

//===-- Shape -----------------------------------------------------------------------------------------------------===//

def Dpsims_UpsampleOp : Dpsims_TensorOp<"upsample", 1, 1, [Pure]> {
  let summary = "nearest upsampling of images";
  let description = [{
    ```mlir
    %y = upsample %x <factor = 2>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Int:$factor);
}

def Dpsims_ReshapeOp : Dpsims_TensorOp<"reshape", 1, 1, [Pure]> {
  let summary = "the same elements in another shape; one size may be -1";
  let description = [{
    ```mlir
    %y = reshape %x <shape = [0 - 1, 64]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$shape);
}

def Dpsims_TransposeOp : Dpsims_TensorOp<"transpose", 1, 1, [Pure]> {
  let summary = "axes in another order: axis i of the result is axis perm[i] of x";
  let description = [{
    ```mlir
    %y = transpose %x <perm = [0, 3, 1, 2]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$perm);
}

def Dpsims_BroadcastOp : Dpsims_TensorOp<"broadcast", 1, 1, [Pure]> {
  let summary = "x repeated to a shape, as numpy's broadcast_to";
  let description = [{
    ```mlir
    %y = broadcast %x <shape = [batch, 64, 64, 8]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$shape);
}

def Dpsims_ConcatOp : Dpsims_TensorOp<"concat", 1, 1024, [Pure]> {
  let summary = "values one after another along an axis";
  let description = [{
    ```mlir
    %y = concat %a, %b <axis = 3>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Int:$axis);
}

def Dpsims_SliceOp : Dpsims_TensorOp<"slice", 1, 1, [Pure]> {
  let summary = "element i of an axis is element start + i * step of x's";
  let description = [{
    ```mlir
    %y = slice %x <start = [0, 0, 0, 0], step = [1, 8, 8, 1], size = [1, 4, 4, 5]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$start, Dpsims_Ints:$step, Dpsims_Ints:$size);
}

def Dpsims_PadOp : Dpsims_TensorOp<"pad", 1, 1, [Pure]> {
  let summary = "zeros before and after each axis";
  let description = [{
    ```mlir
    %y = pad %x <low = [0, 1, 1, 0], high = [0, 1, 1, 0]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$low, Dpsims_Ints:$high);
}

//===-- The graph and its parts -----------------------------------------------------------------------------------===//

def Dpsims_GraphOp : Op<Dpsims_Dialect, "graph", [
    Symbol, IsolatedFromAbove, SingleBlock, NoTerminator, HasParent<"::mlir::ModuleOp">,
    OpAsmOpInterface]> {
  let summary = "a program after elaboration: ops on static tensors";
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword custom<Steps>($body)";
  let extraClassDeclaration = [{
    static ::llvm::StringRef getDefaultDialect() { return "dpsims"; }
  }];
  let hasVerifier = 1;
}

def Dpsims_PrepareOp : Op<Dpsims_Dialect, "prepare", [
    SingleBlock, OpAsmOpInterface]> {
  let summary = "what depends on weights alone: computed once, when the weights are loaded";
  let results = (outs Variadic<AnyType>:$results);
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
  }];
  let arguments = (ins Variadic<AnyType>:$inputs);
  let results = (outs Variadic<AnyType>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = "($inputs^ `:` type($inputs))? `->` type($results) $body attr-dict";
  let extraClassDeclaration = [{
    static ::llvm::StringRef getDefaultDialect() { return "dpsims"; }
  }];
}

#endif
