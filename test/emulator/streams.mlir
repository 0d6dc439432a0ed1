// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Branches that meet again and again, of every kind of step; what is no longer needed is overwritten.
dpsims.graph @main {
  %x = input "x" <shape = [1, 8, 8, 8]> : () -> tensor<1x8x8x8xf32>
  %w = weight "w" <shape = [8, 8, 3, 3], init = "normal", value = 0.1, trained = true> : () -> tensor<8x8x3x3xf32>
  %b = weight "b" <shape = [8], init = "normal", value = 0.1, trained = true> : () -> tensor<8xf32>
  %m = weight "m" <shape = [8, 8], init = "normal", value = 0.3, trained = true> : () -> tensor<8x8xf32>
  %p0 = conv2d %x, %w, %b <padding = 1>
      : (tensor<1x8x8x8xf32>, tensor<8x8x3x3xf32>, tensor<8xf32>) -> tensor<1x8x8x8xf32>
  %q0 = matmul %x, %m : (tensor<1x8x8x8xf32>, tensor<8x8xf32>) -> tensor<1x8x8x8xf32>
  %s0 = add %p0, %q0 : (tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %n0 = softmax %s0 : (tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %p1 = conv2d %n0, %w, %b <padding = 1>
      : (tensor<1x8x8x8xf32>, tensor<8x8x3x3xf32>, tensor<8xf32>) -> tensor<1x8x8x8xf32>
  %q1 = matmul %q0, %m : (tensor<1x8x8x8xf32>, tensor<8x8xf32>) -> tensor<1x8x8x8xf32>
  %s1 = sub %p1, %q1 : (tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %n1 = softmax %s1 : (tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %p2 = conv2d %n1, %w, %b <padding = 1>
      : (tensor<1x8x8x8xf32>, tensor<8x8x3x3xf32>, tensor<8xf32>) -> tensor<1x8x8x8xf32>
  %q2 = matmul %n0, %m : (tensor<1x8x8x8xf32>, tensor<8x8xf32>) -> tensor<1x8x8x8xf32>
  %s2 = mul %p2, %q2 : (tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %r2 = softmax %q2 : (tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %p3 = conv2d %s2, %w, %b <padding = 1>
      : (tensor<1x8x8x8xf32>, tensor<8x8x3x3xf32>, tensor<8xf32>) -> tensor<1x8x8x8xf32>
  %q3 = matmul %r2, %m : (tensor<1x8x8x8xf32>, tensor<8x8xf32>) -> tensor<1x8x8x8xf32>
  %s3 = sub %p3, %q3 : (tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  output "y" %s3 : tensor<1x8x8x8xf32>
  output "z" %q1 : tensor<1x8x8x8xf32>
}
