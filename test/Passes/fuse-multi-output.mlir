// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementwise kernels of one shape that share what they read become one with several results.
// RUN: dpsims-opt %s --elaborate --fuse-elementwise --fuse-multi-output | FileCheck %s
// RUN: dpsims-opt %s --elaborate --fuse-elementwise --fuse-multi-output --optimized-to-schedule --lower-kernels | FileCheck %s --check-prefix=KERNELS

// A value and what else is made of it, through a reshape that must stand in front.
// CHECK-LABEL: dpsims.graph @gradient {
// CHECK: %[[N:.*]] = reshape
// CHECK-NEXT: %[[R:.*]]:3 = fused %{{.*}}, %{{.*}}, %[[N]] :
// CHECK: maximum
// CHECK: mul
// CHECK: sub
// CHECK: yield
// CHECK: matmul %[[R]]#0
// CHECK: matmul %[[R]]#1
// CHECK: matmul %[[R]]#2
// KERNELS-LABEL: dpsims.entry @gradient
// KERNELS: launch @[[GRADIENT:k[0-9]+]] {{.*}}ops = "maximum+mul+sub"
dpsims.program @gradient {
  %dy = input "dy" <shape = [4, 8]>
  %x = input "x" <shape = [4, 8]>
  %z = input "z" <shape = [8, 4]>
  %w = input "w" <shape = [8, 3]>
  %g = maximum %dy, %x
  %n = reshape %z <shape = [4, 8]>
  %a = mul %g, %n
  %b = sub %n, %g
  %0 = matmul %g, %w
  %1 = matmul %a, %w
  %2 = matmul %b, %w
  output "0" %0
  output "1" %1
  output "2" %2
}

// Two that read one value and not each other: a loop for both.
// CHECK-LABEL: dpsims.graph @readers {
// CHECK: %[[R:.*]]:2 = fused
// CHECK-NOT: fused
// CHECK: matmul %[[R]]#0
// KERNELS-LABEL: dpsims.entry @readers
// KERNELS: launch @[[READERS:k[0-9]+]] {{.*}}ops = "neg+exp"
dpsims.program @readers {
  %x = input "x" <shape = [4, 8]>
  %w = input "w" <shape = [8, 3]>
  %a = neg %x
  %b = exp %x
  %0 = matmul %a, %w
  %1 = matmul %b, %w
  output "0" %0
  output "1" %1
}

// What is not known by then, has another shape, or is no arithmetic on elements of one place stays by itself.
// CHECK-LABEL: dpsims.graph @refused {
// CHECK: fused {{.*}} -> tensor<8x8xf32> {
// CHECK: matmul
// CHECK: fused {{.*}} -> tensor<8x8xf32> {
// CHECK: fused {{.*}} -> tensor<2x8x8xf32> {
// CHECK: fused {{.*}} -> tensor<8x8xf32> {
// CHECK-NEXT: ^bb
// CHECK-NEXT: transpose
// CHECK: fused {{.*}} -> tensor<8x1xf32> {
// CHECK-NEXT: ^bb
// CHECK-NEXT: reduce
dpsims.program @refused {
  %x = input "x" <shape = [8, 8]>
  %y = input "y" <shape = [2, 8, 8]>
  %w = input "w" <shape = [8, 8]>
  %a = neg %x
  %m = matmul %a, %w
  %later = add %a, %m
  %larger = add %y, %a
  %turned = transpose %a <perm = [1, 0]>
  %sum = reduce %a <kind = "sum", axes = [1]>
  %0 = matmul %later, %w
  %1 = matmul %turned, %w
  output "0" %0
  output "1" %1
  output "2" %larger
  output "3" %sum
}

// A vector that all read makes no loop of arithmetic on others; a tensor that is read once more does.
// CHECK-LABEL: dpsims.graph @vector {
// CHECK: fused {{.*}} -> tensor<4x8xf32> {
// CHECK: fused {{.*}} -> tensor<4x8xf32> {
// CHECK-NOT: fused
// CHECK: output
dpsims.program @vector {
  %x = input "x" <shape = [4, 8]>
  %y = input "y" <shape = [4, 8]>
  %v = input "v" <shape = [8]>
  %a = add %x, %v
  %b = add %y, %v
  output "0" %a
  output "1" %b
}

// An update of a weight waits for others of its kind.
// CHECK-LABEL: dpsims.graph @update {
// CHECK: fused {{.*}} -> tensor<8x3xf32> {
// CHECK: fused {{.*}} -> tensor<8x3xf32> {
// CHECK: assign
dpsims.program @update {
  %x = input "x" <shape = [8, 3]>
  %w = weight "w" <shape = [8, 3], init = "ones">
  %a = mul %w, %x
  %b = sub %w, %x
  assign "w" %b
  output "0" %a
}

// KERNELS: func.func @[[GRADIENT]]
// KERNELS: linalg.generic
// KERNELS-NOT: linalg.generic
// KERNELS: func.func @[[READERS]]
// KERNELS: linalg.generic
// KERNELS-NOT: linalg.generic
// KERNELS: func.func
