// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Fold hooks and canonicalization patterns: arithmetic that needs no computation goes.
// RUN: dpsims-opt %s --canonicalize | FileCheck %s

// x + 0, x * 1, x / 1, x - 0, 0 + x, 1 * x.
// CHECK-LABEL: dpsims.graph @neutral
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: output "y" %0
dpsims.graph @neutral {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  %zero = constant <value = 0.0> : () -> tensor<f32>
  %one = constant <value = 1.0> : () -> tensor<f32>
  %a = add %x, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %b = mul %a, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %c = div %b, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %d = sub %c, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %e = add %zero, %d : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %f = mul %one, %e : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  output "y" %f : tensor<4xf32>
}

// 0 - x and 1 / x are none of them, and x + 0 that makes a larger tensor is a broadcast.
// CHECK-LABEL: dpsims.graph @kept
// CHECK: sub
// CHECK: div
// CHECK: add
dpsims.graph @kept {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  %zero = constant <value = 0.0> : () -> tensor<f32>
  %zeros = constant <value = 0.0, shape = [2, 4]> : () -> tensor<2x4xf32>
  %one = constant <value = 1.0> : () -> tensor<f32>
  %a = sub %zero, %x : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %b = div %one, %a : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %c = add %b, %zeros : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  output "y" %c : tensor<2x4xf32>
}

// Arithmetic of constants.
// CHECK-LABEL: dpsims.graph @constants
// CHECK: constant <{{.*}}value = 5.000000e-01
// CHECK-NEXT: mul
dpsims.graph @constants {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  %two = constant <value = 2.0> : () -> tensor<f32>
  %three = constant <value = 3.0> : () -> tensor<f32>
  %six = mul %two, %three : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %half = div %three, %six : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %y = mul %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  output "y" %y : tensor<4xf32>
}

// A broadcast in front of arithmetic that broadcasts by itself; one that makes the result's shape stays.
// CHECK-LABEL: dpsims.graph @broadcasts
// CHECK: broadcast
// CHECK-NEXT: mul %0, %1 : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
dpsims.graph @broadcasts {
  %x = input "x" <shape = [2, 4]> : () -> tensor<2x4xf32>
  %v = input "v" <shape = [4]> : () -> tensor<4xf32>
  %wide = broadcast %v <shape = [2, 4]> : (tensor<4xf32>) -> tensor<2x4xf32>
  %y = mul %x, %wide : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  output "y" %y : tensor<2x4xf32>
  output "wide" %wide : tensor<2x4xf32>
}

// Shape ops that change nothing.
// CHECK-LABEL: dpsims.graph @shapes
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = reshape %0 <shape = [8]> : (tensor<2x4xf32>) -> tensor<8xf32>
// CHECK-NEXT: output "y" %1
// CHECK-NEXT: output "z" %0
dpsims.graph @shapes {
  %x = input "x" <shape = [2, 4]> : () -> tensor<2x4xf32>
  %a = reshape %x <shape = [4, 2]> : (tensor<2x4xf32>) -> tensor<4x2xf32>
  %b = reshape %a <shape = [8]> : (tensor<4x2xf32>) -> tensor<8xf32>
  %c = reshape %a <shape = [2, 4]> : (tensor<4x2xf32>) -> tensor<2x4xf32>
  output "y" %b : tensor<8xf32>
  output "z" %c : tensor<2x4xf32>
}

// The gradients of a value's two halves, each between zeros: also after a sum. Parts that overlap stay a sum.
// CHECK-LABEL: dpsims.graph @halves
// CHECK: %[[W:.*]] = input "w"
// CHECK-NEXT: %[[BOTH:.*]] = concat %0, %1 <axis = 0> : (tensor<2x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
// CHECK-NEXT: %[[S:.*]] = add %[[W]], %[[BOTH]]
// CHECK-NEXT: %[[Z:.*]] = concat %0, %1 <axis = 0>
// CHECK-NEXT: output "y" %[[S]]
// CHECK-NEXT: output "z" %[[Z]]
dpsims.graph @halves {
  %u = input "u" <shape = [2, 4]> : () -> tensor<2x4xf32>
  %v = input "v" <shape = [1, 4]> : () -> tensor<1x4xf32>
  %w = input "w" <shape = [3, 4]> : () -> tensor<3x4xf32>
  %a = pad %u <low = [0, 0], high = [1, 0]> : (tensor<2x4xf32>) -> tensor<3x4xf32>
  %b = pad %v <low = [2, 0], high = [0, 0], interior = [0, 0]> : (tensor<1x4xf32>) -> tensor<3x4xf32>
  %s = add %w, %b : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  %t = add %s, %a : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  %z = add %a, %b : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  output "y" %t : tensor<3x4xf32>
  output "z" %z : tensor<3x4xf32>
}

// CHECK-LABEL: dpsims.graph @overlaps
// CHECK-COUNT-3: pad
// CHECK-COUNT-2: add
dpsims.graph @overlaps {
  %u = input "u" <shape = [2, 4]> : () -> tensor<2x4xf32>
  %v = input "v" <shape = [2, 4]> : () -> tensor<2x4xf32>
  %a = pad %u <low = [0, 0], high = [1, 0]> : (tensor<2x4xf32>) -> tensor<3x4xf32>
  %b = pad %v <low = [1, 0], high = [0, 0]> : (tensor<2x4xf32>) -> tensor<3x4xf32>
  %c = pad %v <low = [0, 0], high = [0, 0], interior = [1, 0]> : (tensor<2x4xf32>) -> tensor<3x4xf32>
  %y = add %a, %b : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  %z = add %a, %c : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  output "y" %y : tensor<3x4xf32>
  output "z" %z : tensor<3x4xf32>
}

// A concat of all parts of a value, in their order.
// CHECK-LABEL: dpsims.graph @parts
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: slice
// CHECK-NEXT: slice
// CHECK-NEXT: %[[Z:.*]] = concat
// CHECK-NEXT: output "y" %0
// CHECK-NEXT: output "z" %[[Z]]
dpsims.graph @parts {
  %x = input "x" <shape = [4, 2]> : () -> tensor<4x2xf32>
  %a = slice %x <start = [0, 0], step = [1, 1], size = [2, 2]> : (tensor<4x2xf32>) -> tensor<2x2xf32>
  %b = slice %x <start = [2, 0], step = [1, 1], size = [2, 2]> : (tensor<4x2xf32>) -> tensor<2x2xf32>
  %y = concat %a, %b <axis = 0> : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
  %z = concat %b, %a <axis = 0> : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
  output "y" %y : tensor<4x2xf32>
  output "z" %z : tensor<4x2xf32>
}

// To a wider type and back; a conversion to the same type. What a narrower type has rounded stays rounded.
// CHECK-LABEL: dpsims.graph @casts
// CHECK-NEXT: %[[N:.*]] = input "n"
// CHECK-NEXT: %[[X:.*]] = input "x"
// CHECK-NEXT: %[[R:.*]] = cast %[[X]] <type = "bf16">
// CHECK-NEXT: %[[Y:.*]] = cast %[[R]] <type = "f32">
// CHECK-NEXT: output "n" %[[N]]
// CHECK-NEXT: output "x" %[[X]]
// CHECK-NEXT: output "y" %[[Y]]
dpsims.graph @casts {
  %n = input "n" <shape = [4], type = "bf16"> : () -> tensor<4xbf16>
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  %wide = cast %n <type = "f32"> : (tensor<4xbf16>) -> tensor<4xf32>
  %back = cast %wide <type = "bf16"> : (tensor<4xf32>) -> tensor<4xbf16>
  %same = cast %x <type = "f32"> : (tensor<4xf32>) -> tensor<4xf32>
  %rounded = cast %x <type = "bf16"> : (tensor<4xf32>) -> tensor<4xbf16>
  %y = cast %rounded <type = "f32"> : (tensor<4xbf16>) -> tensor<4xf32>
  output "n" %back : tensor<4xbf16>
  output "x" %same : tensor<4xf32>
  output "y" %y : tensor<4xf32>
}
