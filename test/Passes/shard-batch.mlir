// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What one of several ranks computes of a batch.
// RUN: dpsims-opt %s --dpsims-shard-batch=ranks=2 --split-input-file | FileCheck %s

// Images one by one: convolutions, shapes, arithmetic with what is the same for all. Losses are reduced over all ranks.
// CHECK-LABEL: dpsims.graph @images attributes {ranks = 2 : i64} {
// CHECK-DAG: %[[IDS:.*]] = input "ids" <batched = true, shape = [2, 8, 8], type = "i32"> : () -> tensor<2x8x8xi32>
// CHECK-DAG: %[[W:.*]] = weight "w"
// CHECK-NEXT: %[[COPY:.*]] = copy_to_ranks %[[W]]
// CHECK: %[[X:.*]] = one_hot %[[IDS]] <classes = 3> : (tensor<2x8x8xi32>) -> tensor<2x8x8x3xf32>
// CHECK: %[[C:.*]] = conv2d %[[X]], %[[COPY]] <padding = 1> : {{.*}} -> tensor<2x8x8x6xf32>
// CHECK: %[[R:.*]] = reshape %[[C]] <shape = [16, 48]> : (tensor<2x8x8x6xf32>) -> tensor<16x48xf32>
// CHECK: %[[M:.*]] = reduce %[[R]] <axes = [1], kind = "mean"> : (tensor<16x48xf32>) -> tensor<16x1xf32>
// CHECK: %[[OWN:.*]] = reduce %[[M]] <axes = [0], kind = "mean"> : (tensor<16x1xf32>) -> tensor<1x1xf32>
// CHECK: %[[SUM:.*]] = all_reduce %[[OWN]] <kind = "sum">
// CHECK: %[[HALF:.*]] = constant <value = 5.000000e-01>
// CHECK: %[[LOSS:.*]] = mul %[[SUM]], %[[HALF]]
// CHECK: %[[G:.*]] = gradient %[[LOSS]], %[[W]]
// CHECK: output "g" %[[G]] : tensor<6x3x3x3xf32>
// CHECK: %[[TOP:.*]] = reduce %[[R]] <axes = [0, 1], kind = "max">
// CHECK: %[[ALL:.*]] = all_reduce %[[TOP]] <kind = "max">
// CHECK: output "most" %[[ALL]] : tensor<1x1xf32>
// CHECK: output "c" %[[C]] sharded : tensor<2x8x8x6xf32>
dpsims.graph @images {
  %ids = input "ids" <shape = [4, 8, 8], type = "i32", batched = true> : () -> tensor<4x8x8xi32>
  %w = weight "w" <shape = [6, 3, 3, 3], init = "normal", trained = true> : () -> tensor<6x3x3x3xf32>
  %x = one_hot %ids <classes = 3> : (tensor<4x8x8xi32>) -> tensor<4x8x8x3xf32>
  %c = conv2d %x, %w <padding = 1> : (tensor<4x8x8x3xf32>, tensor<6x3x3x3xf32>) -> tensor<4x8x8x6xf32>
  %r = reshape %c <shape = [32, -1]> : (tensor<4x8x8x6xf32>) -> tensor<32x48xf32>
  %m = reduce %r <kind = "mean", axes = [1]> : (tensor<32x48xf32>) -> tensor<32x1xf32>
  %loss = reduce %m <kind = "mean", axes = [0]> : (tensor<32x1xf32>) -> tensor<1x1xf32>
  %g = gradient %loss, %w : (tensor<1x1xf32>, tensor<6x3x3x3xf32>) -> tensor<6x3x3x3xf32>
  output "g" %g : tensor<6x3x3x3xf32>
  %most = reduce %r <kind = "max", axes = [0, 1]> : (tensor<32x48xf32>) -> tensor<1x1xf32>
  output "most" %most : tensor<1x1xf32>
  output "c" %c : tensor<4x8x8x6xf32>
}

// -----

// Statistics of the whole batch: means of means, and variances about the common mean. What is stored is the same on
// all.
// CHECK-LABEL: dpsims.graph @statistics
// CHECK: %[[X:.*]] = input "x"
// CHECK: %[[M:.*]], %[[V:.*]] = batch_statistics %[[X]] : (tensor<3x5xf32>) -> (tensor<5xf32>, tensor<5xf32>)
// CHECK: %[[SUM:.*]] = all_reduce %[[M]] <kind = "sum">
// CHECK: %[[MEAN:.*]] = mul %[[SUM]],
// CHECK-NEXT: %[[COPY:.*]] = copy_to_ranks %[[MEAN]]
// CHECK: %[[D:.*]] = sub %[[M]], %[[COPY]]
// CHECK: %[[S:.*]] = square %[[D]]
// CHECK: %[[ABOUT:.*]] = add %[[V]], %[[S]]
// CHECK: %[[SUM2:.*]] = all_reduce %[[ABOUT]] <kind = "sum">
// CHECK: %[[VAR:.*]] = mul %[[SUM2]],
// CHECK-NEXT: %[[COPY2:.*]] = copy_to_ranks %[[VAR]]
// CHECK: batch_norm %[[X]], %[[COPY]], %[[COPY2]]
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

// The gradient with respect to a rank's own images is its own.
// CHECK-LABEL: dpsims.graph @slope
// CHECK: gradient %{{.*}}, %{{.*}} : (tensor<1x1xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: output "g" %{{.*}} sharded : tensor<2x3xf32>
dpsims.graph @slope {
  %x = input "x" <shape = [4, 3], batched = true> : () -> tensor<4x3xf32>
  %s = square %x : (tensor<4x3xf32>) -> tensor<4x3xf32>
  %loss = reduce %s <kind = "sum", axes = [0, 1]> : (tensor<4x3xf32>) -> tensor<1x1xf32>
  %g = gradient %loss, %x : (tensor<1x1xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  output "g" %g : tensor<4x3xf32>
}

// -----

// A program that neither differentiates nor stores is for one rank alone.
// CHECK-LABEL: dpsims.graph @sample {
// CHECK: input "x" <{{.*}}shape = [3, 3]>
dpsims.graph @sample {
  %x = input "x" <shape = [3, 3], batched = true> : () -> tensor<3x3xf32>
  output "x" %x : tensor<3x3xf32>
}

// -----

// A transposition moves the batch to another axis, and back; a value that is broadcast along the batch is broadcast for
// a rank's own images.
// CHECK-LABEL: dpsims.graph @heads
// CHECK: %[[T:.*]] = copy_to_ranks %{{.*}} : (tensor<1x2x3xf32>)
// CHECK: %[[B:.*]] = broadcast %[[T]] <shape = [2, 2, 3]>
// CHECK: %[[C:.*]] = concat %{{.*}}, %[[B]] <axis = 1> : (tensor<2x2x3xf32>, tensor<2x2x3xf32>) -> tensor<2x4x3xf32>
// CHECK: %[[M:.*]] = transpose %[[C]] <perm = [1, 0, 2]> : (tensor<2x4x3xf32>) -> tensor<4x2x3xf32>
// CHECK: %[[S:.*]] = slice %[[M]] <size = [1, 2, 3], start = [1, 0, 0], step = [1, 1, 1]> : (tensor<4x2x3xf32>) -> tensor<1x2x3xf32>
// CHECK: %[[R:.*]] = reshape %[[S]] <shape = [2, 3]> : (tensor<1x2x3xf32>) -> tensor<2x3xf32>
// CHECK: output "r" %[[R]] sharded
dpsims.graph @heads {
  %x = input "x" <shape = [4, 2, 3], batched = true> : () -> tensor<4x2x3xf32>
  %t = weight "t" <shape = [1, 2, 3], init = "ones", trained = true> : () -> tensor<1x2x3xf32>
  %b = broadcast %t <shape = [4, 2, 3]> : (tensor<1x2x3xf32>) -> tensor<4x2x3xf32>
  %c = concat %x, %b <axis = 1> : (tensor<4x2x3xf32>, tensor<4x2x3xf32>) -> tensor<4x4x3xf32>
  %m = transpose %c <perm = [1, 0, 2]> : (tensor<4x4x3xf32>) -> tensor<4x4x3xf32>
  %s = slice %m <start = [1, 0, 0], step = [1, 1, 1], size = [1, 4, 3]> : (tensor<4x4x3xf32>) -> tensor<1x4x3xf32>
  %r = reshape %s <shape = [4, 3]> : (tensor<1x4x3xf32>) -> tensor<4x3xf32>
  output "r" %r : tensor<4x3xf32>
  assign "t" %t : tensor<1x2x3xf32>
}
