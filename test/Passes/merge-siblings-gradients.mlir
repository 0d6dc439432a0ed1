// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The gradients of convolutions that read one input become one.
// RUN: dpsims-opt %s --elaborate --differentiate --cse --merge-siblings | FileCheck %s

// gamma's gradient is dy * n, beta's is dy: both are written into one value, of which one op each makes the gradient of the
// input, of the weights, of the biases.
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
