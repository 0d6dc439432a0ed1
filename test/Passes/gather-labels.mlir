// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Convolutions of label maps become sums of rows of weights.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-gather-labels=classes=5 | FileCheck %s
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-gather-labels | FileCheck %s --check-prefix MANY
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-gather-labels=classes=5 --dpsims-fuse-elementwise | FileCheck %s --check-prefix FUSED

// CHECK-LABEL: dpsims.graph @stem {
// CHECK-NOT: one_hot
// CHECK: %[[T:.*]] = transpose %{{.*}} <perm = [2, 3, 1, 0]> : (tensor<8x5x3x3xf32>) -> tensor<3x3x5x8xf32>
// CHECK-NEXT: %[[C:.*]] = conv2d_labels %{{.*}}, %[[T]], %{{.*}} <padding = [1, 1, 1, 1], stride = [2, 2]>
// CHECK-NEXT: leaky_relu %[[C]]
// MANY-LABEL: dpsims.graph @stem {
// MANY: conv2d
// What follows is part of the kernel.
// FUSED-LABEL: dpsims.graph @stem {
// FUSED: fused %{{.*}}, %{{.*}}, %{{.*}} : tensor<1x8x8xi32>, tensor<3x3x5x8xf32>, tensor<8xf32> -> tensor<1x4x4x8xf32> {
// FUSED: = conv2d_labels
// FUSED-NEXT: = leaky_relu
// FUSED-NEXT: yield
dpsims.program @stem {
  %ids = input "ids" <shape = [1, 8, 8], type = "i32">
  %w = input "w" <shape = [8, 5, 3, 3]>
  %b = input "b" <shape = [8]>
  %s = one_hot %ids <classes = 5>
  %c = conv2d %s, %w, %b <padding = 1, stride = 2>
  %y = leaky_relu %c <slope = 0.2>
  output "y" %y
}

// Edges are convolved by themselves, and added in the kernel.
// CHECK-LABEL: dpsims.graph @edges {
// CHECK: %[[L:.*]] = conv2d_labels {{.*}}tensor<3x3x5x8xf32>
// CHECK: %[[W:.*]] = slice %{{.*}} <size = [8, 1, 3, 3], start = [0, 5, 0, 0], step = [1, 1, 1, 1]>
// CHECK-NEXT: %[[E:.*]] = conv2d %{{.*}}, %[[W]] {{.*}}(tensor<1x8x8x1xf32>, tensor<8x1x3x3xf32>)
// CHECK-NEXT: %[[S:.*]] = add %[[L]], %[[E]]
// CHECK-NEXT: output "y" %[[S]]
// FUSED-LABEL: dpsims.graph @edges {
// FUSED: = conv2d_labels
// FUSED-NEXT: = add
// FUSED-NEXT: yield
dpsims.program @edges {
  %ids = input "ids" <shape = [1, 8, 8], type = "i32">
  %x = input "x" <shape = [1, 8, 8, 1]>
  %w = input "w" <shape = [8, 6, 3, 3]>
  %s = one_hot %ids <classes = 5>
  %c = concat %s, %x <axis = 3>
  %y = conv2d %c, %w <padding = 1>
  output "y" %y
}

// Not in groups of channels, with labels that are not first, or of a map that is not one_hot.
// CHECK-LABEL: dpsims.graph @stay {
// CHECK-NOT: conv2d_labels
// CHECK: output "z"
dpsims.program @stay {
  %ids = input "ids" <shape = [1, 8, 8], type = "i32">
  %x = input "x" <shape = [1, 8, 8, 1]>
  %w = input "w" <shape = [6, 1, 3, 3]>
  %v = input "v" <shape = [6, 6, 3, 3]>
  %s = one_hot %ids <classes = 6>
  %y = conv2d %s, %w <padding = 1, groups = 6>
  output "y" %y
  %t = one_hot %ids <classes = 5>
  %c = concat %x, %t <axis = 3>
  %z = conv2d %c, %v <padding = 1>
  output "z" %z
}

// A sum that others read, or of another shape, comes in a kernel of its own.
// FUSED-LABEL: dpsims.graph @apart {
// FUSED: = conv2d_labels
// FUSED-NEXT: yield
// FUSED: = conv2d_labels
// FUSED-NEXT: yield
dpsims.program @apart {
  %ids = input "ids" <shape = [1, 8, 8], type = "i32">
  %w = input "w" <shape = [8, 5, 1, 1]>
  %v = input "v" <shape = [8, 5, 1, 1]>
  %s = one_hot %ids <classes = 5>
  %c = conv2d %s, %w
  output "c" %c
  %y = relu %c
  output "y" %y
  %d = conv2d %s, %v
  %u = upsample %d <factor = 2>
  %z = relu %u
  output "z" %z
}
