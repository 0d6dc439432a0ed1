// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Activations and sums after a conv2d or matmul become its epilogue.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-fuse-epilogues | FileCheck %s

// Each activation; leaky_relu's slope and clamp's bounds become alpha and beta.
// CHECK-LABEL: dpsims.graph @activations {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = input "w"
// CHECK-NEXT: %2 = matmul %0, %1 <activation = "relu">
// CHECK-NEXT: %3 = matmul %2, %1 <activation = "leaky_relu", alpha = 2.000000e-01>
// CHECK-NEXT: %4 = matmul %3, %1 <activation = "clamp", alpha = 0, beta = 6>
// CHECK-NEXT: %5 = matmul %4, %1 <activation = "sigmoid">
// CHECK-NEXT: %6 = matmul %5, %1 <activation = "silu", transpose_b = true>
// CHECK-NEXT: %7 = matmul %6, %1 <activation = "gelu">
// CHECK-NEXT: %8 = matmul %7, %1 <activation = "tanh">
// CHECK-NEXT: %9 = matmul %8, %1 <activation = "softplus">
// CHECK-NEXT: %10 = matmul %9, %1
// CHECK-NEXT: %11 = exp %10
// CHECK-NEXT: %12 = matmul %11, %1
// CHECK-NEXT: %13 = abs %12
// CHECK-NEXT: output "y" %13
// CHECK-NEXT: }
dpsims.program @activations {
  %x = input "x" <shape = [2, 4]>
  %w = input "w" <shape = [4, 4]>
  %a = matmul %x, %w
  %a1 = relu %a
  %b = matmul %a1, %w
  %b1 = leaky_relu %b <slope = 0.2>
  %c = matmul %b1, %w
  %c1 = clamp %c <min = 0, max = 6>
  %d = matmul %c1, %w
  %d1 = sigmoid %d
  %e = matmul %d1, %w <transpose_b = true>
  %e1 = silu %e
  %f = matmul %e1, %w
  %f1 = gelu %f
  %g = matmul %f1, %w
  %g1 = tanh %g
  %h = matmul %g1, %w
  %h1 = softplus %h
  %i = matmul %h1, %w
  %i1 = exp %i
  %j = matmul %i1, %w
  %j1 = abs %j
  output "y" %j1
}

// An activation, then a sum with a value of the same shape; a second activation stays.
// CHECK-LABEL: dpsims.graph @both {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = input "r"
// CHECK-NEXT: %2 = input "w"
// CHECK-NEXT: %3 = input "b"
// CHECK-NEXT: %4 = conv2d %0, %2, %3, %1 <activation = "silu", padding = 1, residual = true>
// CHECK-NEXT: %5 = conv2d %4, %2 <activation = "gelu", padding = 1>
// CHECK-NEXT: %6 = gelu %5
// CHECK-NEXT: %7 = conv2d %6, %2, %3, %0 <padding = 1, residual = true>
// CHECK-NEXT: output "y" %7
// CHECK-NEXT: }
dpsims.program @both {
  %x = input "x" <shape = [1, 4, 4, 3]>
  %r = input "r" <shape = [1, 4, 4, 3]>
  %w = input "w" <shape = [3, 3, 3, 3]>
  %b = input "b" <shape = [3]>
  %c = conv2d %x, %w, %b <padding = 1>
  %s = silu %c
  %y = add %r, %s
  %d = conv2d %y, %w <padding = 1>
  %d1 = gelu %d
  %d2 = gelu %d1
  %e = conv2d %d2, %w, %b <padding = 1>
  %e1 = add %e, %x
  output "y" %e1
}

// Of two summands the later takes the sum, when the other is there.
// CHECK-LABEL: dpsims.graph @two {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = input "w"
// CHECK-NEXT: %2 = matmul %0, %1
// CHECK-NEXT: %3 = matmul %0, %1, %2 <residual = true, transpose_b = true>
// CHECK-NEXT: output "y" %3
// CHECK-NEXT: }
dpsims.program @two {
  %x = input "x" <shape = [2, 4]>
  %w = input "w" <shape = [4, 4]>
  %b = matmul %x, %w
  %a = matmul %x, %w <transpose_b = true>
  %y = add %a, %b
  output "y" %y
}

// The step moves down to where the other summand is known.
// CHECK-LABEL: dpsims.graph @moves {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = input "w"
// CHECK-NEXT: %2 = exp %0
// CHECK-NEXT: %3 = matmul %0, %1, %2 <residual = true>
// CHECK-NEXT: output "y" %3
// CHECK-NEXT: }
dpsims.program @moves {
  %x = input "x" <shape = [2, 4]>
  %w = input "w" <shape = [4, 4]>
  %a = matmul %x, %w
  %b = exp %x
  %y = add %a, %b
  output "y" %y
}

// Stays: a sum of other shapes; a value that something else reads; a sum with itself; a sum whose activation follows
// (ResNet's: one kernel for both is less work); what comes after a sum.
// CHECK-LABEL: dpsims.graph @stays {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = input "w"
// CHECK-NEXT: %2 = input "row"
// CHECK-NEXT: %3 = matmul %0, %1
// CHECK-NEXT: %4 = add %3, %2
// CHECK-NEXT: %5 = matmul %4, %1
// CHECK-NEXT: %6 = relu %5
// CHECK-NEXT: %7 = add %6, %5
// CHECK-NEXT: %8 = matmul %7, %1
// CHECK-NEXT: %9 = add %8, %8
// CHECK-NEXT: %10 = matmul %9, %1
// CHECK-NEXT: %11 = add %10, %0
// CHECK-NEXT: %12 = relu %11
// CHECK-NEXT: %13 = matmul %12, %1, %0 <residual = true>
// CHECK-NEXT: %14 = mul %13, %0
// CHECK-NEXT: %15 = matmul %14, %1
// CHECK-NEXT: output "y" %15
// CHECK-NEXT: }
dpsims.program @stays {
  %x = input "x" <shape = [2, 4]>
  %w = input "w" <shape = [4, 4]>
  %row = input "row" <shape = [4]>
  %a = matmul %x, %w
  %a1 = add %a, %row
  %b = matmul %a1, %w
  %b1 = relu %b
  %b2 = add %b1, %b
  %c = matmul %b2, %w
  %c1 = add %c, %c
  %d = matmul %c1, %w
  %d1 = add %d, %x
  %d2 = relu %d1
  %e = matmul %d2, %w
  %e1 = add %e, %x
  %e2 = mul %e1, %x
  %f = matmul %e2, %w
  output "y" %f
}
