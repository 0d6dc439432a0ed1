// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Several all_reduce become one, as long as nothing in between reads the result of one.
// RUN: dpsims-opt %s --dpsims-combine-collectives=bytes=40 --split-input-file | FileCheck %s

// The third is read before the fourth; of five numbers and four more 36 bytes are one, the next begins another.
// CHECK-LABEL: dpsims.graph @buckets
// CHECK-NOT: all_reduce
// CHECK: %[[E:.*]] = exp
// CHECK: %[[AB:.*]]:2 = all_reduce %{{.*}}, %[[E]] <kind = "sum"> : (tensor<5xf32>, tensor<4xf32>) -> (tensor<5xf32>, tensor<4xf32>)
// CHECK: %[[C:.*]] = all_reduce %{{.*}} <kind = "sum"> : (tensor<5xf32>) -> tensor<5xf32>
// CHECK: %[[READ:.*]] = neg %[[C]]
// CHECK: %[[MAX:.*]]:2 = all_reduce %{{.*}} <kind = "max">
// CHECK: %[[D:.*]] = all_reduce %[[READ]] <kind = "sum">
// CHECK: output "a" %[[AB]]#0
// CHECK: output "b" %[[AB]]#1
// CHECK: output "d" %[[D]]
// CHECK: output "m" %[[MAX]]#0
dpsims.graph @buckets attributes {ranks = 2 : i64} {
  %x = input "x" <shape = [5]> : () -> tensor<5xf32>
  %y = input "y" <shape = [4]> : () -> tensor<4xf32>
  %a = all_reduce %x <kind = "sum"> : (tensor<5xf32>) -> tensor<5xf32>
  %m = all_reduce %y <kind = "max"> : (tensor<4xf32>) -> tensor<4xf32>
  %e = exp %y : (tensor<4xf32>) -> tensor<4xf32>
  %b = all_reduce %e <kind = "sum"> : (tensor<4xf32>) -> tensor<4xf32>
  %c = all_reduce %x <kind = "sum"> : (tensor<5xf32>) -> tensor<5xf32>
  %n = neg %c : (tensor<5xf32>) -> tensor<5xf32>
  %k = all_reduce %x <kind = "max"> : (tensor<5xf32>) -> tensor<5xf32>
  %d = all_reduce %n <kind = "sum"> : (tensor<5xf32>) -> tensor<5xf32>
  output "a" %a : tensor<5xf32>
  output "b" %b : tensor<4xf32>
  output "d" %d : tensor<5xf32>
  output "m" %m : tensor<4xf32>
  output "k" %k : tensor<5xf32>
}

// -----

// One rank alone has the sum.
// CHECK-LABEL: dpsims.graph @alone {
// CHECK: %[[X:.*]] = input "x"
// CHECK-NEXT: output "a" %[[X]]
dpsims.graph @alone {
  %x = input "x" <shape = [5]> : () -> tensor<5xf32>
  %a = all_reduce %x <kind = "sum"> : (tensor<5xf32>) -> tensor<5xf32>
  output "a" %a : tensor<5xf32>
}

// -----

// Parts are put together where the last is known: what keeps or renames them comes after that.
// CHECK-LABEL: dpsims.graph @parts
// CHECK: %[[S:.*]]:2 = reduce_scatter %{{.*}}, %{{.*}} <ranks = 2> : (tensor<4xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<1xf32>)
// CHECK: %[[A:.*]]:2 = all_gather %[[S]]#0, %[[S]]#1 <ranks = 2> : (tensor<2xf32>, tensor<1xf32>) -> (tensor<4xf32>, tensor<2xf32>)
// CHECK-NOT: all_gather
// CHECK: %[[R:.*]] = reshape %[[A]]#0 <shape = [2, 2]>
// CHECK-NEXT: assign "w" %[[R]]
// CHECK-NEXT: assign "v" %[[A]]#1
// CHECK: output "w" %[[R]]
dpsims.graph @parts attributes {ranks = 2 : i64} {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  %y = input "y" <shape = [2]> : () -> tensor<2xf32>
  %w = weight "w" <shape = [2, 2], init = "ones"> : () -> tensor<2x2xf32>
  %v = weight "v" <shape = [2], init = "ones"> : () -> tensor<2xf32>
  %a = reduce_scatter %x <ranks = 2> : (tensor<4xf32>) -> tensor<2xf32>
  %b = reduce_scatter %y <ranks = 2> : (tensor<2xf32>) -> tensor<1xf32>
  %p = all_gather %a <ranks = 2> : (tensor<2xf32>) -> tensor<4xf32>
  %r = reshape %p <shape = [2, 2]> : (tensor<4xf32>) -> tensor<2x2xf32>
  assign "w" %r : tensor<2x2xf32>
  %q = all_gather %b <ranks = 2> : (tensor<1xf32>) -> tensor<2xf32>
  assign "v" %q : tensor<2xf32>
  output "w" %r : tensor<2x2xf32>
}
