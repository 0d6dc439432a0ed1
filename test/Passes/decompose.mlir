// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// batch_norm and attention become simpler ops.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-decompose | FileCheck %s

// Stored statistics: x * scale + shift, both from weights alone.
// CHECK-LABEL: dpsims.graph @stored {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = state "mean"
// CHECK-NEXT: %2 = state "var"
// CHECK-NEXT: %3 = weight "w"
// CHECK-NEXT: %4 = weight "b"
// CHECK-NEXT: %5 = constant <value = 1.000000e-05>
// CHECK-NEXT: %6 = add %2, %5
// CHECK-NEXT: %7 = rsqrt %6
// CHECK-NEXT: %8 = mul %7, %3
// CHECK-NEXT: %9 = mul %1, %8
// CHECK-NEXT: %10 = sub %4, %9
// CHECK-NEXT: %11 = mul %0, %8
// CHECK-NEXT: %12 = add %11, %10
// CHECK-NEXT: output "y" %12
// CHECK-NEXT: }
dpsims.program @stored {
  %x = input "x" <shape = [2, 4, 4, 3]>
  %mean = state "mean" <shape = [3], init = "zeros">
  %var = state "var" <shape = [3], init = "ones">
  %w = weight "w" <shape = [3], init = "ones">
  %b = weight "b" <shape = [3], init = "zeros">
  %y = batch_norm %x, %mean, %var, %w, %b <eps = 1.0e-5>
  output "y" %y
}

// Without weight and bias; the statistics are computed from weights.
// CHECK-LABEL: dpsims.graph @plain {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = state "mean"
// CHECK-NEXT: %2 = state "var"
// CHECK-NEXT: %3 = neg %1
// CHECK-NEXT: %4 = constant <value = 1.000000e+00>
// CHECK-NEXT: %5 = add %2, %4
// CHECK-NEXT: %6 = rsqrt %5
// CHECK-NEXT: %7 = mul %3, %6
// CHECK-NEXT: %8 = neg %7
// CHECK-NEXT: %9 = mul %0, %6
// CHECK-NEXT: %10 = add %9, %8
// CHECK-NEXT: output "y" %10
// CHECK-NEXT: }
dpsims.program @plain {
  %x = input "x" <shape = [2, 3]>
  %mean = state "mean" <shape = [3], init = "zeros">
  %var = state "var" <shape = [3], init = "ones">
  %m = neg %mean
  %y = batch_norm %x, %m, %var <eps = 1>
  output "y" %y
}

// A weight, no bias.
// CHECK-LABEL: dpsims.graph @weight {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = state "mean"
// CHECK-NEXT: %2 = weight "w"
// CHECK-NEXT: %3 = constant <value = 5.000000e-01>
// CHECK-NEXT: %4 = add %1, %3
// CHECK-NEXT: %5 = rsqrt %4
// CHECK-NEXT: %6 = mul %5, %2
// CHECK-NEXT: %7 = mul %1, %6
// CHECK-NEXT: %8 = neg %7
// CHECK-NEXT: %9 = mul %0, %6
// CHECK-NEXT: %10 = add %9, %8
// CHECK-NEXT: output "y" %10
// CHECK-NEXT: }
dpsims.program @weight {
  %x = input "x" <shape = [2, 3]>
  %mean = state "mean" <shape = [3], init = "zeros">
  %w = weight "w" <shape = [3], init = "ones">
  %y = batch_norm %x, %mean, %mean, %w <eps = 0.5>
  output "y" %y
}

// Statistics of a batch: the mean, the mean of the squared differences from it. The mean is subtracted first too.
// CHECK-LABEL: dpsims.graph @batch {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = weight "w"
// CHECK-NEXT: %2 = weight "b"
// CHECK-NEXT: %3 = reduce %0 <axes = [0, 1, 2], kind = "mean">
// CHECK-NEXT: %4 = reshape %3 <shape = [3]>
// CHECK-NEXT: %5 = sub %0, %4
// CHECK-NEXT: %6 = square %5
// CHECK-NEXT: %7 = reduce %6 <axes = [0, 1, 2], kind = "mean">
// CHECK-NEXT: %8 = reshape %7 <shape = [3]>
// CHECK-NEXT: %9 = constant <value = 1.000000e-05>
// CHECK-NEXT: %10 = add %8, %9
// CHECK-NEXT: %11 = rsqrt %10
// CHECK-NEXT: %12 = mul %11, %1
// CHECK-NEXT: %13 = sub %0, %4
// CHECK-NEXT: %14 = mul %13, %12
// CHECK-NEXT: %15 = add %14, %2
// CHECK-NEXT: %16 = constant <value = 1.000000e-05>
// CHECK-NEXT: %17 = add %8, %16
// CHECK-NEXT: %18 = rsqrt %17
// CHECK-NEXT: %19 = sub %0, %4
// CHECK-NEXT: %20 = mul %19, %18
// CHECK-NEXT: output "y" %15
// CHECK-NEXT: output "z" %20
// CHECK-NEXT: }
dpsims.program @batch {
  %x = input "x" <shape = [2, 4, 4, 3]>
  %w = weight "w" <shape = [3], init = "ones">
  %b = weight "b" <shape = [3], init = "zeros">
  %mean, %var = batch_statistics %x
  %y = batch_norm %x, %mean, %var, %w, %b <eps = 1.0e-5>
  %z = batch_norm %x, %mean, %var <eps = 1.0e-5>
  output "y" %y
  output "z" %z
}

// Two parts of a batch: images first, then the images of each part. What belongs to a part is there for each image.
// CHECK-LABEL: dpsims.graph @groups {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = reduce %0 <axes = [1, 2], kind = "mean"> : (tensor<6x4x4x3xf32>) -> tensor<6x1x1x3xf32>
// CHECK-NEXT: %2 = reshape %1 <shape = [2, 3, 3]>
// CHECK-NEXT: %3 = reduce %2 <axes = [1], kind = "mean"> : (tensor<2x3x3xf32>) -> tensor<2x1x3xf32>
// CHECK-NEXT: %4 = reshape %3 <shape = [2, 3]>
// CHECK-NEXT: %5 = reshape %4 <shape = [2, 1, 3]>
// CHECK-NEXT: %6 = broadcast %5 <shape = [2, 3, 3]>
// CHECK-NEXT: %[[MEAN:.*]] = reshape %6 <shape = [6, 1, 1, 3]>
// CHECK-NEXT: %8 = sub %0, %[[MEAN]]
// CHECK-NEXT: square %8
// CHECK: %[[VAR:.*]] = broadcast %{{.*}} <shape = [2, 3, 3]>
// CHECK-NEXT: %[[EPS:.*]] = constant
// CHECK-NEXT: %[[SUM:.*]] = add %[[VAR]], %[[EPS]]
// CHECK-NEXT: %[[ROOT:.*]] = rsqrt %[[SUM]]
// CHECK-NEXT: %[[SCALE:.*]] = reshape %[[ROOT]] <shape = [6, 1, 1, 3]>
// CHECK: %[[CENTERED:.*]] = sub %0, %{{.*}} : (tensor<6x4x4x3xf32>, tensor<6x1x1x3xf32>)
// CHECK-NEXT: mul %[[CENTERED]], %[[SCALE]] : (tensor<6x4x4x3xf32>, tensor<6x1x1x3xf32>)
dpsims.program @groups {
  %x = input "x" <shape = [6, 4, 4, 3]>
  %mean, %var = batch_statistics %x <groups = 2>
  %y = batch_norm %x, %mean, %var <eps = 1.0e-5>
  output "y" %y
}

// CHECK-LABEL: dpsims.graph @attention {
// CHECK-NEXT: %0 = input "q"
// CHECK-NEXT: %1 = input "k"
// CHECK-NEXT: %2 = input "v"
// CHECK-NEXT: %3 = matmul %0, %1 <transpose_b = true>
// CHECK-NEXT: %4 = softmax %3 <scale = 1.250000e-01>
// CHECK-NEXT: %5 = matmul %4, %2
// CHECK-NEXT: output "y" %5
// CHECK-NEXT: }
dpsims.program @attention {
  %q = input "q" <shape = [2, 5, 8]>
  %k = input "k" <shape = [2, 7, 8]>
  %v = input "v" <shape = [2, 7, 3]>
  %y = attention %q, %k, %v <scale = 0.125>
  output "y" %y
}
