// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The gradient of a convolution's input.
dpsims.graph @net {
  %x = input "x" <shape = [1, 8, 8, 4]> : () -> tensor<1x8x8x4xf32>
  %w = weight "w" <shape = [8, 4, 3, 3], init = "normal", value = 0.1> : () -> tensor<8x4x3x3xf32>
  %c = conv2d %x, %w <padding = 1> : (tensor<1x8x8x4xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x8x8xf32>
  %s = square %c : (tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %m = reduce %s <kind = "mean", axes = [0, 1, 2, 3]> : (tensor<1x8x8x8xf32>) -> tensor<1x1x1x1xf32>
  %g = gradient %m, %x : (tensor<1x1x1x1xf32>, tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
  output "g" %g : tensor<1x8x8x4xf32>
}
