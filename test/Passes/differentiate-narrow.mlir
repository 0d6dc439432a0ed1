// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients of products of bf16 have the types of their operands: those of the bias stay f32.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-differentiate --canonicalize | FileCheck %s

// CHECK-LABEL: dpsims.graph @products
// CHECK: output "dx" {{.*}} : tensor<1x8x8x4xbf16>
// CHECK: output "dw" {{.*}} : tensor<6x4x3x3xbf16>
// CHECK: output "db" {{.*}} : tensor<6xf32>
// CHECK: output "dm" {{.*}} : tensor<6x2xbf16>
dpsims.program @products {
  %x = input "x" <shape = [1, 8, 8, 4], type = "bf16">
  %w = input "w" <shape = [6, 4, 3, 3], type = "bf16">
  %b = input "b" <shape = [6]>
  %m = input "m" <shape = [6, 2], type = "bf16">
  %c = conv2d %x, %w, %b <padding = 1>
  %n = layer_norm %c, %b <eps = 1.0e-6>
  %y = matmul %n, %m <type = "f32">
  %row = reshape %y <shape = [1, -1]>
  %loss = reduce %row <kind = "sum", axes = [1]>
  %list = list(%x, %w, %b, %m)
  %g = gradient %loss, %list
  %dx = get %g <index = 0>
  %dw = get %g <index = 1>
  %db = get %g <index = 2>
  %dm = get %g <index = 3>
  output "dx" %dx
  output "dw" %dw
  output "db" %db
  output "dm" %dm
}
