// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The gradients of convolutions that read one input become one.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-differentiate --cse --dpsims-merge-siblings | FileCheck %s
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-differentiate --cse --dpsims-merge-siblings=peak=10 | FileCheck %s --check-prefix=ROOM

// gamma's gradient is dy * n, beta's is dy: both are written into one value, of which one op each makes the gradient of
// the input, of the weights, of the biases.
// CHECK-LABEL: dpsims.graph @modulation
// CHECK: %[[G:.*]] = concat %{{.*}}, %{{.*}} <axis = 3> : (tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>)
// CHECK: %[[GW:.*]] = conv2d_weight_gradient %3, %[[G]] <{{.*}}shape = [16, 4, 3, 3]
// CHECK: %[[GAMMA:.*]] = slice %[[GW]] <size = [8, 4, 3, 3], start = [0, 0, 0, 0]
// CHECK: %[[BETA:.*]] = slice %[[GW]] <size = [8, 4, 3, 3], start = [8, 0, 0, 0]
// CHECK: %[[W:.*]] = concat %4, %6 <axis = 0>
// CHECK: %[[GX:.*]] = conv2d_input_gradient %[[G]], %[[W]]
// CHECK: %[[SUM:.*]] = reduce %[[G]] <axes = [0, 1, 2], kind = "sum">
// CHECK: %[[GB:.*]] = reshape %[[SUM]] <shape = [16]>
// CHECK: slice %[[GB]] <size = [8], start = [0]
// CHECK: slice %[[GB]] <size = [8], start = [8]
// CHECK-NOT: add
// CHECK: output "s"
// CHECK: output "gamma.weight" %[[GAMMA]]
// CHECK: output "beta.weight" %[[BETA]]
dpsims.program @modulation {
  %u = input "u" <shape = [1, 8, 8, 4]>
  %n = input "n" <shape = [1, 8, 8, 8]>
  %s = weight "s" <shape = [4], init = "ones">
  %m = mul %u, %s
  %w0 = weight "gamma.weight" <shape = [8, 4, 3, 3], init = "normal">
  %b0 = weight "gamma.bias" <shape = [8], init = "zeros">
  %w1 = weight "beta.weight" <shape = [8, 4, 3, 3], init = "normal">
  %b1 = weight "beta.bias" <shape = [8], init = "zeros">
  %gamma = conv2d %m, %w0, %b0 <padding = 1>
  %beta = conv2d %m, %w1, %b1 <padding = 1>
  %scaled = mul %n, %gamma
  %sum = add %scaled, %beta
  %y = square %sum
  %l = reduce %y <kind = "sum", axes = [0, 1, 2, 3]>
  %list = list(%s, %w0, %b0, %w1, %b1)
  %g = gradient %l, %list
  %g0 = get %g <index = 0>
  %g1 = get %g <index = 1>
  %g2 = get %g <index = 2>
  %g3 = get %g <index = 3>
  %g4 = get %g <index = 4>
  output "s" %g0
  output "gamma.weight" %g1
  output "gamma.bias" %g2
  output "beta.weight" %g3
  output "beta.bias" %g4
}

// Kernels make the gradients: one op makes those of both weights.
// ROOM-LABEL: dpsims.graph @plain
// ROOM: concat %{{.*}}, %{{.*}} <axis = 3>
// ROOM: conv2d_weight_gradient
// ROOM-NOT: conv2d_weight_gradient
// ROOM: output "1"
dpsims.program @plain {
  %x = input "x" <shape = [1, 8, 8, 4]>
  %a = input "a" <shape = [1, 8, 8, 8]>
  %b = input "b" <shape = [1, 8, 8, 8]>
  %d0 = neg %a
  %d1 = exp %b
  %g0 = conv2d_weight_gradient %x, %d0 <padding = 1, shape = [8, 4, 3, 3]>
  %g1 = conv2d_weight_gradient %x, %d1 <padding = 1, shape = [8, 4, 3, 3]>
  output "0" %g0
  output "1" %g1
}

// Slices of 1x1 weights would have rows of one element.
// ROOM-LABEL: dpsims.graph @pointwise
// ROOM-NOT: concat
// ROOM: output "1"
dpsims.program @pointwise {
  %x = input "x" <shape = [1, 8, 8, 4]>
  %a = input "a" <shape = [1, 8, 8, 8]>
  %b = input "b" <shape = [1, 8, 8, 8]>
  %d0 = neg %a
  %d1 = exp %b
  %g0 = conv2d_weight_gradient %x, %d0 <shape = [8, 4, 1, 1]>
  %g1 = conv2d_weight_gradient %x, %d1 <shape = [8, 4, 1, 1]>
  output "0" %g0
  output "1" %g1
}

// A library reads the first gradient for something else: it would need a copy.
// ROOM-LABEL: dpsims.graph @read
// ROOM-NOT: concat
// ROOM: output "2"
dpsims.program @read {
  %x = input "x" <shape = [1, 8, 8, 4]>
  %a = input "a" <shape = [1, 8, 8, 8]>
  %b = input "b" <shape = [1, 8, 8, 8]>
  %w = weight "w" <shape = [4, 8, 3, 3], init = "ones">
  %d0 = neg %a
  %d1 = exp %b
  %g0 = conv2d_weight_gradient %x, %d0 <padding = 1, shape = [8, 4, 3, 3]>
  %g1 = conv2d_weight_gradient %x, %d1 <padding = 1, shape = [8, 4, 3, 3]>
  %y = conv2d %d0, %w <padding = 1>
  output "0" %g0
  output "1" %g1
  output "2" %y
}

// The gradients of the input are not added up: one op would not make both.
// ROOM-LABEL: dpsims.graph @no_sum
// ROOM-NOT: concat
// ROOM: output "3"
dpsims.program @no_sum {
  %x = input "x" <shape = [1, 8, 8, 4]>
  %a = input "a" <shape = [1, 8, 8, 8]>
  %b = input "b" <shape = [1, 8, 8, 8]>
  %w0 = weight "w0" <shape = [8, 4, 3, 3], init = "ones">
  %w1 = weight "w1" <shape = [8, 4, 3, 3], init = "ones">
  %d0 = neg %a
  %d1 = exp %b
  %g0 = conv2d_weight_gradient %x, %d0 <padding = 1, shape = [8, 4, 3, 3]>
  %g1 = conv2d_weight_gradient %x, %d1 <padding = 1, shape = [8, 4, 3, 3]>
  %i0 = conv2d_input_gradient %d0, %w0 <padding = 1, shape = [1, 8, 8, 4]>
  %i1 = conv2d_input_gradient %d1, %w1 <padding = 1, shape = [1, 8, 8, 4]>
  output "0" %g0
  output "1" %g1
  output "2" %i0
  output "3" %i1
}
