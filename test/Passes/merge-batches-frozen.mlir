// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// After differentiate runs of a network that is not trained are merged: the gradient reads one run's slice. Not so what
// reads them with weights that change.
// RUN: dpsims-opt %s --dpsims-elaborate --cse --dpsims-merge-batches --dpsims-differentiate --dpsims-merge-batches=frozen=true | FileCheck %s

// CHECK-LABEL: dpsims.graph @frozen {
// CHECK: %[[X:.*]] = mul
// CHECK: %[[BOTH:.*]] = concat %[[X]], %{{.*}} <axis = 0> : (tensor<1x8x8x3xf32>, tensor<1x8x8x3xf32>)
// CHECK-NEXT: %[[C:.*]] = conv2d %[[BOTH]], %{{.*}} -> tensor<2x8x8x6xf32>
// CHECK: %[[R:.*]] = silu %[[C]]
// CHECK-NEXT: %[[A:.*]] = slice %[[R]] <size = [1, 8, 8, 6], start = [0, 0, 0, 0]
// CHECK-NEXT: %[[B:.*]] = slice %[[R]] <size = [1, 8, 8, 6], start = [1, 0, 0, 0]
// CHECK: conv2d %[[A]], %[[V:.*]] <{{.*}} -> tensor<1x8x8x3xf32>
// CHECK: conv2d %[[B]], %[[V]] <{{.*}} -> tensor<1x8x8x3xf32>
// CHECK: conv2d_input_gradient
dpsims.block @Backbone(%x) {
  %w = weight "w" <shape = [6, 3, 1, 1], init = "normal", trained = false>
  %c = conv2d %x, %w
  %r = silu %c
  return %r
}
dpsims.program @frozen {
  %x = input "x" <shape = [1, 8, 8, 3]>
  %y = input "y" <shape = [1, 8, 8, 3]>
  %u = weight "u" <shape = [1, 8, 8, 3], init = "normal">
  %xu = mul %x, %u
  %a = instance "net" @Backbone(%xu)
  %b = instance shared "net" @Backbone(%y)
  %v = weight "v" <shape = [3, 6, 1, 1], init = "normal">
  %av = conv2d %a, %v <padding = 0>
  %bv = conv2d %b, %v <padding = 0>
  %d = sub %av, %bv
  %s = square %d
  %loss = reduce %s <kind = "sum", axes = [0, 1, 2, 3]>
  %list = list(%u)
  %g = gradient %loss, %list
  %first = get %g <index = 0>
  %next = sub %u, %first
  assign "u" %next
  %same = neg %v
  assign "v" %same
}
