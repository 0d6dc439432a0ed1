// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementwise kernels of one shape that share what they read become one with several results.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-fuse-elementwise --dpsims-fuse-multi-output | FileCheck %s
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-fuse-elementwise --dpsims-fuse-multi-output --optimized-to-schedule --dpsims-lower-kernels | FileCheck %s --check-prefix=KERNELS

// A value and what else is made of it, through a reshape that must be in front.
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

// What is not known by then, has another shape, or is not arithmetic on elements of one place stays by itself.
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

// Not more than 16 values in a kernel.
// CHECK-LABEL: dpsims.graph @many {
// CHECK: fused {{.*}} -> tensor<4x8xf32> {
// CHECK: fused {{.*}} -> tensor<4x8xf32> {
dpsims.program @many {
  %x0 = input "x0" <shape = [4, 8]>
  %x1 = input "x1" <shape = [4, 8]>
  %x2 = input "x2" <shape = [4, 8]>
  %x3 = input "x3" <shape = [4, 8]>
  %x4 = input "x4" <shape = [4, 8]>
  %x5 = input "x5" <shape = [4, 8]>
  %x6 = input "x6" <shape = [4, 8]>
  %x7 = input "x7" <shape = [4, 8]>
  %x8 = input "x8" <shape = [4, 8]>
  %x9 = input "x9" <shape = [4, 8]>
  %x10 = input "x10" <shape = [4, 8]>
  %x11 = input "x11" <shape = [4, 8]>
  %x12 = input "x12" <shape = [4, 8]>
  %x13 = input "x13" <shape = [4, 8]>
  %x14 = input "x14" <shape = [4, 8]>
  %x15 = input "x15" <shape = [4, 8]>
  %a0 = add %x0, %x1
  %a1 = add %a0, %x2
  %a2 = add %a1, %x3
  %a3 = add %a2, %x4
  %a4 = add %a3, %x5
  %a5 = add %a4, %x6
  %a6 = add %a5, %x7
  %a7 = add %a6, %x8
  %b0 = add %x0, %x9
  %b1 = add %b0, %x10
  %b2 = add %b1, %x11
  %b3 = add %b2, %x12
  %b4 = add %b3, %x13
  %b5 = add %b4, %x14
  %b6 = add %b5, %x15
  output "0" %a7
  output "1" %b6
}

// KERNELS: func.func @[[GRADIENT]]
// KERNELS: linalg.generic
// KERNELS-NOT: linalg.generic
// KERNELS: func.func @[[READERS]]
// KERNELS: linalg.generic
// KERNELS-NOT: linalg.generic
// KERNELS: func.func
