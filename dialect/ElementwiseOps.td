// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementwise arithmetic.

#ifndef DPSIMS_ELEMENTWISE_OPS
#define DPSIMS_ELEMENTWISE_OPS

include "dialect/TensorOps.td"

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
def Dpsims_AddOp : Dpsims_Binary<"add", "a + b"> {
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}
def Dpsims_SubOp : Dpsims_Binary<"sub", "a - b"> {
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}
def Dpsims_MulOp : Dpsims_Binary<"mul", "a * b"> {
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}
def Dpsims_DivOp : Dpsims_Binary<"div", "a / b"> {
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}
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

#endif
