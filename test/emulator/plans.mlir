// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Convolutions that are worth measuring, with epilogues: one that cuDNN has, and one that is left to a kernel.
dpsims.graph @main {
  %x = input "x" <shape = [1, 40, 40, 64]> : () -> tensor<1x40x40x64xf32>
  %w = weight "w" <shape = [64, 64, 3, 3], init = "normal", value = 0.1, trained = true> : () -> tensor<64x64x3x3xf32>
  %b = weight "b" <shape = [64], init = "normal", value = 0.1, trained = true> : () -> tensor<64xf32>
  %h = conv2d %x, %w, %b <padding = 1>
      : (tensor<1x40x40x64xf32>, tensor<64x64x3x3xf32>, tensor<64xf32>) -> tensor<1x40x40x64xf32>
  %s = silu %h : (tensor<1x40x40x64xf32>) -> tensor<1x40x40x64xf32>
  %g = conv2d %s, %w, %b <padding = 1>
      : (tensor<1x40x40x64xf32>, tensor<64x64x3x3xf32>, tensor<64xf32>) -> tensor<1x40x40x64xf32>
  %y = clamp %g <min = -1.0, max = 1.0> : (tensor<1x40x40x64xf32>) -> tensor<1x40x40x64xf32>
  output "y" %y : tensor<1x40x40x64xf32>
}
