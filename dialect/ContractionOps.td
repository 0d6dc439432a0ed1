// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Convolutions, matrix products.

#ifndef DPSIMS_CONTRACTION_OPS
#define DPSIMS_CONTRACTION_OPS

include "dialect/TensorOps.td"

// `activation` and its numbers.
defvar Dpsims_Epilogue = (ins
    OptionalAttr<Dpsims_CaseOf<Dpsims_ActivationEnum, "of each element, none if absent; one of">>:$activation,
    Dpsims_Default<Dpsims_Float<"the slope of `leaky_relu`, the lower bound of `clamp`">, "0.0", "0">:$alpha,
    Dpsims_Default<Dpsims_Float<"the upper bound of `clamp`">, "0.0", "0">:$beta);

// Sums are f32; `type` is what they are rounded to.
defvar Dpsims_ResultType = (ins
    OptionalAttr<Dpsims_CaseOf<Dpsims_ElementKindEnum,
        "of the result's elements, f32 or that of the operands (theirs if absent)">>:$type);

// What a convolution and its gradients have in common.
defvar Dpsims_Geometry = (ins
    OptionalAttr<Dpsims_IntOrInts<"of both directions, or [height, width] (1 if absent)">>:$stride,
    OptionalAttr<Dpsims_Padding<"one number, [height, width], or [top, left, bottom, right] (0 if absent)">>:$padding,
    Dpsims_Default<Dpsims_Int<"of channels, convolved by themselves">, "1">:$groups,
    Dpsims_Default<Dpsims_Bool<"the weights' memory has the order (O, kh, kw, C / groups)">, "false">:$packed);

def Dpsims_Conv2dOp : Dpsims_TensorOp<"conv2d",
    (ins Dpsims_Tensor<"(N, H, W, C)">:$images, Dpsims_Tensor<"(O, C / groups, kh, kw)">:$weights,
         Dpsims_OptionalTensor<"(O), f32">:$bias, Dpsims_OptionalTensor<"of the result's type">:$residual),
    !con(Dpsims_Geometry, Dpsims_Epilogue, Dpsims_ResultType),
    [Pure, Dpsims_Differentiable, Dpsims_Library, Dpsims_Batched, Dpsims_ContractionOpInterface,
     Dpsims_ConvolutionOpInterface]> {
  let summary = "convolution (cross-correlation) of images";
  let description = [{
    The output is (N, (H + top + bottom - kh) / stride + 1, ..., O). Padding "same" is TensorFlow's: ceil(size / stride)
    outputs, the odd pixel at the bottom and right. `packed` is set by pack-weights.

    Images and weights have one float type. Sums, bias and epilogue are f32, and rounded once to the result's type.

    Passes add an epilogue: `activation` of the result, then the residual is added, the last operand where
    `residual = true` is among the attributes.

    ```mlir
    %y = conv2d %x, %w, %b <stride = 2, padding = 1>
    ```
  }];
  let extraClassDeclaration = [{
    ::mlir::Value getSource() { return getImages(); }
    ::llvm::SmallVector<int64_t> imagesShape();
    ::llvm::SmallVector<int64_t> weightsShape();
  }];
}

class Dpsims_ConvGradient<string mnemonic, dag operands, string shape>
    : Dpsims_TensorOp<mnemonic, operands, !con((ins Dpsims_Ints<shape>:$shape), Dpsims_Geometry, Dpsims_ResultType),
                      [Pure, Dpsims_Differentiable, Dpsims_Library, Dpsims_ConvolutionOpInterface]> {
  let extraClassDeclaration = [{
    ::llvm::SmallVector<int64_t> imagesShape();
    ::llvm::SmallVector<int64_t> weightsShape();
  }];
}

def Dpsims_Conv2dInputGradientOp : Dpsims_ConvGradient<"conv2d_input_gradient",
    (ins Dpsims_Tensor<"of the convolution's result, (N, h, w, O)">:$gradient,
         Dpsims_Tensor<"(O, C / groups, kh, kw)">:$weights), "(N, H, W, C), that of the images"> {
  let summary = "gradient of conv2d with respect to its images";
  let description = [{
    ```mlir
    %dx = conv2d_input_gradient %g, %w <shape = [batch, 64, 64, 8], padding = 1>
    ```
  }];
}

def Dpsims_Conv2dWeightGradientOp : Dpsims_ConvGradient<"conv2d_weight_gradient",
    (ins Dpsims_Tensor<"(N, H, W, C)">:$images,
         Dpsims_Tensor<"of the convolution's result, (N, h, w, O)">:$gradient),
    "(O, C / groups, kh, kw), that of the weights"> {
  let summary = "gradient of conv2d with respect to its weights";
  let description = [{
    ```mlir
    %dw = conv2d_weight_gradient %x, %g <shape = [16, 8, 3, 3], padding = 1>
    ```
  }];
}

def Dpsims_MatmulOp : Dpsims_TensorOp<"matmul",
    (ins Dpsims_Tensor<"a (..., m, k)">:$lhs, Dpsims_Tensor<"b (k, n), or (..., k, n) as a">:$rhs,
         Dpsims_OptionalTensor<"(n), f32">:$bias, Dpsims_OptionalTensor<"of the result's type">:$residual),
    !con((ins Dpsims_Default<Dpsims_Bool<"a is (..., k, m)">, "false">:$transpose_a,
              Dpsims_Default<Dpsims_Bool<"b is (..., n, k)">, "false">:$transpose_b),
         Dpsims_Epilogue, Dpsims_ResultType),
    [Pure, Dpsims_Differentiable, Dpsims_Library, Dpsims_Batched, Dpsims_ContractionOpInterface]> {
  let summary = "matrix product";
  let description = [{
    b is one matrix, or one for each of a's. With `transpose_a` and leading dimensions b has them too. The epilogue
    and the types are those of `conv2d`.

    ```mlir
    %y = matmul %x, %w <transpose_b = true>
    ```
  }];
  let extraClassDeclaration = [{
    ::mlir::Value getSource() { return getLhs(); }
    ::mlir::Value getWeights() { return getRhs(); }
    ::mlir::OpOperand &getWeightsMutable() { return getRhsMutable(); }
  }];
}

#endif
