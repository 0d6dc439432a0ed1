// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Products of bf16: sums, bias and epilogue are f32, the result is bf16 or f32.
// RUN: dpsims-opt %s --dpsims-elaborate | FileCheck %s
// RUN: dpsims-opt %s --dpsims-elaborate | dpsims-opt | FileCheck %s

// CHECK-LABEL: dpsims.graph @products
dpsims.program @products {
  %x = input "x" <shape = [1, 8, 8, 4], type = "bf16">
  %w = input "w" <shape = [6, 4, 3, 3], type = "bf16">
  %b = input "b" <shape = [6]>
  // CHECK: conv2d %0, %1, %2 <padding = 1> : (tensor<1x8x8x4xbf16>, tensor<6x4x3x3xbf16>, tensor<6xf32>) -> tensor<1x8x8x6xbf16>
  %c = conv2d %x, %w, %b <padding = 1>
  // CHECK: conv2d %0, %1, %2, %3 <padding = 1, residual = true> : (tensor<1x8x8x4xbf16>, tensor<6x4x3x3xbf16>, tensor<6xf32>, tensor<1x8x8x6xbf16>) -> tensor<1x8x8x6xbf16>
  %d = conv2d %x, %w, %b, %c <padding = 1, residual = true>
  // CHECK: conv2d_input_gradient %4, %1 <padding = 1, shape = [1, 8, 8, 4], type = "f32"> : (tensor<1x8x8x6xbf16>, tensor<6x4x3x3xbf16>) -> tensor<1x8x8x4xf32>
  %dx = conv2d_input_gradient %d, %w <shape = [1, 8, 8, 4], padding = 1, type = "f32">
  // CHECK: conv2d_weight_gradient %0, %4 <padding = 1, shape = [6, 4, 3, 3], type = "f32"> : (tensor<1x8x8x4xbf16>, tensor<1x8x8x6xbf16>) -> tensor<6x4x3x3xf32>
  %dw = conv2d_weight_gradient %x, %d <shape = [6, 4, 3, 3], padding = 1, type = "f32">
  // CHECK: matmul %4, %4 <transpose_b = true, type = "f32"> : (tensor<1x8x8x6xbf16>, tensor<1x8x8x6xbf16>) -> tensor<1x8x8x8xf32>
  %m = matmul %d, %d <transpose_b = true, type = "f32">
  // A norm's vectors may be wider than what it normalizes.
  // CHECK: layer_norm %4, %2 <eps = 5.000000e-01> : (tensor<1x8x8x6xbf16>, tensor<6xf32>) -> tensor<1x8x8x6xbf16>
  %n = layer_norm %d, %b <eps = 0.5>
  output "dx" %dx
  output "dw" %dw
  output "m" %m
  output "n" %n
}
