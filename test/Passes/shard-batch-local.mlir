// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Each rank normalizes by the statistics of its own part of the batch.
// RUN: dpsims-opt %s --dpsims-shard-batch="ranks=2 local-statistics" --split-input-file --verify-diagnostics | FileCheck %s

// Of its own images alone; what is stored is the mean over ranks.
// CHECK-LABEL: dpsims.graph @statistics
// CHECK: %[[X:.*]] = input "x"
// CHECK: %[[M:.*]], %[[V:.*]] = batch_statistics %[[X]]
// CHECK-NEXT: batch_norm %[[X]], %[[M]], %[[V]]
// CHECK: %[[SUM:.*]] = all_reduce %[[M]] <kind = "sum">
// CHECK: %[[MEAN:.*]] = mul %[[SUM]],
// CHECK: assign "mean" %[[MEAN]]
dpsims.graph @statistics {
  %x = input "x" <shape = [6, 5], batched = true> : () -> tensor<6x5xf32>
  %old = state "mean" <shape = [5], init = "zeros"> : () -> tensor<5xf32>
  %m, %v = batch_statistics %x : (tensor<6x5xf32>) -> (tensor<5xf32>, tensor<5xf32>)
  %y = batch_norm %x, %m, %v <eps = 1.0e-5> : (tensor<6x5xf32>, tensor<5xf32>, tensor<5xf32>) -> tensor<6x5xf32>
  output "y" %y : tensor<6x5xf32>
  assign "mean" %m : tensor<5xf32>
}

// -----

dpsims.graph @own_loss {
  %x = input "x" <shape = [2, 1], batched = true> : () -> tensor<2x1xf32>
  %m, %v = batch_statistics %x : (tensor<2x1xf32>) -> (tensor<1xf32>, tensor<1xf32>)
  %w = weight "w" <shape = [1], init = "ones", trained = true> : () -> tensor<1xf32>
  %loss = mul %m, %w : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  // expected-error @below {{gradient: the loss is not one number for the whole batch: each rank has another; reduce it over axis 0}}
  %g = gradient %loss, %w : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  output "g" %g : tensor<1xf32>
}

// -----

dpsims.graph @own_output {
  %x = input "x" <shape = [2, 1], batched = true> : () -> tensor<2x1xf32>
  %m, %v = batch_statistics %x : (tensor<2x1xf32>) -> (tensor<1xf32>, tensor<1xf32>)
  %w = weight "w" <shape = [1], init = "ones", trained = true> : () -> tensor<1xf32>
  assign "w" %m : tensor<1xf32>
  // expected-error @below {{output: "m" would be another value on each rank}}
  output "m" %m : tensor<1xf32>
}
