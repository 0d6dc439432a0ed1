// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions, norms, pooling.

#ifndef DPSIMS_NORM_OPS
#define DPSIMS_NORM_OPS

include "dialect/TensorOps.td"

def Dpsims_ReduceOp : Dpsims_TensorOp<"reduce", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "sum, mean or max over axes, kept with size 1";
  let description = [{
    ```mlir
    %y = reduce %x <kind = "mean", axes = [1, 2]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_String:$kind, Dpsims_Ints:$axes);
  let hasFolder = 1;
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

#endif
