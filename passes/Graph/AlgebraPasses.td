// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// On graphs: the same results by less work. They run before derivatives are made, which then are less work, too.

#ifndef DPSIMS_GRAPH_ALGEBRA_PASSES
#define DPSIMS_GRAPH_ALGEBRA_PASSES

include "mlir/Pass/PassBase.td"

def AbsorbProjections : Pass<"dpsims-absorb-projections", "GraphOp"> {
  let summary = "matmuls before attention's queries and after its results go into its few keys and values";
  let description = [{
    With q = x w + c a product q k^T is x (k w^T)^T + c k^T: where there are fewer keys than a query has entries,
    multiplying the keys by w is less work than multiplying every row of x, and q is never made. c k^T, a number for
    each key, becomes a bias. Likewise (p v) w + c is p (v w + c), as each row of p adds up to 1. Both where they save
    multiplications and nothing else reads the values in between.

    ```mlir
    %m = matmul %x, %w, %c : (tensor<1x64x8xf32>, tensor<8x6xf32>, tensor<6xf32>) -> tensor<1x64x6xf32>
    %a = attention %m, %k, %v <scale = 0.5>
        : (tensor<1x64x6xf32>, tensor<1x2x6xf32>, tensor<1x2x6xf32>) -> tensor<1x64x6xf32>
    %y = matmul %a, %u, %d : (tensor<1x64x6xf32>, tensor<6x8xf32>, tensor<8xf32>) -> tensor<1x64x8xf32>
    ```
    becomes
    ```mlir
    %0 = mul %k, %c : (tensor<1x2x6xf32>, tensor<6xf32>) -> tensor<1x2x6xf32>
    %1 = reduce %0 <axes = [2], kind = "sum"> : (tensor<1x2x6xf32>) -> tensor<1x2x1xf32>
    %2 = constant <value = 0.5> : () -> tensor<f32>
    %3 = mul %1, %2 : (tensor<1x2x1xf32>, tensor<f32>) -> tensor<1x2x1xf32>
    %4 = reshape %3 <shape = [1, 1, 2]> : (tensor<1x2x1xf32>) -> tensor<1x1x2xf32>
    %5 = matmul %k, %w <transpose_b = true> : (tensor<1x2x6xf32>, tensor<8x6xf32>) -> tensor<1x2x8xf32>
    %6 = matmul %v, %u, %d : (tensor<1x2x6xf32>, tensor<6x8xf32>, tensor<8xf32>) -> tensor<1x2x8xf32>
    %y = attention %x, %5, %6, %4 <scale = 0.5>
        : (tensor<1x64x8xf32>, tensor<1x2x8xf32>, tensor<1x2x8xf32>, tensor<1x1x2xf32>) -> tensor<1x64x8xf32>
    ```

    Statistics: `queries`, `results`.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def UpsampleLast : Pass<"dpsims-upsample-last", "GraphOp"> {
  let summary = "1x1 convolutions of upsampled images run before the upsampling";
  let description = [{
    Nearest upsampling repeats pixels, and a 1x1 convolution makes each pixel of one: it gives the same numbers by a
    quarter of the work where the factor is 2. The upsampled images need not be in memory, as kernels repeat pixels
    where they read them.

    ```mlir
    %u = upsample %x <factor = 2> : (tensor<1x4x4x6xf32>) -> tensor<1x8x8x6xf32>
    %y = conv2d %u, %w <padding = 0> : (tensor<1x8x8x6xf32>, tensor<3x6x1x1xf32>) -> tensor<1x8x8x3xf32>
    ```
    becomes
    ```mlir
    %0 = conv2d %x, %w <padding = 0> : (tensor<1x4x4x6xf32>, tensor<3x6x1x1xf32>) -> tensor<1x4x4x3xf32>
    %y = upsample %0 <factor = 2> : (tensor<1x4x4x3xf32>) -> tensor<1x8x8x3xf32>
    ```

    Statistics: `moved`.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def GatherLabels : Pass<"dpsims-gather-labels", "GraphOp"> {
  let summary = "convolutions of one_hot label maps become sums of rows of their weights";
  let description = [{
    Of the channels of a one_hot one is 1: a 3x3 convolution of it adds up nine rows of weights a pixel, instead of nine
    times as many products as there are classes, and needs no one_hot. Its weights go into the order (kh, kw, classes,
    O). Other channels of the images are convolved by themselves and added. Gradients of the weights still take the
    one_hot. Where there are fewer than `classes` a convolution is as fast.

    ```mlir
    %s = one_hot %ids <classes = 35> : (tensor<1x8x8xi32>) -> tensor<1x8x8x35xf32>
    %y = conv2d %s, %w <padding = 1> : (tensor<1x8x8x35xf32>, tensor<16x35x3x3xf32>) -> tensor<1x8x8x16xf32>
    ```
    becomes
    ```mlir
    %0 = transpose %w <perm = [2, 3, 1, 0]> : (tensor<16x35x3x3xf32>) -> tensor<3x3x35x16xf32>
    %y = conv2d_labels %ids, %0 <padding = [1, 1, 1, 1], stride = [1, 1]>
        : (tensor<1x8x8xi32>, tensor<3x3x35x16xf32>) -> tensor<1x8x8x16xf32>
    ```

    Statistics: `gathered`, `split` into labels and other channels among them.
  }];
  let options = [Option<"classes", "classes", "int64_t", "24", "fewest that are gathered">];
  let dependentDialects = ["DpsimsDialect"];
}

#endif
