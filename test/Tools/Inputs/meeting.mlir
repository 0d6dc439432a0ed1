// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two products of 2 MFLOP, the first of which two ranks add up, while each computes the second.
dpsims.graph @meeting attributes {ranks = 2 : i64} {
  %x = input "x" <batched = true, shape = [100, 100]> : () -> tensor<100x100xf32>
  %v = input "v" <shape = [100, 100]> : () -> tensor<100x100xf32>
  %w = input "w" <shape = [100, 100]> : () -> tensor<100x100xf32>
  %a = matmul %x, %v : (tensor<100x100xf32>, tensor<100x100xf32>) -> tensor<100x100xf32>
  %sum = all_reduce %a <kind = "sum"> : (tensor<100x100xf32>) -> tensor<100x100xf32>
  %b = matmul %x, %w : (tensor<100x100xf32>, tensor<100x100xf32>) -> tensor<100x100xf32>
  %y = mul %sum, %b : (tensor<100x100xf32>, tensor<100x100xf32>) -> tensor<100x100xf32>
  output "y" %y : tensor<100x100xf32>
}
