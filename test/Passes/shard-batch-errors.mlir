// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What cannot be split over ranks says why.
// RUN: dpsims-opt %s --dpsims-shard-batch=ranks=2 --split-input-file --verify-diagnostics

dpsims.graph @transposed {
  %x = input "x" <shape = [4, 3], batched = true> : () -> tensor<4x3xf32>
  %w = weight "w" <shape = [3], init = "ones", trained = true> : () -> tensor<3xf32>
  // expected-note @below {{operand 0, 'tensor<3x4xf32>', is split along axis 1}}
  %t = transpose %x <perm = [1, 0]> : (tensor<4x3xf32>) -> tensor<3x4xf32>
  // expected-error @below {{softmax: cannot be split over ranks by the batch: it does not treat the images of axis 0 one by one}}
  %s = softmax %t : (tensor<3x4xf32>) -> tensor<3x4xf32>
  output "s" %s : tensor<3x4xf32>
  assign "w" %w : tensor<3xf32>
}

// -----

dpsims.graph @odd {
  // expected-error @below {{input: "x" has a batch of 3, which does not divide among 2 ranks}}
  %x = input "x" <shape = [3, 3], batched = true> : () -> tensor<3x3xf32>
  %w = weight "w" <shape = [3], init = "ones", trained = true> : () -> tensor<3xf32>
  assign "w" %w : tensor<3xf32>
}

// -----

dpsims.graph @one_row {
  %x = input "x" <shape = [4, 3], batched = true> : () -> tensor<4x3xf32>
  %w = weight "w" <shape = [12], init = "ones", trained = true> : () -> tensor<12xf32>
  // expected-error @below {{reshape: its result 'tensor<1x12xf32>' does not divide along axis 0 among 2 ranks, as its operands do}}
  %r = reshape %x <shape = [1, 12]> : (tensor<4x3xf32>) -> tensor<1x12xf32>
  assign "w" %w : tensor<12xf32>
}

// -----

dpsims.graph @own_weight {
  %x = input "x" <shape = [4], batched = true> : () -> tensor<4xf32>
  %w = weight "w" <shape = [4], init = "ones", trained = true> : () -> tensor<4xf32>
  // expected-error @below {{assign: "w" would be another weight on each rank: it is made of a part of the batch; reduce it over axis 0}}
  assign "w" %x : tensor<4xf32>
}

// -----

// expected-error @below {{has nothing to split over ranks: none of its inputs is `batched`}}
dpsims.graph @nothing {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  %w = weight "w" <shape = [4], init = "ones", trained = true> : () -> tensor<4xf32>
  assign "w" %x : tensor<4xf32>
}

// -----

dpsims.graph @number {
  // expected-error @below {{input: "x" is a number, and has no batch: leave `batched` out}}
  %x = input "x" <shape = [], batched = true> : () -> tensor<f32>
  %w = weight "w" <shape = [], init = "ones", trained = true> : () -> tensor<f32>
  assign "w" %w : tensor<f32>
}
