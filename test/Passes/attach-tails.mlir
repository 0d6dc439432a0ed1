// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Small work after a reduction becomes part of its kernel, where all that it reads is there by then.
// RUN: dpsims-opt %s --pass-pipeline='builtin.module(dpsims-elaborate,dpsims.graph(dpsims-hoist-constants,dpsims-fuse-elementwise,dpsims-attach-tails{read=4096 made=64}))' | FileCheck %s
// RUN: dpsims-opt %s --pass-pipeline='builtin.module(dpsims-elaborate,dpsims.graph(dpsims-hoist-constants,dpsims-fuse-elementwise,dpsims-attach-tails,dpsims-group-kernels),dpsims-schedule,dpsims.entry(dpsims-plan-memory))' | FileCheck %s --check-prefix=PLACES

// Partial sums, their sum, arithmetic on it; a reshape between them is taken along. The mean of squares is computed
// from the deviation where it is read.
// CHECK-LABEL: dpsims.graph @statistics
// CHECK: %[[K:.*]]:3 = fused %{{.*}} : tensor<64x32x9xf32> -> tensor<64x1x9xf32>, tensor<1x1x9xf32>, tensor<9xf32> {
// CHECK: %[[P:.*]] = reduce %{{.*}} <axes = [1], kind = "sum">
// CHECK: %[[S:.*]] = reduce %[[P]] <axes = [0], kind = "sum">
// CHECK: %[[V:.*]] = reshape %[[S]] <shape = [9]>
// CHECK: add %[[V]]
// CHECK: %[[R:.*]] = rsqrt
// CHECK: yield %[[P]], %[[S]], %[[R]]
// CHECK-NOT: fused
// CHECK: output "y" %[[K]]#2
dpsims.program @statistics {
  %x = input "x" <shape = [64, 32, 9]>
  %p = reduce %x <kind = "sum", axes = [1]>
  %s = reduce %p <kind = "sum", axes = [0]>
  %v = reshape %s <shape = [9]>
  %eps = constant <value = 1.0e-5>
  %a = add %v, %eps
  %y = rsqrt %a
  output "y" %y
}

// Two reductions and what reads both: it goes with the later one.
// CHECK-LABEL: dpsims.graph @both
// CHECK: %[[A:.*]]:2 = fused {{.*}} -> tensor<64x1x9xf32>, tensor<1x1x9xf32> {
// CHECK: %[[B:.*]]:3 = fused %{{.*}}, %[[A]]#1 : {{.*}} -> tensor<64x1x9xf32>, tensor<1x1x9xf32>, tensor<1x1x9xf32> {
// CHECK: output "y" %[[B]]#2
dpsims.program @both {
  %x = input "x" <shape = [64, 32, 9]>
  %p = reduce %x <kind = "sum", axes = [1]>
  %s = reduce %p <kind = "sum", axes = [0]>
  %q = reduce %x <kind = "max", axes = [1]>
  %t = reduce %q <kind = "max", axes = [0]>
  %y = div %s, %t
  output "y" %y
}

// What is reshaped after arithmetic is in memory.
// CHECK-LABEL: dpsims.graph @reshaped
// CHECK: %[[K:.*]]:3 = fused %{{.*}} -> tensor<16x1xf32>, tensor<16x1xf32>, tensor<1x4xf32> {
// CHECK: %[[R:.*]] = reduce
// CHECK: %[[E:.*]] = exp %[[R]]
// CHECK: %[[V:.*]] = reshape %[[E]] <shape = [4, 4]>
// CHECK: %[[S:.*]] = reduce %[[V]] <axes = [0], kind = "sum">
// CHECK: yield %[[R]], %[[E]], %[[S]]
dpsims.program @reshaped {
  %x = input "x" <shape = [16, 64]>
  %r = reduce %x <kind = "sum", axes = [1]>
  %e = exp %r
  %v = reshape %e <shape = [4, 4]>
  %s = reduce %v <kind = "sum", axes = [0]>
  output "y" %s
}

// Not there yet where the reduction runs; too much; an update, which works in place.
// CHECK-LABEL: dpsims.graph @left
// CHECK: %[[M:.*]]:2 = fused {{.*}} -> tensor<64x1x9xf32>, tensor<1x1x9xf32> {
// CHECK: %[[C:.*]] = matmul
// CHECK: %{{.*}} = fused %[[C]], %{{.*}} : tensor<1x9xf32>
// CHECK: %{{.*}} = fused {{.*}} -> tensor<64x32x9xf32>
// CHECK: %[[W:.*]] = fused {{.*}} -> tensor<1x1x9xf32> {
// CHECK: assign "w" %[[W]]
dpsims.program @left {
  %x = input "x" <shape = [64, 32, 9]>
  %v = input "v" <shape = [1, 9]>
  %m = input "m" <shape = [9, 9]>
  %w = weight "w" <shape = [1, 1, 9], init = "zeros">
  %p = reduce %x <kind = "sum", axes = [1]>
  %s = reduce %p <kind = "sum", axes = [0]>
  %c = matmul %v, %m
  %late = add %c, %s
  output "late" %late
  %much = sub %x, %s
  output "much" %much
  %new = sub %w, %s
  assign "w" %new
}

// A kernel after a reduction may read its input again: no result takes the input's place.
// PLACES-LABEL: dpsims.entry @places
// PLACES: %[[X:.*]] = buffer "arena" {offset = [[AT:.*]] : i64} : memref<8x512xf32>
// PLACES: matmul_step {{.*}} -> %[[X]]
// PLACES-NOT: buffer "arena" {offset = [[AT]] : i64}
// PLACES: compute ins(%[[X]] :
dpsims.program @places {
  %a = input "a" <shape = [8, 4]>
  %w = input "w" <shape = [4, 512]>
  %x = matmul %a, %w
  %r = reduce %x <kind = "sum", axes = [1]>
  %y = mul %x, %r
  %s = reduce %y <kind = "max", axes = [1]>
  %z = sub %x, %s
  %q = matmul %y, %w <transpose_b = true>
  output "r" %r
  output "q" %q
  output "s" %s
  output "z" %z
}
