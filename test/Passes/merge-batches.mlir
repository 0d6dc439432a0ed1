// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two runs of a network become one on a batch of both.
// RUN: dpsims-opt %s --dpsims-elaborate --cse --dpsims-merge-batches --split-input-file | FileCheck %s

// Convolutions and what follows; each reader that is not a pair gets its half. A product with a matrix likewise.
// CHECK-LABEL: dpsims.graph @runs {
// CHECK-DAG: %[[X:.*]] = input "x"
// CHECK-DAG: %[[Y:.*]] = input "y"
// CHECK-DAG: %[[W:.*]] = weight "net.w"
// CHECK: %[[BOTH:.*]] = concat %[[X]], %[[Y]] <axis = 0> : {{.*}} -> tensor<4x8x8x3xf32>
// CHECK-NEXT: %[[C:.*]] = conv2d %[[BOTH]], %[[W]] <{{.*}}padding = 1{{.*}}> : {{.*}} -> tensor<4x8x8x6xf32>
// CHECK: %[[R:.*]] = leaky_relu %[[C]]
// CHECK: %[[FLAT:.*]] = reshape %[[R]] <shape = [4, 64, 6]>
// CHECK: %[[V:.*]] = weight "net.v"
// CHECK: %[[M:.*]] = matmul %[[FLAT]], %[[V]]
// CHECK-NEXT: %[[A:.*]] = slice %[[M]] <size = [2, 64, 5], start = [0, 0, 0], step = [1, 1, 1]>
// CHECK-NEXT: %[[B:.*]] = slice %[[M]] <size = [2, 64, 5], start = [2, 0, 0], step = [1, 1, 1]>
// CHECK-NOT: conv2d
// CHECK: sub %[[A]], %[[B]]
dpsims.block @Run(%x) {
  %w = weight "w" <shape = [6, 3, 3, 3], init = "normal">
  %c = conv2d %x, %w <padding = 1>
  %r = leaky_relu %c <slope = 0.2>
  %rows = reshape %r <shape = [2, -1, 6]>
  %v = weight "v" <shape = [6, 5], init = "normal">
  %m = matmul %rows, %v
  return %m
}
dpsims.program @runs {
  %x = input "x" <shape = [2, 8, 8, 3]>
  %y = input "y" <shape = [2, 8, 8, 3]>
  %a = instance "net" @Run(%x)
  %b = instance shared "net" @Run(%y)
  %d = sub %a, %b
  output "d" %d
}

// -----

// Each run has statistics of its own; a state follows the first run's, then the second's.
// CHECK-LABEL: dpsims.graph @statistics {
// CHECK: %[[C:.*]] = conv2d {{.*}} -> tensor<4x8x8x6xf32>
// CHECK: %[[MEAN:.*]], %[[VAR:.*]] = batch_statistics %[[C]] <groups = 2> : (tensor<4x8x8x6xf32>) -> (tensor<2x6xf32>, tensor<2x6xf32>)
// CHECK-NEXT: %[[ROW:.*]] = slice %[[MEAN]] <size = [1, 6], start = [0, 0], step = [1, 1]>
// CHECK-NEXT: %[[FIRST:.*]] = reshape %[[ROW]] <shape = [6]>
// CHECK-NEXT: %[[ROW2:.*]] = slice %[[MEAN]] <size = [1, 6], start = [1, 0], step = [1, 1]>
// CHECK-NEXT: %[[SECOND:.*]] = reshape %[[ROW2]] <shape = [6]>
// CHECK: add %{{.*}}, %[[FIRST]] : (tensor<6xf32>
// CHECK: batch_norm %[[C]], %[[MEAN]], %[[VAR]] <eps = 1.000000e-05> : (tensor<4x8x8x6xf32>, tensor<2x6xf32>, tensor<2x6xf32>)
// CHECK: add %{{.*}}, %[[SECOND]] : (tensor<6xf32>
// CHECK-NOT: batch_norm
dpsims.block @Normal(%x) {
  %w = weight "w" <shape = [6, 3, 1, 1], init = "normal">
  %s = state "s" <shape = [6], init = "zeros">
  %c = conv2d %x, %w
  %mean, %var = batch_statistics %c
  %now = current "s"
  %next = add %now, %mean
  assign "s" %next
  %n = batch_norm %c, %mean, %var <eps = 1.0e-5>
  return %n
}
dpsims.program @statistics {
  %x = input "x" <shape = [2, 8, 8, 3]>
  %y = input "y" <shape = [2, 8, 8, 3]>
  %a = instance "net" @Normal(%x)
  %b = instance shared "net" @Normal(%y)
  %d = sub %a, %b
  output "d" %d
}

// -----

// What the later run needs moves in front of the earlier one: here its input's arithmetic.
// CHECK-LABEL: dpsims.graph @order {
// CHECK: %[[S:.*]] = square
// CHECK: concat %{{.*}}, %[[S]] <axis = 0>
// CHECK-NEXT: conv2d
// CHECK-NOT: conv2d
dpsims.program @order {
  %x = input "x" <shape = [2, 8, 8, 3]>
  %w = weight "w" <shape = [6, 3, 1, 1], init = "normal">
  %a = conv2d %x, %w
  output "a" %a
  %y = input "y" <shape = [2, 8, 8, 3]>
  %s = square %y
  %b = conv2d %s, %w
  output "b" %b
}

// -----

// One run reads what the other made: none is merged.
// CHECK-LABEL: dpsims.graph @dependent {
// CHECK-NOT: concat
// CHECK: conv2d %{{.*}} -> tensor<2x8x8x3xf32>
// CHECK: conv2d %{{.*}} -> tensor<2x8x8x3xf32>
dpsims.program @dependent {
  %x = input "x" <shape = [2, 8, 8, 3]>
  %w = weight "w" <shape = [3, 3, 1, 1], init = "normal">
  %a = conv2d %x, %w
  %r = relu %a
  %b = conv2d %r, %w
  output "b" %b
}

// -----

// Each of two pairs would need the other: only one is merged.
// CHECK-LABEL: dpsims.graph @crossed {
// CHECK-COUNT-3: conv2d
// CHECK-NOT: conv2d
dpsims.program @crossed {
  %x = input "x" <shape = [2, 8, 8, 3]>
  %y = input "y" <shape = [2, 8, 8, 3]>
  %v = weight "v" <shape = [3, 3, 1, 1], init = "normal">
  %w = weight "w" <shape = [3, 3, 1, 1], init = "normal">
  %av = conv2d %x, %v
  %aw = conv2d %av, %w
  %bw = conv2d %y, %w
  %bv = conv2d %bw, %v
  %d = sub %aw, %bv
  output "d" %d
}

// -----

// Other weights, another stride, other sizes.
// CHECK-LABEL: dpsims.graph @unlike {
// CHECK-NOT: concat
// CHECK-COUNT-4: conv2d
dpsims.program @unlike {
  %x = input "x" <shape = [2, 8, 8, 3]>
  %y = input "y" <shape = [2, 8, 8, 3]>
  %z = input "z" <shape = [2, 4, 4, 3]>
  %v = weight "v" <shape = [6, 3, 1, 1], init = "normal">
  %w = weight "w" <shape = [6, 3, 1, 1], init = "normal">
  %a = conv2d %x, %v
  %b = conv2d %y, %w
  %c = conv2d %x, %w <stride = 2>
  %d = conv2d %z, %v
  output "a" %a
  output "b" %b
  output "c" %c
  output "d" %d
}

// -----

// What mixes images, and what one run shares with the other, is computed for each run: a maximum over the batch, a
// product with a map of the batch's shape. A map for all images is no hindrance.
// CHECK-LABEL: dpsims.graph @images {
// CHECK: %[[C:.*]] = conv2d {{.*}} -> tensor<4x8x8x6xf32>
// CHECK: %[[P:.*]] = mul %[[C]], %{{.*}} : (tensor<4x8x8x6xf32>, tensor<1x8x8x1xf32>) -> tensor<4x8x8x6xf32>
// CHECK-NEXT: %[[A:.*]] = slice %[[P]] <size = [2, 8, 8, 6], start = [0, 0, 0, 0]
// CHECK-NEXT: %[[B:.*]] = slice %[[P]] <size = [2, 8, 8, 6], start = [2, 0, 0, 0]
// CHECK: mul %[[A]], %[[MAP:.*]] : (tensor<2x8x8x6xf32>, tensor<2x8x8x1xf32>)
// CHECK: reduce %[[A]] <axes = [0], kind = "max">
// CHECK: mul %[[B]], %[[MAP]] : (tensor<2x8x8x6xf32>, tensor<2x8x8x1xf32>)
// CHECK: reduce %[[B]] <axes = [0], kind = "max">
dpsims.block @Masked(%x, %all, %map) {
  %w = weight "w" <shape = [6, 3, 1, 1], init = "normal">
  %c = conv2d %x, %w
  %p = mul %c, %all
  %q = mul %p, %map
  %m = reduce %p <kind = "max", axes = [0]>
  return %q, %m
}
dpsims.program @images {
  %x = input "x" <shape = [2, 8, 8, 3]>
  %y = input "y" <shape = [2, 8, 8, 3]>
  %all = input "all" <shape = [1, 8, 8, 1]>
  %map = input "map" <shape = [2, 8, 8, 1]>
  %a, %ma = instance "net" @Masked(%x, %all, %map)
  %b, %mb = instance shared "net" @Masked(%y, %all, %map)
  output "a" %a
  output "ma" %ma
  output "b" %b
  output "mb" %mb
}

// -----

// The gradient goes through one run only: its backward pass would have the other's images, too.
// CHECK-LABEL: dpsims.graph @gradient {
// CHECK-NOT: concat
// CHECK-COUNT-2: conv2d
dpsims.program @gradient {
  %x = input "x" <shape = [1, 8, 8, 3]>
  %y = input "y" <shape = [1, 8, 8, 3]>
  %v = weight "v" <shape = [1, 8, 8, 3], init = "normal">
  %w = weight "w" <shape = [6, 3, 1, 1], init = "normal">
  %xv = mul %x, %v
  %a = conv2d %xv, %w
  %b = conv2d %y, %w
  %d = sub %a, %b
  %s = square %d
  %loss = reduce %s <kind = "sum", axes = [0, 1, 2, 3]>
  %list = list(%v)
  %g = gradient %loss, %list
  %first = get %g <index = 0>
  output "g" %first
}

// Through both: the weights have one gradient.
// CHECK-LABEL: dpsims.graph @gradients {
// CHECK: concat
// CHECK-COUNT-1: conv2d
// CHECK-NOT: conv2d
dpsims.program @gradients {
  %x = input "x" <shape = [1, 8, 8, 3]>
  %y = input "y" <shape = [1, 8, 8, 3]>
  %w = weight "w" <shape = [6, 3, 1, 1], init = "normal">
  %a = conv2d %x, %w
  %b = conv2d %y, %w
  %d = sub %a, %b
  %s = square %d
  %loss = reduce %s <kind = "sum", axes = [0, 1, 2, 3]>
  %list = list(%w)
  %g = gradient %loss, %list
  %first = get %g <index = 0>
  output "g" %first
}
