// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention.

#ifndef DPSIMS_ATTENTION_OPS
#define DPSIMS_ATTENTION_OPS

include "dialect/TensorOps.td"

def Dpsims_AttentionOp : Dpsims_TensorOp<"attention",
    (ins Dpsims_Tensor<"q (B, m, d)">:$query, Dpsims_Tensor<"k (B, n, d)">:$key, Dpsims_Tensor<"v (B, n, e)">:$value,
         Dpsims_OptionalTensor<"(b, m or 1, n), B being a multiple of b">:$bias),
    (ins Dpsims_Float<"of the products">:$scale), [Pure, Dpsims_Differentiable, Dpsims_Batched]> {
  let summary = "softmax(scale * q k^T + bias) v";
  let description = [{
    The result is (B, m, e). Of the B matrices number i takes the bias of number i mod b: one for each head and window,
    say, where B counts images, windows and heads. A mask is a bias that is much less than 0 where a query must not see
    a key.

    ```mlir
    %y = attention %q, %k, %v <scale = 0.125>
    ```
  }];
  let extraClassDeclaration = [{
    /// softmax(scale * q k^T + bias), (B, m, n): of its decomposition and its derivative, which have it in common.
    ::mlir::Value buildWeights(::mlir::OpBuilder &builder);
  }];
}

// Of attention as one kernel, forward and backward.
defvar Dpsims_FusedAttention = (ins Dpsims_Float<"of the products">:$scale,
    Dpsims_Default<Dpsims_Bool<"the queries are added to the result, e being d">, "false">:$residual);

def Dpsims_FusedAttentionOp : Dpsims_TensorOp<"fused_attention",
    (ins Dpsims_Tensor<"q (B, m, d)">:$query, Dpsims_Tensor<"k (B, n, d)">:$key, Dpsims_Tensor<"v (B, n, e)">:$value,
         Dpsims_OptionalTensor<"(B, 1, n)">:$bias),
    Dpsims_FusedAttention, [Pure, Dpsims_Differentiable, Dpsims_KernelOp]> {
  let summary = "attention to few keys as one kernel: softmax(scale * q k^T + bias) v, and q if residual";
  let description = [{
    The result is (B, m, e); the second one, (B, m, 1), has the logarithm of the sum of exp(scale * q k^T + bias) of
    each row, from which the gradient computes the weights again. dpsims-fuse-attention makes it, of f32.

    ```mlir
    %y, %sums = fused_attention %q, %k, %v <scale = 0.125>
    ```
  }];
  let results = (outs Dpsims_Tensor<"(B, m, e)">:$result, Dpsims_Tensor<"(B, m, 1)">:$sums);
}

def Dpsims_FusedAttentionGradientOp : Dpsims_TensorOp<"fused_attention_gradient",
    (ins Dpsims_Tensor<"q (B, m, d)">:$query, Dpsims_Tensor<"k (B, n, d)">:$key, Dpsims_Tensor<"v (B, n, e)">:$value,
         Dpsims_Tensor<"of fused_attention, (B, m, 1)">:$sums, Dpsims_Tensor<"of its result, (B, m, e)">:$gradient,
         Dpsims_OptionalTensor<"(B, 1, n)">:$bias),
    !con(Dpsims_FusedAttention, (ins Dpsims_Int<"of the rows, each added up by itself">:$parts)),
    [Pure, Dpsims_KernelOp]> {
  let summary = "gradients of fused_attention with respect to q, k, v and the bias, as one kernel";
  let description = [{
    That of q is (B, m, d). Of the others there is one for each of so many equal parts of the m rows, whose sum is the
    gradient: (B, parts, n, d), (B, parts, n, e), (B, parts, 1, n). The last is there without a bias, too.

    ```mlir
    %dq, %dk, %dv, %db = fused_attention_gradient %q, %k, %v, %sums, %g <scale = 0.125, parts = 16>
    ```
  }];
  let results = (outs Dpsims_Tensor<"(B, m, d)">:$queryGradient, Dpsims_Tensor<"(B, parts, n, d)">:$keyGradients,
                      Dpsims_Tensor<"(B, parts, n, e)">:$valueGradients,
                      Dpsims_Tensor<"(B, parts, 1, n)">:$biasGradients);
}

#endif
