// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Convolutions and matrix products that read one input become one.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-merge-siblings | FileCheck %s
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-merge-siblings=small=31 | FileCheck %s --check-prefix=SMALL

// Weights and biases are joined; what reads a result reads a slice.
// CHECK-LABEL: dpsims.graph @convs
// CHECK: %[[W:.*]] = concat %1, %3 <axis = 0> : (tensor<4x4x3x3xf32>, tensor<8x4x3x3xf32>) -> tensor<12x4x3x3xf32>
// CHECK: %[[B:.*]] = concat %2, %4 <axis = 0> : (tensor<4xf32>, tensor<8xf32>) -> tensor<12xf32>
// CHECK: %[[Y:.*]] = conv2d %0, %[[W]], %[[B]] <padding = 1>
// CHECK-NOT: conv2d
// CHECK: %[[Y0:.*]] = slice %[[Y]] <size = [1, 8, 8, 4], start = [0, 0, 0, 0], step = [1, 1, 1, 1]>
// CHECK: %[[Y1:.*]] = slice %[[Y]] <size = [1, 8, 8, 8], start = [0, 0, 0, 4], step = [1, 1, 1, 1]>
// CHECK: reduce %[[Y0]]
// CHECK: reduce %[[Y1]]
dpsims.program @convs {
  %x = input "x" <shape = [1, 8, 8, 4]>
  %w0 = weight "w0" <shape = [4, 4, 3, 3], init = "ones">
  %b0 = weight "b0" <shape = [4], init = "zeros">
  %y0 = conv2d %x, %w0, %b0 <padding = 1>
  %w1 = weight "w1" <shape = [8, 4, 3, 3], init = "ones">
  %b1 = weight "b1" <shape = [8], init = "zeros">
  %y1 = conv2d %x, %w1, %b1 <padding = 1>
  %a = reduce %y0 <kind = "sum", axes = [3]>
  %b = reduce %y1 <kind = "sum", axes = [3]>
  %y = mul %a, %b
  output "y" %y
}

// Rows of a transposed matrix, columns of another.
// CHECK-LABEL: dpsims.graph @matmuls
// CHECK: %[[W:.*]] = concat %1, %2 <axis = 0> : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<8x8xf32>
// CHECK: matmul %0, %[[W]] <transpose_b = true>
// CHECK: %[[V:.*]] = concat %3, %4 <axis = 1> : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x8xf32>
// CHECK: matmul %0, %[[V]] :
// CHECK-NOT: matmul
dpsims.program @matmuls {
  %x = input "x" <shape = [2, 8]>
  %w0 = weight "w0" <shape = [4, 8], init = "ones">
  %w1 = weight "w1" <shape = [4, 8], init = "ones">
  %v0 = weight "v0" <shape = [8, 4], init = "ones">
  %v1 = weight "v1" <shape = [8, 4], init = "ones">
  %a = matmul %x, %w0 <transpose_b = true>
  %b = matmul %x, %w1 <transpose_b = true>
  %c = matmul %x, %v0
  %d = matmul %x, %v1
  %ab = mul %a, %b
  %cd = mul %c, %d
  %y = mul %ab, %cd
  output "y" %y
}

// Not: another geometry, with a bias and without, an activation after it, channels that are not multiples of 4, groups,
// weights that are not known where the first is.
// CHECK-LABEL: dpsims.graph @differ
// CHECK-NOT: concat
// CHECK-NOT: slice
// CHECK: output "y"
dpsims.program @differ {
  %x = input "x" <shape = [1, 8, 8, 4]>
  %w0 = weight "w0" <shape = [4, 4, 3, 3], init = "ones">
  %b0 = weight "b0" <shape = [4], init = "zeros">
  %w5 = weight "w5" <shape = [5, 4, 3, 3], init = "ones">
  %w1 = weight "w1" <shape = [4, 1, 3, 3], init = "ones">
  %y0 = conv2d %x, %w0 <padding = 1>
  %y1 = conv2d %x, %w0 <padding = [0, 0, 2, 2]>
  %y2 = conv2d %x, %w0, %b0 <padding = 1>
  %z3 = conv2d %x, %w0 <padding = 1, stride = [1, 1]>
  %y3 = relu %z3
  %z4 = conv2d %x, %w5 <padding = 1>
  %z5 = conv2d %x, %w5 <padding = 1>
  %y4 = reduce %z4 <kind = "sum", axes = [3]>
  %y5 = reduce %z5 <kind = "sum", axes = [3]>
  %y6 = conv2d %x, %w1 <padding = 1, groups = 4>
  %y7 = conv2d %x, %w1 <padding = 1, groups = 4>
  %scale = reduce %y0 <kind = "sum", axes = [0, 1, 2, 3]>
  %scaled = mul %w0, %scale
  %y8 = conv2d %x, %scaled <padding = 1>
  %s0 = add %y0, %y1
  %s1 = add %s0, %y2
  %s2 = add %s1, %y3
  %s3 = add %s2, %y4
  %s4 = add %s3, %y5
  %s5 = mul %y6, %y7
  %s6 = mul %s5, %y8
  %y = mul %s4, %s6
  output "y" %y
}

// A library would read the slices: small ones are copied, these are too large.
// SMALL-LABEL: dpsims.graph @copied
// SMALL-NOT: concat
// CHECK-LABEL: dpsims.graph @copied
// CHECK: %[[K:.*]] = slice
// CHECK: %[[V:.*]] = slice
// CHECK: matmul %[[K]], %[[V]] <transpose_b = true>
dpsims.program @copied {
  %x = input "x" <shape = [2, 8]>
  %w0 = weight "w0" <shape = [4, 8], init = "ones">
  %w1 = weight "w1" <shape = [4, 8], init = "ones">
  %k = matmul %x, %w0 <transpose_b = true>
  %v = matmul %x, %w1 <transpose_b = true>
  %y = matmul %k, %v <transpose_b = true>
  output "y" %y
}

// What waits costs memory: c would be made before the peak, at which nothing of it is needed.
// CHECK-LABEL: dpsims.graph @wait
// CHECK: %[[A:.*]] = conv2d %0, %1 <padding = 1>
// CHECK: %[[C:.*]] = conv2d %0, %{{.*}} <padding = 1>
// CHECK: mul %[[C]]
dpsims.program @wait {
  %x = input "x" <shape = [1, 8, 8, 4]>
  %w0 = weight "w0" <shape = [4, 4, 3, 3], init = "ones">
  %a = conv2d %x, %w0 <padding = 1>
  %square = square %a
  %wide = weight "wide" <shape = [64, 4, 3, 3], init = "ones">
  %narrow = weight "narrow" <shape = [4, 64, 3, 3], init = "ones">
  %high = conv2d %square, %wide <padding = 1>
  %low = conv2d %high, %narrow <padding = 1>
  %w1 = weight "w1" <shape = [4, 4, 3, 3], init = "ones">
  %c = conv2d %x, %w1 <padding = 1>
  %y = mul %c, %low
  output "y" %y
}
