// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two ranks add their rows of x, keep a half of the sums each, and take them from w.
dpsims.graph @train attributes {ranks = 2 : i64} {
  %x = input "x" <shape = [1, 6], batched = true> : () -> tensor<1x6xf32>
  %w = weight "w" <shape = [2, 3], init = "ones"> : () -> tensor<2x3xf32>
  %b = weight "b" <shape = [2], init = "ones"> : () -> tensor<2xf32>
  %m = state "m" <shape = [2, 3], init = "zeros", required = false, parts = 2> : () -> tensor<3xf32>
  %g, %h = reduce_scatter %x, %b <ranks = 2> : (tensor<1x6xf32>, tensor<2xf32>) -> (tensor<3xf32>, tensor<1xf32>)
  %n = add %m, %g : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  assign "m" %n : tensor<3xf32>
  %own = own_part %w <ranks = 2> : (tensor<2x3xf32>) -> tensor<3xf32>
  %v = sub %own, %n : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %a, %c = all_gather %v, %h <ranks = 2> : (tensor<3xf32>, tensor<1xf32>) -> (tensor<6xf32>, tensor<2xf32>)
  %r = reshape %a <shape = [2, 3]> : (tensor<6xf32>) -> tensor<2x3xf32>
  assign "w" %r : tensor<2x3xf32>
  output "w" %r : tensor<2x3xf32>
  output "c" %c : tensor<2xf32>
}
