// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions, norms, pooling.

#ifndef DPSIMS_NORM_OPS
#define DPSIMS_NORM_OPS

include "dialect/TensorOps.td"

def Dpsims_ReduceOp : Dpsims_TensorOp<"reduce", (ins Dpsims_Tensor<"at least one dimension">:$x),
    (ins Dpsims_CaseOf<Dpsims_ReduceKindEnum>:$kind, Dpsims_Ints<"which are reduced">:$axes),
    [Pure, Dpsims_Differentiable, Dpsims_FusesProducers, Dpsims_Batched]> {
  let summary = "sum, mean or max over axes, kept with size 1";
  let description = [{
    ```mlir
    %y = reduce %x <kind = "mean", axes = [1, 2]>
    ```
  }];
  let hasFolder = 1;
}

def Dpsims_SoftmaxOp : Dpsims_TensorOp<"softmax", (ins Dpsims_Tensor<"at least one dimension">:$x),
    (ins Dpsims_Default<Dpsims_Float<"of x">, "1.0", "1">:$scale),
    [Pure, Dpsims_Differentiable, Dpsims_FusesProducers, Dpsims_Batched]> {
  let summary = "exp(scale * x) over its sum, along the last axis";
  let description = [{
    ```mlir
    %y = softmax %x <scale = 0.125>
    ```
  }];
}

def Dpsims_LogSoftmaxOp : Dpsims_TensorOp<"log_softmax", (ins Dpsims_Tensor<"at least one dimension">:$x), (ins),
    [Pure, Dpsims_Differentiable, Dpsims_FusesProducers, Dpsims_Batched]> {
  let summary = "x less the logarithm of the sum of exp(x), along the last axis";
  let description = [{
    ```mlir
    %y = log_softmax %x
    ```
  }];
}

def Dpsims_LayerNormOp : Dpsims_TensorOp<"layer_norm",
    (ins Dpsims_Tensor<"(..., C)">:$x, Dpsims_OptionalTensor<"(C), of f32 or as x">:$weight,
         Dpsims_OptionalTensor<"(C), of f32 or as x">:$bias),
    (ins Dpsims_Float<"added to the variance">:$eps),
    [Pure, Dpsims_Differentiable, Dpsims_FusesProducers, Dpsims_Batched]> {
  let summary = "(x - mean) / sqrt(variance + eps) along the last axis, * weight + bias if given";
  let description = [{
    ```mlir
    %y = layer_norm %x, %w, %b <eps = 1.0e-6>
    ```
  }];
}

def Dpsims_BatchNormOp : Dpsims_TensorOp<"batch_norm",
    (ins Dpsims_Tensor<"(N, ..., C)">:$x, Dpsims_Tensor<"(C) or (groups, C)">:$mean,
         Dpsims_Tensor<"as the mean">:$variance, Dpsims_OptionalTensor<"(C)">:$weight,
         Dpsims_OptionalTensor<"(C)">:$bias),
    (ins Dpsims_Float<"added to the variance">:$eps), [Pure, Dpsims_Differentiable, Dpsims_Batched]> {
  let summary = "(x - mean) / sqrt(variance + eps) per channel, * weight + bias if given";
  let description = [{
    The statistics are stored ones, or those of `batch_statistics`; as (groups, C) each row is for one of so many equal
    parts of x along N.

    ```mlir
    %y = batch_norm %x, %mean, %var <eps = 1.0e-5>
    ```
  }];
}

def Dpsims_BatchStatisticsOp : Dpsims_TensorOp<"batch_statistics", (ins Dpsims_Tensor<"(N, ..., C)">:$x),
    (ins OptionalAttr<Dpsims_Int<"equal parts of x along N, each with statistics of its own">>:$groups),
    [Pure, Dpsims_Differentiable, Dpsims_BatchedWithSizes]> {
  let summary = "mean and biased variance per channel";
  let description = [{
    ```mlir
    %mean, %var = batch_statistics %x
    ```
  }];
  let results = (outs Dpsims_Tensor<"(C), with `groups` (groups, C)">:$mean, Dpsims_Tensor<"as the mean">:$variance);
}

defvar Dpsims_Pooling = (ins Dpsims_Int<"height and width of a window">:$kernel,
                             Dpsims_Int<"from one window to the next">:$stride,
                             Dpsims_Int<"on each side">:$padding);

def Dpsims_MaxPoolOp : Dpsims_TensorOp<"max_pool", (ins Dpsims_Tensor<"(N, H, W, C)">:$images), Dpsims_Pooling,
                                       [Pure, Dpsims_Differentiable, Dpsims_KernelOp, Dpsims_Batched]> {
  let summary = "maximum over windows; padding never wins";
  let description = [{
    ```mlir
    %y = max_pool %x <kernel = 3, stride = 2, padding = 1>
    ```
  }];
}

def Dpsims_MaxPoolGradientOp : Dpsims_TensorOp<"max_pool_gradient",
    (ins Dpsims_Tensor<"(N, H, W, C)">:$images, Dpsims_Tensor<"max_pool of the images">:$pooled,
         Dpsims_Tensor<"of what is pooled">:$gradient), Dpsims_Pooling,
    [Pure, Dpsims_Differentiable, Dpsims_KernelOp]> {
  let summary = "gradient of max_pool with respect to its images";
  let description = [{
    The gradient goes to the first maximum of each window.

    ```mlir
    %dx = max_pool_gradient %x, %y, %dy <kernel = 3, stride = 2, padding = 1>
    ```
  }];
}

#endif
