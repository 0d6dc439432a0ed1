// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
dpsims.graph @a {
  %0 = input "x" <shape = [1, 4]> : () -> tensor<1x4xf32>
  output "y" %0 : tensor<1x4xf32>
}
dpsims.graph @b {
  %0 = input "x" <shape = [1, 4]> : () -> tensor<1x4xf32>
  %1 = relu %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = tanh %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  output "y" %2 : tensor<1x4xf32>
  output "z" %1 : tensor<1x4xf32>
}
dpsims.graph @c {
  %0 = input "x" <shape = [1, 4]> : () -> tensor<1x4xf32>
  output "y" %0 : tensor<1x4xf32>
}
