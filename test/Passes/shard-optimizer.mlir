// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Each rank keeps its part of the optimizer's state.
// RUN: dpsims-opt %s --dpsims-shard-optimizer --split-input-file | FileCheck %s

// What reads the gradient and the weight, number by number, works on parts; who else reads the weight has all of it. An
// average that begins as a copy, and a state that three numbers do not divide, stay as they are.
// CHECK-LABEL: dpsims.graph @adam
// CHECK-DAG: %[[X:.*]] = input "x"
// CHECK-DAG: %[[W:.*]] = weight "w"
// CHECK-DAG: %[[OWN:.*]] = own_part %[[W]] <ranks = 2> : (tensor<2x3xf32>) -> tensor<3xf32>
// CHECK-DAG: %[[M:.*]] = state "m" <init = "zeros", parts = 2, required = false, shape = [2, 3]> : () -> tensor<3xf32>
// CHECK-DAG: state "odd" <init = "zeros", required = false, shape = [3]> : () -> tensor<3xf32>
// CHECK: %[[G:.*]] = reduce_scatter %[[X]] <ranks = 2> : (tensor<2x3xf32>) -> tensor<3xf32>
// CHECK-NOT: all_reduce
// CHECK: %[[N:.*]] = add %[[M]], %[[G]] : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
// CHECK: assign "m" %[[N]] : tensor<3xf32>
// CHECK: %[[MOVE:.*]] = mul %{{.*}}, %[[N]] : (tensor<1xf32>, tensor<3xf32>) -> tensor<3xf32>
// CHECK: %[[PART:.*]] = sub %[[OWN]], %[[MOVE]] : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
// CHECK: %[[FLAT:.*]] = all_gather %[[PART]] <ranks = 2> : (tensor<3xf32>) -> tensor<6xf32>
// CHECK: %[[NEW:.*]] = reshape %[[FLAT]] <shape = [2, 3]>
// CHECK: assign "w" %[[NEW]] : tensor<2x3xf32>
// CHECK: %[[D:.*]] = sub %[[NEW]], %{{.*}} : (tensor<2x3xf32>, tensor<2x3xf32>)
// CHECK: assign "ema.w" %{{.*}} : tensor<2x3xf32>
// CHECK: assign "odd" %{{.*}} : tensor<3xf32>
dpsims.graph @adam attributes {ranks = 2 : i64} {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %w = weight "w" <shape = [2, 3], init = "ones"> : () -> tensor<2x3xf32>
  %m = state "m" <shape = [2, 3], init = "zeros", required = false> : () -> tensor<2x3xf32>
  %a = state "ema.w" <shape = [2, 3], init = "copy", of = "w", required = false> : () -> tensor<2x3xf32>
  %o = state "odd" <shape = [3], init = "zeros", required = false> : () -> tensor<3xf32>
  %lr = constant <value = 0.1, shape = [1, 1]> : () -> tensor<1x1xf32>
  %g = all_reduce %x <kind = "sum"> : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %n = add %m, %g : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  assign "m" %n : tensor<2x3xf32>
  %move = mul %lr, %n : (tensor<1x1xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %v = sub %w, %move : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  assign "w" %v : tensor<2x3xf32>
  %d = sub %v, %a : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %b = add %a, %d : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  assign "ema.w" %b : tensor<2x3xf32>
  %p = exp %o : (tensor<3xf32>) -> tensor<3xf32>
  assign "odd" %p : tensor<3xf32>
}

// -----

// A gradient whose length is measured is summed as a whole. A state that is read otherwise than number by number is put
// together for that.
// CHECK-LABEL: dpsims.graph @clipped
// CHECK: %[[M:.*]] = state "m" <{{.*}}parts = 2{{.*}}> : () -> tensor<2xf32>
// CHECK: %[[ALL:.*]] = all_gather %[[M]] <ranks = 2> : (tensor<2xf32>) -> tensor<4xf32>
// CHECK: %[[SUM:.*]] = all_reduce
// CHECK: %[[G:.*]] = own_part %[[SUM]]
// CHECK: %[[LENGTH:.*]] = reduce %[[SUM]]
// CHECK: %[[C:.*]] = mul %[[G]], %[[LENGTH]]
// CHECK: %[[N:.*]] = add %[[M]], %[[C]]
// CHECK: assign "m" %[[N]]
// CHECK: %[[TOTAL:.*]] = reduce %[[ALL]]
// CHECK: output "total" %[[TOTAL]]
dpsims.graph @clipped attributes {ranks = 2 : i64} {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  %m = state "m" <shape = [4], init = "zeros", required = false> : () -> tensor<4xf32>
  %g = all_reduce %x <kind = "sum"> : (tensor<4xf32>) -> tensor<4xf32>
  %length = reduce %g <kind = "sum", axes = [0]> : (tensor<4xf32>) -> tensor<1xf32>
  %c = mul %g, %length : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32>
  %n = add %m, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  assign "m" %n : tensor<4xf32>
  %total = reduce %m <kind = "sum", axes = [0]> : (tensor<4xf32>) -> tensor<1xf32>
  output "total" %total : tensor<1xf32>
}

// -----

// One rank alone keeps all.
// CHECK-LABEL: dpsims.graph @alone
// CHECK: state "m" <init = "zeros", required = false, shape = [4]> : () -> tensor<4xf32>
dpsims.graph @alone {
  %m = state "m" <shape = [4], init = "zeros", required = false> : () -> tensor<4xf32>
  %n = exp %m : (tensor<4xf32>) -> tensor<4xf32>
  assign "m" %n : tensor<4xf32>
}
