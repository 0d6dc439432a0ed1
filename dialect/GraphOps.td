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

def Dpsims_Differentiable : DeclareOpInterfaceMethods<Dpsims_DifferentiableOpInterface>;
def Dpsims_Elementwise : DeclareOpInterfaceMethods<Dpsims_ElementwiseOpInterface>;

class Dpsims_NamedOp<string mnemonic, int operands> : Dpsims_TensorOp<mnemonic, operands, operands>;

def Dpsims_InputOp : Dpsims_NamedOp<"input", 0> {
  let summary = "a tensor that the program's caller gives";
  let description = [{
    `type`: f32 (default), i32, u8. It may stand in several places of a program: with the same name, shape and type it is
    the same input; with another shape or type it is an error.

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

def Dpsims_AssignOp : Op<Dpsims_Dialect, "assign", []> {
  let summary = "what a weight or state of the weights file is from here on";
  let description = [{
    The program keeps it for its next run. The name is relative to the instance's path, as that of `weight` and `state`;
    `instance shared` and `current` give the new value from here on.

    ```mlir
    assign "running_mean" %mean
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
    (out, everything else), after 16 power iterations; and `copy`: the first value of the weight `of`. With
    `required = false` a weights file may lack it.

    ```mlir
    %u = state "u" <shape = [out], init = "singular_left", of = "weight">
    ```
  }];
  let arguments = (ins StrAttr:$name, Dpsims_Ints:$shape, Dpsims_String:$init, OptionalAttr<Dpsims_Float>:$value,
                       OptionalAttr<Dpsims_String>:$of, OptionalAttr<Dpsims_Bool>:$required);
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
    : Dpsims_TensorOp<mnemonic, 1, 1, [Pure, Dpsims_Differentiable, Dpsims_Elementwise]> {
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
def Dpsims_ErfOp : Dpsims_Unary<"erf", "2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x">;
def Dpsims_PowOp : Dpsims_Unary<"pow", "x to a constant power", (ins Dpsims_Float:$exponent)> {
  let description = "Element by element; x must not be negative where the exponent is no integer.\n\n"
                    "```mlir\n%y = pow %x <exponent = 2.0>\n```\n";
}
def Dpsims_SqrtOp : Dpsims_Unary<"sqrt", "square root">;
def Dpsims_RsqrtOp : Dpsims_Unary<"rsqrt", "1 / sqrt(x)">;
def Dpsims_AbsOp : Dpsims_Unary<"abs", "absolute value">;
def Dpsims_SquareOp : Dpsims_Unary<"square", "x * x">;
def Dpsims_NegOp : Dpsims_Unary<"neg", "-x">;
def Dpsims_RoundOp : Dpsims_TensorOp<"round", 1, 1, [Pure, Dpsims_Elementwise]> {
  let summary = "nearest integer, halves to even";
  let description = "Element by element.\n\n```mlir\n%y = round %x\n```\n";
}
def Dpsims_CastOp : Dpsims_TensorOp<"cast", 1, 1, [Pure, Dpsims_Elementwise]> {
  let summary = "conversion to f32, i32 or u8";
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_String:$type);
  let description = [{
    From a float to an integer: rounded to nearest, halves to even, and kept within the type's range.

    ```mlir
    %y = cast %x <type = "u8">
    ```
  }];
}

class Dpsims_Binary<string mnemonic, string formula>
    : Dpsims_TensorOp<mnemonic, 2, 2, [Pure, Dpsims_Differentiable, Dpsims_Elementwise]> {
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
def Dpsims_GreaterOp : Dpsims_Binary<"greater", "1 where a > b, else 0 (f32)">;

def Dpsims_SelectOp : Dpsims_TensorOp<"select", 3, 3, [Pure, Dpsims_Differentiable, Dpsims_Elementwise]> {
  let summary = "a where c is not 0, b elsewhere";
  let description = [{
    Element by element, for c, a, b; shapes broadcast as in numpy.

    ```mlir
    %y = select %c, %a, %b
    ```
  }];
}

def Dpsims_StopGradientOp : Dpsims_TensorOp<"stop_gradient", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "x, a constant for differentiation";
  let description = [{
    ```mlir
    %y = stop_gradient %x
    ```
  }];
}

//===-- Contractions ----------------------------------------------------------------------------------------------===//

defvar epilogueText = [{
    Passes add an epilogue: `activation` (`relu`, `leaky_relu`, `clamp`, `sigmoid`, `silu`, `gelu`, `tanh`, with `alpha`
    and `beta`) of the result, then, with `residual`, the last operand is added.
}];

def Dpsims_Conv2dOp : Dpsims_TensorOp<"conv2d", 2, 4, [Pure, Dpsims_Differentiable]> {
  let summary = "convolution (cross-correlation) of images";
  let description = [{
    Operands: x (N, H, W, C), weights (O, C / groups, kh, kw), bias (O) if given. `padding`: one number, [height,
    width], [top, left, bottom, right], or "same" (TensorFlow's: ceil(size / stride) outputs, the odd pixel at the bottom
    and right). Output: (N, (H + top + bottom - kh) / stride + 1, ..., O). `packed`, set by pack-weights: the weights'
    memory has the order (O, kh, kw, C / groups).
}] # epilogueText # [{
    ```mlir
    %y = conv2d %x, %w, %b <stride = 2, padding = 1>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, OptionalAttr<Dpsims_IntOrInts>:$stride,
                       OptionalAttr<Dpsims_Padding>:$padding, OptionalAttr<Dpsims_Int>:$groups,
                       OptionalAttr<StrAttr>:$activation, OptionalAttr<Dpsims_Float>:$alpha,
                       OptionalAttr<Dpsims_Float>:$beta, OptionalAttr<Dpsims_Bool>:$residual,
                       OptionalAttr<Dpsims_Bool>:$packed);
}

class Dpsims_ConvGradient<string mnemonic> : Dpsims_TensorOp<mnemonic, 2, 2, [Pure, Dpsims_Differentiable]> {
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$shape, OptionalAttr<Dpsims_IntOrInts>:$stride,
                       OptionalAttr<Dpsims_Padding>:$padding, OptionalAttr<Dpsims_Int>:$groups,
                       OptionalAttr<Dpsims_Bool>:$packed);
}

def Dpsims_Conv2dInputGradientOp : Dpsims_ConvGradient<"conv2d_input_gradient"> {
  let summary = "gradient of conv2d with respect to its images";
  let description = [{
    Operands: the gradient g (N, h, w, O) of the result, weights (O, C / groups, kh, kw). `shape` (N, H, W, C) is that
    of the images; the rest as in `conv2d`.

    ```mlir
    %dx = conv2d_input_gradient %g, %w <shape = [batch, 64, 64, 8], padding = 1>
    ```
  }];
}

def Dpsims_Conv2dWeightGradientOp : Dpsims_ConvGradient<"conv2d_weight_gradient"> {
  let summary = "gradient of conv2d with respect to its weights";
  let description = [{
    Operands: the images x (N, H, W, C), the gradient g (N, h, w, O) of the result. `shape` (O, C / groups, kh, kw) is
    that of the weights; the rest as in `conv2d`.

    ```mlir
    %dw = conv2d_weight_gradient %x, %g <shape = [16, 8, 3, 3], padding = 1>
    ```
  }];
}

def Dpsims_MatmulOp : Dpsims_TensorOp<"matmul", 2, 4, [Pure, Dpsims_Differentiable]> {
  let summary = "matrix product";
  let description = [{
    a (..., m, k) times b: (k, n), or (..., k, n) with a's leading dimensions; with `transpose_a` a is (..., k, m), with
    `transpose_b` b is (..., n, k). Then a bias (n) if given. With `transpose_a` and leading dimensions b has them too.
}] # epilogueText # [{
    ```mlir
    %y = matmul %x, %w <transpose_b = true>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, OptionalAttr<Dpsims_Bool>:$transpose_a,
                       OptionalAttr<Dpsims_Bool>:$transpose_b,
                       OptionalAttr<StrAttr>:$activation, OptionalAttr<Dpsims_Float>:$alpha,
                       OptionalAttr<Dpsims_Float>:$beta, OptionalAttr<Dpsims_Bool>:$residual);
}

def Dpsims_AttentionOp : Dpsims_TensorOp<"attention", 3, 3, [Pure, Dpsims_Differentiable]> {
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

def Dpsims_ReduceOp : Dpsims_TensorOp<"reduce", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "sum, mean or max over axes, kept with size 1";
  let description = [{
    ```mlir
    %y = reduce %x <kind = "mean", axes = [1, 2]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_String:$kind, Dpsims_Ints:$axes);
}

def Dpsims_SoftmaxOp : Dpsims_TensorOp<"softmax", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "exp(scale * x) over its sum, along the last axis";
  let description = [{
    ```mlir
    %y = softmax %x <scale = 0.125>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, OptionalAttr<Dpsims_Float>:$scale);
}

def Dpsims_LogSoftmaxOp : Dpsims_TensorOp<"log_softmax", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "x less the logarithm of the sum of exp(x), along the last axis";
  let description = [{
    ```mlir
    %y = log_softmax %x
    ```
  }];
}

def Dpsims_LayerNormOp : Dpsims_TensorOp<"layer_norm", 1, 3, [Pure, Dpsims_Differentiable]> {
  let summary = "(x - mean) / sqrt(variance + eps) along the last axis, * weight + bias if given";
  let description = [{
    ```mlir
    %y = layer_norm %x, %w, %b <eps = 1.0e-6>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Float:$eps);
}

def Dpsims_BatchNormOp : Dpsims_TensorOp<"batch_norm", 3, 5, [Pure, Dpsims_Differentiable]> {
  let summary = "(x - mean) / sqrt(variance + eps) per channel, * weight + bias if given";
  let description = [{
    Operands: x (N, ..., C), mean (C), variance (C), weight (C), bias (C). The statistics are stored ones, or those of
    `batch_statistics`; as (groups, C) each row is for one of so many equal parts of x along N.

    ```mlir
    %y = batch_norm %x, %mean, %var <eps = 1.0e-5>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Float:$eps);
}

def Dpsims_BatchStatisticsOp : Dpsims_TensorOp<"batch_statistics", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "mean and biased variance per channel";
  let description = [{
    Of x (N, ..., C), each (C); with `groups` (groups, C), a row for each of so many equal parts of x along N.

    ```mlir
    %mean, %var = batch_statistics %x
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, OptionalAttr<Dpsims_Int>:$groups);
  let results = (outs AnyType:$mean, AnyType:$variance);
}

def Dpsims_MaxPoolOp : Dpsims_TensorOp<"max_pool", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "maximum over windows; padding never wins";
  let description = [{
    ```mlir
    %y = max_pool %x <kernel = 3, stride = 2, padding = 1>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Int:$kernel, Dpsims_Int:$stride, Dpsims_Int:$padding);
}

def Dpsims_MaxPoolGradientOp : Dpsims_TensorOp<"max_pool_gradient", 3, 3, [Pure]> {
  let summary = "gradient of max_pool with respect to its images";
  let description = [{
    Operands: the images x, y = max_pool(x), the gradient of y. It goes to the first maximum of each window.

    ```mlir
    %dx = max_pool_gradient %x, %y, %dy <kernel = 3, stride = 2, padding = 1>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Int:$kernel, Dpsims_Int:$stride, Dpsims_Int:$padding);
}

//===-- Labels ----------------------------------------------------------------------------------------------------===//

def Dpsims_OneHotOp : Dpsims_TensorOp<"one_hot", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "ids (...) -> (..., classes), 1 at the id; an id outside 0..classes-1 gives zeros";
  let description = [{
    ```mlir
    %y = one_hot %ids <classes = 35>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Int:$classes);
}

def Dpsims_InstanceEdgesOp : Dpsims_TensorOp<"instance_edges", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "ids (N, H, W) -> (N, H, W, 1): 1 where one of the four neighbours has another id";
  let description = [{
    ```mlir
    %y = instance_edges %ids
    ```
  }];
}

def Dpsims_IotaOp : Dpsims_TensorOp<"iota", 0, 0, [Pure]> {
  let summary = "the index along an axis, i32";
  let description = [{
    ```mlir
    %i = iota <shape = [1, 16], axis = 1>
    ```
  }];
  let arguments = (ins Dpsims_Ints:$shape, Dpsims_Int:$axis);
}

//===-- Shape -----------------------------------------------------------------------------------------------------===//

def Dpsims_UpsampleOp : Dpsims_TensorOp<"upsample", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "nearest upsampling of images";
  let description = [{
    ```mlir
    %y = upsample %x <factor = 2>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Int:$factor);
}

def Dpsims_ReshapeOp : Dpsims_TensorOp<"reshape", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "the same elements in another shape; one size may be -1";
  let description = [{
    ```mlir
    %y = reshape %x <shape = [0 - 1, 64]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$shape);
}

def Dpsims_TransposeOp : Dpsims_TensorOp<"transpose", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "axes in another order: axis i of the result is axis perm[i] of x";
  let description = [{
    ```mlir
    %y = transpose %x <perm = [0, 3, 1, 2]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$perm);
}

def Dpsims_BroadcastOp : Dpsims_TensorOp<"broadcast", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "x repeated to a shape, as numpy's broadcast_to";
  let description = [{
    ```mlir
    %y = broadcast %x <shape = [batch, 64, 64, 8]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$shape);
}

def Dpsims_ConcatOp : Dpsims_TensorOp<"concat", 1, 1024, [Pure, Dpsims_Differentiable]> {
  let summary = "values one after another along an axis";
  let description = [{
    ```mlir
    %y = concat %a, %b <axis = 3>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Int:$axis);
}

def Dpsims_SliceOp : Dpsims_TensorOp<"slice", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "element i of an axis is element start + i * step of x's";
  let description = [{
    ```mlir
    %y = slice %x <start = [0, 0, 0, 0], step = [1, 8, 8, 1], size = [1, 4, 4, 5]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$start, Dpsims_Ints:$step, Dpsims_Ints:$size);
}

def Dpsims_PadOp : Dpsims_TensorOp<"pad", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "zeros before, after and, with `interior`, between the elements of each axis";
  let description = [{
    ```mlir
    %y = pad %x <low = [0, 1, 1, 0], high = [0, 1, 1, 0]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$low, Dpsims_Ints:$high,
                       OptionalAttr<Dpsims_Ints>:$interior);
}

//===-- Differentiation -------------------------------------------------------------------------------------------===//

def Dpsims_GradientOp : Dpsims_TensorOp<"gradient", 1, 100000> {
  let summary = "the gradient of a loss with respect to values";
  let description = [{
    In a block: a loss of one element and a list of values to a list of their gradients. In a graph the values are
    operands behind the loss, and there are as many results; `differentiate` replaces it by what computes them.

    ```mlir
    %gradients = gradient %loss, %list
    ```
  }];
  let results = (outs Variadic<AnyType>:$gradients);
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
    are elementwise or pick elements; the last may also be a reduction, a norm, a softmax, a pooling or a concat. Several
    such bodies may stand side by side (`group-kernels`); for CUDA ops may also read a reduction in the body that is one
    of the results, or a reshape of such a result or of an argument (`attach-tails`).
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
