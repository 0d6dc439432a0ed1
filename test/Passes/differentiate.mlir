// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-differentiate | FileCheck %s
// Which gradients are computed, and of what; test/Gradients has their values.

// A linear layer: one product for the weights, none for the input, which nobody asks for.
// CHECK-LABEL: dpsims.graph @linear {
// CHECK: %[[Y:.*]] = matmul %0, %1, %2 <transpose_b = true>
// CHECK: %[[G:.*]] = broadcast
// CHECK: reduce %[[G]] <axes = [0], kind = "sum">
// CHECK: %[[GW:.*]] = matmul %[[G]], %0 <transpose_a = true> : (tensor<4x3xf32>, tensor<4x2xf32>) -> tensor<3x2xf32>
// CHECK-NOT: matmul
// CHECK: output "w" %[[GW]]
dpsims.program @linear {
  %x = input "x" <shape = [4, 2]>
  %w = weight "w" <shape = [3, 2], init = "normal">
  %b = weight "b" <shape = [3], init = "zeros">
  %y = matmul %x, %w, %b <transpose_b = true>
  %s = reduce %y <kind = "sum", axes = [0, 1]>
  %loss = reshape %s <shape = [1]>
  %list = list(%w, %b)
  %g = gradient %loss, %list
  %gw = get %g <index = 0>
  %gb = get %g <index = 1>
  output "w" %gw
  output "b" %gb
}

// Frozen weights and constants get no gradients, and nothing is differentiated before the first trained weight.
// CHECK-LABEL: dpsims.graph @frozen {
// CHECK: %[[LAST:.*]] = weight "last"
// CHECK-COUNT-3: = conv2d %
// CHECK: conv2d_input_gradient %{{.*}}, %[[LAST]] <
// CHECK-NOT: conv2d_input_gradient
// CHECK: conv2d_weight_gradient
// CHECK-NOT: conv2d
// CHECK: output
dpsims.program @frozen {
  %x = input "x" <shape = [1, 8, 8, 2]>
  %w0 = weight "first" <shape = [2, 2, 3, 3], init = "normal", trained = false>
  %w1 = weight "second" <shape = [2, 2, 3, 3], init = "normal">
  %w2 = weight "last" <shape = [2, 2, 3, 3], init = "normal", trained = false>
  %a = conv2d %x, %w0 <padding = 1>
  %b = conv2d %a, %w1 <padding = 1>
  %c = conv2d %b, %w2 <padding = 1>
  %q = square %c
  %s = reduce %q <kind = "sum", axes = [0, 1, 2, 3]>
  %list = list(%w1)
  %g = gradient %s, %list
  %gw = get %g <index = 0>
  output "g" %gw
}

// Where a value is used twice, its gradients are added: x * x + x gives 2 x + 1.
// CHECK-LABEL: dpsims.graph @accumulate {
// CHECK-COUNT-3: mul
// CHECK: add
// CHECK: %[[SUM:.*]] = add
// CHECK: output "g" %[[SUM]]
dpsims.program @accumulate {
  %x = weight "x" <shape = [1], init = "ones">
  %y = mul %x, %x
  %loss = add %y, %x
  %list = list(%x)
  %g = gradient %loss, %list
  %gx = get %g <index = 0>
  output "g" %gx
}

// Zeros for what the loss does not depend on, or only behind stop_gradient, which leaves nothing behind.
// CHECK-LABEL: dpsims.graph @unreached {
// CHECK-NOT: stop_gradient
// CHECK: %[[ONE:.*]] = constant {{.*}}value = 0.000000e+00{{.*}} tensor<1xf32>
// CHECK: %[[TWO:.*]] = constant {{.*}}value = 0.000000e+00{{.*}} tensor<2xf32>
// CHECK: output "stopped" %[[ONE]]
// CHECK: output "other" %[[TWO]]
dpsims.program @unreached {
  %x = weight "x" <shape = [1], init = "ones">
  %y = weight "y" <shape = [1], init = "ones">
  %z = weight "z" <shape = [2], init = "ones">
  %stopped = stop_gradient %y
  %loss = mul %x, %stopped
  %list = list(%y, %z)
  %g = gradient %loss, %list
  %gy = get %g <index = 0>
  %gz = get %g <index = 1>
  output "stopped" %gy
  output "other" %gz
}

// Of a value in the middle: what comes before it is not differentiated.
// CHECK-LABEL: dpsims.graph @middle {
// CHECK: exp
// CHECK: %[[T:.*]] = tanh
// CHECK: square %[[T]]
// CHECK-NOT: exp
// CHECK: output
dpsims.program @middle {
  %x = input "x" <shape = [1]>
  %e = exp %x
  %t = tanh %e
  %list = list(%e)
  %g = gradient %t, %list
  %ge = get %g <index = 0>
  output "g" %ge
}

// A step, then another one from where it led: the second does not look through the first.
// CHECK-LABEL: dpsims.graph @two_steps {
// CHECK-NOT: = gradient
// CHECK: assign "x"
// CHECK: assign "y"
dpsims.program @two_steps {
  %x = weight "x" <shape = [1], init = "ones">
  %y = weight "y" <shape = [1], init = "ones">
  %product = mul %x, %y
  %xs = list(%x)
  %g = gradient %product, %xs
  %gx = get %g <index = 0>
  %x1 = sub %x, %gx
  assign "x" %x1
  %fixed = stop_gradient %x1
  %again = mul %fixed, %y
  %ys = list(%y)
  %h = gradient %again, %ys
  %gy = get %h <index = 0>
  %y1 = sub %y, %gy
  assign "y" %y1
}

// The gradient of a gradient: the cube's second derivative, 6 x.
// CHECK-LABEL: dpsims.graph @second {
// CHECK-NOT: = gradient
// CHECK: output "g"
dpsims.program @second {
  %x = input "x" <shape = [1]>
  %cube = pow %x <exponent = 3.0>
  %list = list(%x)
  %g = gradient %cube, %list
  %slope = get %g <index = 0>
  %h = gradient %slope, %list
  %curvature = get %h <index = 0>
  output "g" %curvature
}
