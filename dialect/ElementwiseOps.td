// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementwise arithmetic.

#ifndef DPSIMS_ELEMENTWISE_OPS
#define DPSIMS_ELEMENTWISE_OPS

include "dialect/TensorOps.td"

// `work`: roughly the instructions for an element.
class Dpsims_ElementwiseOp<string mnemonic, string formula, dag operands, dag attributes, list<Trait> traits,
                           string inference, int work, string declarations>
    : Dpsims_TensorOp<mnemonic, operands, attributes,
                      !listconcat([Pure, Dpsims_Elementwise, Dpsims_BatchedOpInterface], traits), inference> {
  let summary = formula;
  let extraClassDeclaration = declarations # "unsigned workPerElement() { return " # work # "; }" # [{
    bool mergesAlongBatch(::llvm::ArrayRef<::dpsims::BatchRole> roles) {
      return ::dpsims::mergesElementwise(*this, roles);
    }
  }];
}

class Dpsims_UnaryOp<string mnemonic, string formula, int work, dag attributes, list<Trait> traits,
                     string declarations = "">
    : Dpsims_ElementwiseOp<mnemonic, formula, (ins Dpsims_Tensor<"any shape">:$x), attributes, traits,
                           "return ::dpsims::inferLikeOperand(*this, types);", work, declarations> {
  let description = "Element by element.\n\n```mlir\n%y = " # mnemonic # " %x\n```\n";
}
class Dpsims_Unary<string mnemonic, string formula, int work = 1, dag attributes = (ins)>
    : Dpsims_UnaryOp<mnemonic, formula, work, attributes, [Dpsims_Differentiable]>;

// `case`: of the enum of activations. `alpha`, `beta`: the attributes that are its numbers.
class Dpsims_ActivationOp<string mnemonic, string case, string formula, int work = 1, dag attributes = (ins),
                          string alpha = "{}", string beta = "{}">
    : Dpsims_UnaryOp<mnemonic, formula, work, attributes, [Dpsims_Differentiable, Dpsims_ActivationOpInterface],
                     "::dpsims::ActivationKind activation() { return ::dpsims::ActivationKind::" # case # "; }\n" #
                     "::mlir::Attribute activationAlpha() { return " # alpha # "; }\n" #
                     "::mlir::Attribute activationBeta() { return " # beta # "; }\n">;

def Dpsims_ReluOp : Dpsims_ActivationOp<"relu", "Relu", "max(x, 0)">;
def Dpsims_LeakyReluOp : Dpsims_ActivationOp<"leaky_relu", "LeakyRelu",
    "x where x > 0, slope * x elsewhere", 1, (ins Dpsims_Float<"of negative numbers">:$slope), "getSlopeAttr()"> {
  let description = "Element by element.\n\n```mlir\n%y = leaky_relu %x <slope = 0.2>\n```\n";
}
def Dpsims_ClampOp : Dpsims_ActivationOp<"clamp", "Clamp", "min(max(x, low), high)", 1,
    (ins Dpsims_Float<"low">:$min, Dpsims_Float<"high">:$max), "getMinAttr()", "getMaxAttr()"> {
  let description = "Element by element.\n\n```mlir\n%y = clamp %x <min = 0.0, max = 6.0>\n```\n";
}
def Dpsims_SigmoidOp : Dpsims_ActivationOp<"sigmoid", "Sigmoid", "1 / (1 + exp(-x))", 12>;
def Dpsims_SiluOp : Dpsims_ActivationOp<"silu", "Silu", "x * sigmoid(x)", 12>;
def Dpsims_GeluOp : Dpsims_ActivationOp<"gelu", "Gelu", "x * (1 + erf(x / sqrt(2))) / 2", 12>;
def Dpsims_TanhOp : Dpsims_ActivationOp<"tanh", "Tanh", "hyperbolic tangent", 12>;
def Dpsims_SoftplusOp : Dpsims_ActivationOp<"softplus", "Softplus", "log(1 + exp(x))", 24>;
def Dpsims_ExpOp : Dpsims_Unary<"exp", "e to the x", 12>;
def Dpsims_LogOp : Dpsims_Unary<"log", "natural logarithm", 12>;
def Dpsims_ErfOp : Dpsims_Unary<"erf", "2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x", 12>;
def Dpsims_PowOp : Dpsims_Unary<"pow", "x to a constant power", 12, (ins Dpsims_Float<"the power">:$exponent)> {
  let description = "Element by element; x must not be negative where the exponent is not an integer.\n\n"
                    "```mlir\n%y = pow %x <exponent = 2.0>\n```\n";
}
def Dpsims_SqrtOp : Dpsims_Unary<"sqrt", "square root", 4>;
def Dpsims_RsqrtOp : Dpsims_Unary<"rsqrt", "1 / sqrt(x)", 4>;
def Dpsims_AbsOp : Dpsims_Unary<"abs", "absolute value">;
def Dpsims_SquareOp : Dpsims_Unary<"square", "x * x">;
def Dpsims_NegOp : Dpsims_Unary<"neg", "-x">;
def Dpsims_RoundOp : Dpsims_UnaryOp<"round", "nearest integer, halves to even", 1, (ins), []>;
def Dpsims_FloorOp : Dpsims_UnaryOp<"floor", "the largest integer that is not above x", 1, (ins), []>;
def Dpsims_CastOp : Dpsims_ElementwiseOp<"cast", "conversion of the elements' type",
    (ins Dpsims_Tensor<"any shape and element type">:$x),
    (ins Dpsims_CaseOf<Dpsims_ElementKindEnum, "of the result">:$type), [Dpsims_Differentiable], "", 1, ""> {
  let hasFolder = 1;
  let description = [{
    From a float to an integer: rounded to nearest, halves to even, and kept within the type's range. To a narrower
    float: rounded to nearest, halves to even, from f32, which an integer becomes first. The derivative between floats
    is the conversion back.

    ```mlir
    %y = cast %x <type = "u8">
    ```
  }];
}

class Dpsims_BinaryOp<string mnemonic, string formula, list<Trait> traits, int work = 1,
                      string inference = "return ::dpsims::inferBroadcast(*this, types);">
    : Dpsims_ElementwiseOp<mnemonic, formula, (ins Dpsims_Tensor<"a">:$lhs, Dpsims_Tensor<"b">:$rhs), (ins), traits,
                           inference, work, ""> {
  let description = "Element by element; shapes broadcast as in numpy.\n\n```mlir\n%y = " # mnemonic # " %a, %b\n```\n";
}
class Dpsims_Binary<string mnemonic, string formula, int work = 1>
    : Dpsims_BinaryOp<mnemonic, formula, [Dpsims_Differentiable], work>;

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
def Dpsims_DivOp : Dpsims_Binary<"div", "a / b", 4> {
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}
def Dpsims_MaximumOp : Dpsims_Binary<"maximum", "the larger of a and b">;
def Dpsims_MinimumOp : Dpsims_Binary<"minimum", "the smaller of a and b">;
def Dpsims_NotEqualOp : Dpsims_BinaryOp<"not_equal", "1 where a and b differ, else 0; f32 for integers",
                                        [Dpsims_ZeroGradient], 1, "">;
def Dpsims_GreaterOp : Dpsims_BinaryOp<"greater", "1 where a > b, else 0", [Dpsims_ZeroGradient]>;

def Dpsims_SelectOp : Dpsims_ElementwiseOp<"select", "a where c is not 0, b elsewhere",
    (ins Dpsims_Tensor<"c">:$condition, Dpsims_Tensor<"a">:$lhs, Dpsims_Tensor<"b">:$rhs), (ins),
    [Dpsims_Differentiable], "return ::dpsims::inferBroadcast(*this, types);", 1, ""> {
  let description = [{
    Element by element, for c, a, b; shapes broadcast as in numpy.

    ```mlir
    %y = select %c, %a, %b
    ```
  }];
}

def Dpsims_StopGradientOp : Dpsims_TensorOp<"stop_gradient", (ins Dpsims_Tensor<"any shape">:$x), (ins),
    [Pure, Dpsims_ZeroGradient, Dpsims_BatchedOpInterface], "return ::dpsims::inferLikeOperand(*this, types);"> {
  let summary = "x, a constant for differentiation";
  let extraClassDeclaration = [{
    bool mergesAlongBatch(::llvm::ArrayRef<::dpsims::BatchRole> roles) {
      return ::dpsims::mergesElementwise(*this, roles);
    }
  }];
  let description = [{
    ```mlir
    %y = stop_gradient %x
    ```
  }];
}

#endif
