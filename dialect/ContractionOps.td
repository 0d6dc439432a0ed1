// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Convolutions, matrix products, attention.

#ifndef DPSIMS_CONTRACTION_OPS
#define DPSIMS_CONTRACTION_OPS

include "dialect/TensorOps.td"

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

#endif
