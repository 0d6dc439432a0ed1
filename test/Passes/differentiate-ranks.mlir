// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Derivatives where ranks meet: of a sum over ranks a copy, of a copy a sum; of a maximum a share.
// RUN: dpsims-opt %s --dpsims-differentiate --canonicalize --cse --split-input-file | FileCheck %s

// The weights' gradient is that of all ranks' images.
// CHECK-LABEL: dpsims.graph @sum
// CHECK-NOT: copy_to_ranks
// CHECK: %[[OWN:.*]] = matmul %{{.*}}, %{{.*}} <transpose_a = true>
// CHECK: %[[G:.*]] = all_reduce %[[OWN]] <kind = "sum"> : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: output "g" %[[G]]
dpsims.graph @sum attributes {ranks = 2 : i64} {
  %x = input "x" <shape = [4, 3], batched = true> : () -> tensor<4x3xf32>
  %w = weight "w" <shape = [2, 3], init = "ones", trained = true> : () -> tensor<2x3xf32>
  %c = copy_to_ranks %w : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %y = matmul %x, %c <transpose_b = true> : (tensor<4x3xf32>, tensor<2x3xf32>) -> tensor<4x2xf32>
  %s = square %y : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %own = reduce %s <kind = "sum", axes = [0, 1]> : (tensor<4x2xf32>) -> tensor<1x1xf32>
  %loss = all_reduce %own <kind = "sum"> : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %g = gradient %loss, %w : (tensor<1x1xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  output "g" %g : tensor<2x3xf32>
}

// -----

// Equal maxima share the gradient, on whatever rank they are.
// CHECK-LABEL: dpsims.graph @max
// CHECK: %[[ALL:.*]] = all_reduce %[[OWN:.*]] <kind = "max">
// CHECK: %[[OTHER:.*]] = not_equal %[[OWN]], %[[ALL]]
// CHECK: %[[HERE:.*]] = sub %{{.*}}, %[[OTHER]]
// CHECK: %[[COUNT:.*]] = all_reduce %[[HERE]] <kind = "sum">
// CHECK: div %{{.*}}, %[[COUNT]]
dpsims.graph @max attributes {ranks = 2 : i64} {
  %x = input "x" <shape = [4, 3], batched = true> : () -> tensor<4x3xf32>
  %own = reduce %x <kind = "max", axes = [0, 1]> : (tensor<4x3xf32>) -> tensor<1x1xf32>
  %loss = all_reduce %own <kind = "max"> : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %g = gradient %loss, %x : (tensor<1x1xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  output "g" %g sharded : tensor<4x3xf32>
}
