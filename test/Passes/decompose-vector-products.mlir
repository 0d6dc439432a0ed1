// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// With vector-products a matmul of which one operand is a vector becomes a sum of products.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-decompose=vector-products | FileCheck %s
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-decompose | FileCheck %s --check-prefix=PLAIN
// PLAIN-COUNT-5: matmul

// CHECK-LABEL: dpsims.graph @row {
// CHECK-NOT: matmul
// CHECK: mul %{{.*}} : (tensor<8x3xf32>, tensor<8x1xf32>) -> tensor<8x3xf32>
// CHECK: reduce %{{.*}} <axes = [0]
dpsims.program @row {
  %a = input "a" <shape = [1, 8]>
  %b = input "b" <shape = [8, 3]>
  %y = matmul %a, %b
  output "y" %y
}

// CHECK-LABEL: dpsims.graph @column {
// CHECK-NOT: matmul
// CHECK: mul %{{.*}} : (tensor<4x8xf32>, tensor<1x8xf32>) -> tensor<4x8xf32>
// CHECK: reduce %{{.*}} <axes = [1]
dpsims.program @column {
  %a = input "a" <shape = [4, 8]>
  %b = input "b" <shape = [8, 1]>
  %y = matmul %a, %b
  output "y" %y
}

// CHECK-LABEL: dpsims.graph @outer {
// CHECK-NOT: {{matmul|reduce}}
// CHECK: mul %{{.*}} : (tensor<4x1xf32>, tensor<1x3xf32>) -> tensor<4x3xf32>
dpsims.program @outer {
  %a = input "a" <shape = [4, 1]>
  %b = input "b" <shape = [1, 3]>
  %y = matmul %a, %b
  output "y" %y
}

// Two matrices are for a library, and so is what is computed once, of weights alone.
// CHECK-LABEL: dpsims.graph @matrices {
// CHECK-COUNT-2: matmul
dpsims.program @matrices {
  %a = input "a" <shape = [4, 8]>
  %b = input "b" <shape = [8, 3]>
  %v = weight "v" <shape = [1, 8], init = "ones">
  %w = weight "w" <shape = [8, 3], init = "ones">
  %ab = matmul %a, %b
  %vw = matmul %v, %w
  %y = add %ab, %vw
  output "y" %y
}
