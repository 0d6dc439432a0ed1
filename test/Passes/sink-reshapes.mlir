// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reshapes go below what can be an epilogue of the contraction before them.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-sink-reshapes | FileCheck %s
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-sink-reshapes --dpsims-fuse-epilogues | FileCheck %s --check-prefix FUSED

// Through an activation to a sum, whichever summand it is.
// CHECK-LABEL: dpsims.graph @chain {
// CHECK: %[[M:.*]] = matmul
// CHECK-NEXT: %[[A:.*]] = leaky_relu %[[M]] <slope = 2.000000e-01> : (tensor<1x16x3xf32>) -> tensor<1x16x3xf32>
// CHECK-NEXT: %[[E:.*]] = reshape %{{.*}} <shape = [1, 16, 3]>
// CHECK-NEXT: %[[S:.*]] = add %[[A]], %[[E]] : (tensor<1x16x3xf32>, tensor<1x16x3xf32>) -> tensor<1x16x3xf32>
// CHECK-NEXT: %[[R:.*]] = reshape %[[S]] <shape = [1, 4, 4, 3]>
// CHECK-NEXT: output "y" %[[R]]
// FUSED-LABEL: dpsims.graph @chain {
// FUSED: %[[E:.*]] = reshape %{{.*}} <shape = [1, 16, 3]>
// FUSED-NEXT: %[[M:.*]] = matmul %{{.*}}, %{{.*}}, %[[E]] <activation = "leaky_relu", alpha = 2.000000e-01, residual = true>
// FUSED-NEXT: %[[R:.*]] = reshape %[[M]]
// FUSED-NEXT: output "y" %[[R]]
dpsims.program @chain {
  %x = input "x" <shape = [1, 16, 5]>
  %w = input "w" <shape = [5, 3]>
  %e = input "e" <shape = [1, 4, 4, 3]>
  %m = matmul %x, %w
  %r = reshape %m <shape = [1, 4, 4, 3]>
  %a = leaky_relu %r <slope = 0.2>
  %y = add %e, %a
  output "y" %y
}

// Not where the value is read twice, a summand is broadcast, or no contraction is before.
// CHECK-LABEL: dpsims.graph @stay {
// CHECK: %[[M:.*]] = matmul
// CHECK-NEXT: %[[R:.*]] = reshape %[[M]]
// CHECK-NEXT: %[[T:.*]] = add %{{.*}}, %[[R]]
// CHECK: %[[N:.*]] = matmul
// CHECK-NEXT: %[[B:.*]] = reshape %[[N]]
// CHECK-NEXT: %[[U:.*]] = add %[[B]], %{{.*}} : (tensor<1x4x4x3xf32>, tensor<3xf32>)
// CHECK: %[[C:.*]] = reshape %{{.*}} <shape = [1, 4, 4, 3]>
// CHECK-NEXT: relu %[[C]]
dpsims.program @stay {
  %x = input "x" <shape = [1, 16, 5]>
  %w = input "w" <shape = [5, 3]>
  %e = input "e" <shape = [1, 4, 4, 3]>
  %b = input "b" <shape = [3]>
  %f = input "f" <shape = [1, 16, 3]>
  %m = matmul %x, %w
  %r = reshape %m <shape = [1, 4, 4, 3]>
  %t = add %e, %r
  output "m" %m
  output "t" %t
  %n = matmul %x, %w
  %s = reshape %n <shape = [1, 4, 4, 3]>
  %u = add %s, %b
  output "u" %u
  %c = reshape %f <shape = [1, 4, 4, 3]>
  %v = relu %c
  output "v" %v
}
