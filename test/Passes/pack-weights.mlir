// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For CUDA, trained weights of convolutions get the order (O, kh, kw, C) in memory.
// RUN: dpsims-opt %s --pass-pipeline='builtin.module(dpsims.graph(dpsims-hoist-constants,dpsims-pack-weights))' | FileCheck %s
// RUN: dpsims-opt %s --graph-to-optimized=target=cuda --optimized-to-schedule=target=cuda | FileCheck %s --check-prefix=STEPS
// RUN: dpsims-opt %s --graph-to-optimized=target=cpu | FileCheck %s --check-prefix=CPU

// CPU-NOT: packed
// CPU-NOT: transpose

module {

// One transposition for all that read the weights; the gradient is transposed back.
// CHECK-LABEL: dpsims.graph @train
// CHECK: %[[W:.*]] = weight "w"
// CHECK-NEXT: %[[T:.*]] = transpose %[[W]] <perm = [0, 2, 3, 1]> : (tensor<6x4x3x3xf32>) -> tensor<6x3x3x4xf32>
// CHECK-NEXT: %[[P:.*]] = reshape %[[T]] <shape = [6, 4, 3, 3]> : (tensor<6x3x3x4xf32>) -> tensor<6x4x3x3xf32>
// CHECK: %[[Y:.*]] = conv2d %{{.*}}, %[[P]] <packed = true, padding = 1>
// CHECK: conv2d_input_gradient %[[Y]], %[[P]] <packed = true, padding = 1, shape = [1, 8, 8, 4]>
// CHECK: %[[G:.*]] = conv2d_weight_gradient %{{.*}}, %[[Y]] <packed = true, padding = 1, shape = [6, 4, 3, 3]>
// CHECK-NEXT: %[[R:.*]] = reshape %[[G]] <shape = [6, 3, 3, 4]>
// CHECK-NEXT: %[[D:.*]] = transpose %[[R]] <perm = [0, 3, 1, 2]> : (tensor<6x3x3x4xf32>) -> tensor<6x4x3x3xf32>
// CHECK: add %{{.*}}, %[[D]]

// In the schedule the gradient's transposition is part of the update, which writes the weight in place.
// STEPS-LABEL: dpsims.entry @train
// STEPS: %[[W:.*]] = buffer "variable"
// STEPS: compute ins(%[[W]]
// STEPS: transpose
// STEPS: conv_step {{.*}}packed = true
// STEPS: conv_input_gradient_step {{.*}}packed = true
// STEPS: conv_weight_gradient_step {{.*}}packed = true
// STEPS: %[[N:.*]] = buffer "variable" view %[[W]]
// STEPS-NEXT: compute {{.*}}%[[W]] : {{.*}} outs({{.*}}%[[N]] :
// STEPS-NEXT: ^bb0
// STEPS-NEXT: transpose
// STEPS-NEXT: add
// STEPS-NEXT: mul
// STEPS-NEXT: sub
// STEPS-NOT: compute
// STEPS-LABEL: dpsims.entry @stored
dpsims.graph @train {
  %x = input "x" <shape = [1, 8, 8, 4]> : () -> tensor<1x8x8x4xf32>
  %w = weight "w" <shape = [6, 4, 3, 3], init = "zeros"> : () -> tensor<6x4x3x3xf32>
  %v = state "v" <shape = [6, 4, 3, 3], init = "zeros"> : () -> tensor<6x4x3x3xf32>
  %y = conv2d %x, %w <padding = 1> : (tensor<1x8x8x4xf32>, tensor<6x4x3x3xf32>) -> tensor<1x8x8x6xf32>
  %d = conv2d_input_gradient %y, %w <padding = 1, shape = [1, 8, 8, 4]>
      : (tensor<1x8x8x6xf32>, tensor<6x4x3x3xf32>) -> tensor<1x8x8x4xf32>
  %g = conv2d_weight_gradient %x, %y <padding = 1, shape = [6, 4, 3, 3]>
      : (tensor<1x8x8x4xf32>, tensor<1x8x8x6xf32>) -> tensor<6x4x3x3xf32>
  %u = add %v, %g : (tensor<6x4x3x3xf32>, tensor<6x4x3x3xf32>) -> tensor<6x4x3x3xf32>
  %m = mul %u, %g : (tensor<6x4x3x3xf32>, tensor<6x4x3x3xf32>) -> tensor<6x4x3x3xf32>
  %n = sub %w, %m : (tensor<6x4x3x3xf32>, tensor<6x4x3x3xf32>) -> tensor<6x4x3x3xf32>
  assign "w" %n : tensor<6x4x3x3xf32>
  assign "v" %u : tensor<6x4x3x3xf32>
  output "d" %d : tensor<1x8x8x4xf32>
}

// Constants are packed by the runtime; with one channel a group both orders are the same.
// CHECK-LABEL: dpsims.graph @stored
// CHECK: %[[C:.*]] = prepare
// CHECK: conv2d %{{.*}}, %[[C]] <padding = 1>
// CHECK-NOT: transpose
// CHECK: conv2d %{{.*}}, %{{.*}} <groups = 4, packed = true, padding = 1>
// CHECK-NOT: transpose
dpsims.graph @stored {
  %c = weight "w" <shape = [4, 4, 3, 3], init = "zeros"> : () -> tensor<4x4x3x3xf32>
  %x = input "x" <shape = [1, 8, 8, 4]> : () -> tensor<1x8x8x4xf32>
  %k = input "k" <shape = [4, 1, 3, 3]> : () -> tensor<4x1x3x3xf32>
  %y = conv2d %x, %c <padding = 1> : (tensor<1x8x8x4xf32>, tensor<4x4x3x3xf32>) -> tensor<1x8x8x4xf32>
  %z = conv2d %y, %k <groups = 4, padding = 1> : (tensor<1x8x8x4xf32>, tensor<4x1x3x3xf32>) -> tensor<1x8x8x4xf32>
  output "z" %z : tensor<1x8x8x4xf32>
}

// Joined weights are transposed before they are joined, and the parts of their gradient after they are taken from it.
// CHECK-LABEL: dpsims.graph @joined
// CHECK: %[[T0:.*]] = transpose %{{.*}} <perm = [0, 2, 3, 1]> : (tensor<4x4x3x3xf32>) -> tensor<4x3x3x4xf32>
// CHECK: %[[T1:.*]] = transpose %{{.*}} <perm = [0, 2, 3, 1]> : (tensor<8x4x3x3xf32>) -> tensor<8x3x3x4xf32>
// CHECK: %[[T:.*]] = concat %[[T0]], %[[T1]] <axis = 0>
// CHECK: %[[P:.*]] = reshape %[[T]] <shape = [12, 4, 3, 3]>
// CHECK: conv2d %{{.*}}, %[[P]] <packed = true, padding = 1>
// CHECK: %[[G:.*]] = conv2d_weight_gradient
// CHECK: %[[R:.*]] = reshape %[[G]] <shape = [12, 3, 3, 4]>
// CHECK: %[[S:.*]] = slice %[[R]] <size = [8, 3, 3, 4], start = [4, 0, 0, 0], step = [1, 1, 1, 1]>
// CHECK: transpose %[[S]] <perm = [0, 3, 1, 2]> : (tensor<8x3x3x4xf32>) -> tensor<8x4x3x3xf32>
// CHECK-NOT: transpose
// CHECK: output "y"

// One kernel joins them, one takes the part and updates the weight.
// STEPS-LABEL: dpsims.entry @joined
// STEPS: compute
// STEPS-COUNT-2: transpose
// STEPS-NEXT: concat
// STEPS: conv_weight_gradient_step
// STEPS: compute
// STEPS: slice
// STEPS-NEXT: transpose
// STEPS-NEXT: sub
// STEPS-NOT: compute
// STEPS: }
dpsims.graph @joined {
  %x = input "x" <shape = [1, 8, 8, 4]> : () -> tensor<1x8x8x4xf32>
  %w0 = weight "w0" <shape = [4, 4, 3, 3], init = "zeros"> : () -> tensor<4x4x3x3xf32>
  %w1 = weight "w1" <shape = [8, 4, 3, 3], init = "zeros"> : () -> tensor<8x4x3x3xf32>
  %w = concat %w0, %w1 <axis = 0> : (tensor<4x4x3x3xf32>, tensor<8x4x3x3xf32>) -> tensor<12x4x3x3xf32>
  %y = conv2d %x, %w <padding = 1> : (tensor<1x8x8x4xf32>, tensor<12x4x3x3xf32>) -> tensor<1x8x8x12xf32>
  %g = conv2d_weight_gradient %x, %y <padding = 1, shape = [12, 4, 3, 3]>
      : (tensor<1x8x8x4xf32>, tensor<1x8x8x12xf32>) -> tensor<12x4x3x3xf32>
  %g1 = slice %g <start = [4, 0, 0, 0], step = [1, 1, 1, 1], size = [8, 4, 3, 3]>
      : (tensor<12x4x3x3xf32>) -> tensor<8x4x3x3xf32>
  %n = sub %w1, %g1 : (tensor<8x4x3x3xf32>, tensor<8x4x3x3xf32>) -> tensor<8x4x3x3xf32>
  assign "w1" %n : tensor<8x4x3x3xf32>
  output "y" %y : tensor<1x8x8x12xf32>
}

}
