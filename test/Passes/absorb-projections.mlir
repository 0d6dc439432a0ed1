// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Projections before and after attention go into its keys and values.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-absorb-projections | FileCheck %s

// Through reshapes; weights as (out, in); what the queries' bias gives with each key is a bias.
// CHECK-LABEL: dpsims.graph @generator {
// CHECK: %[[E:.*]] = input "e"
// CHECK: %[[SUM:.*]] = reduce %{{.*}} <axes = [2], kind = "sum"> : (tensor<2x3x8xf32>) -> tensor<2x3x1xf32>
// CHECK: %[[SCALED:.*]] = mul %[[SUM]], %{{.*}}
// CHECK-NEXT: %[[BIAS:.*]] = reshape %[[SCALED]] <shape = [2, 1, 3]>
// CHECK-NEXT: %[[Q:.*]] = reshape %[[E]] <shape = [2, 16, 6]>
// CHECK-NEXT: %[[K:.*]] = matmul %{{.*}}, %{{.*}} : (tensor<2x3x8xf32>, tensor<8x6xf32>) -> tensor<2x3x6xf32>
// CHECK-NEXT: %[[V:.*]] = matmul %{{.*}}, %{{.*}}, %{{.*}} <transpose_b = true> : (tensor<2x3x8xf32>, tensor<6x8xf32>, tensor<6xf32>) -> tensor<2x3x6xf32>
// CHECK-NEXT: %[[A:.*]] = attention %[[Q]], %[[K]], %[[V]], %[[BIAS]] <scale = 5.000000e-01>
// CHECK-NEXT: %[[R:.*]] = reshape %[[A]] <shape = [2, 4, 4, 6]>
// CHECK-NEXT: add %[[E]], %[[R]]
dpsims.program @generator {
  %e = input "e" <shape = [2, 4, 4, 6]>
  %k = input "k" <shape = [2, 3, 8]>
  %v = input "v" <shape = [2, 3, 8]>
  %w = input "w" <shape = [8, 6]>
  %c = input "c" <shape = [8]>
  %u = input "u" <shape = [6, 8]>
  %d = input "d" <shape = [6]>
  %m = matmul %e, %w, %c <transpose_b = true>
  %q = reshape %m <shape = [2, 16, 8]>
  %a = attention %q, %k, %v <scale = 0.5>
  %o = matmul %a, %u, %d <transpose_b = true>
  %r = reshape %o <shape = [2, 4, 4, 6]>
  %y = add %e, %r
  output "y" %y
}

// A bias that is there is added to; one that matrices share stays, and so do the queries.
// CHECK-LABEL: dpsims.graph @biases {
// CHECK: %[[OWN:.*]] = reshape %{{.*}} <shape = [2, 1, 3]>
// CHECK-NEXT: %[[BOTH:.*]] = add %{{.*}}, %[[OWN]] : (tensor<2x16x3xf32>, tensor<2x1x3xf32>) -> tensor<2x16x3xf32>
// CHECK: attention %{{.*}}, %{{.*}}, %{{.*}}, %[[BOTH]]
// CHECK: %[[Q:.*]] = matmul {{.*}}tensor<2x16x8xf32>
// CHECK-NEXT: attention %[[Q]]
dpsims.program @biases {
  %x = input "x" <shape = [2, 16, 6]>
  %k = input "k" <shape = [2, 3, 8]>
  %w = input "w" <shape = [6, 8]>
  %c = input "c" <shape = [8]>
  %b = input "b" <shape = [2, 16, 3]>
  %s = input "s" <shape = [1, 16, 3]>
  %q0 = matmul %x, %w, %c
  %y0 = attention %q0, %k, %k, %b <scale = 0.5>
  %q1 = matmul %x, %w, %c
  %y1 = attention %q1, %k, %k, %s <scale = 0.5>
  output "y0" %y0
  output "y1" %y1
}

// Not where keys are many, or others read the queries or the results.
// CHECK-LABEL: dpsims.graph @stay {
// CHECK: matmul {{.*}}(tensor<1x16x6xf32>, tensor<6x4xf32>)
// CHECK-NEXT: attention
// CHECK-NEXT: matmul {{.*}}(tensor<1x16x4xf32>, tensor<4x6xf32>)
// CHECK: matmul {{.*}}(tensor<1x16x6xf32>, tensor<6x4xf32>)
// CHECK-NEXT: attention
// CHECK-NEXT: matmul {{.*}}(tensor<1x16x4xf32>, tensor<4x6xf32>)
dpsims.program @stay {
  %x = input "x" <shape = [1, 16, 6]>
  %k = input "k" <shape = [1, 16, 4]>
  %f = input "f" <shape = [1, 1, 4]>
  %w = input "w" <shape = [6, 4]>
  %u = input "u" <shape = [4, 6]>
  %q0 = matmul %x, %w
  %a0 = attention %q0, %k, %k <scale = 0.5>
  %y0 = matmul %a0, %u
  output "y0" %y0
  %q1 = matmul %x, %w
  %a1 = attention %q1, %f, %f <scale = 0.5>
  %y1 = matmul %a1, %u
  output "q1" %q1
  output "a1" %a1
  output "y1" %y1
}
