// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Scales and shifts per channel after a conv2d or matmul go into its weights and bias.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-fold-into-weights | FileCheck %s

// y = conv(x, w, b) * s + t is conv(x, w * s, b * s + t): the products are of weights alone.
// CHECK-LABEL: dpsims.graph @conv {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = weight "w"
// CHECK-NEXT: %2 = weight "b"
// CHECK-NEXT: %3 = weight "s"
// CHECK-NEXT: %4 = weight "t"
// CHECK-NEXT: %5 = reshape %3 <shape = [6, 1, 1, 1]>
// CHECK-NEXT: %6 = mul %1, %5
// CHECK-NEXT: %7 = reshape %3 <shape = [6]>
// CHECK-NEXT: %8 = mul %2, %7
// CHECK-NEXT: %9 = reshape %4 <shape = [6]>
// CHECK-NEXT: %10 = add %8, %9
// CHECK-NEXT: %11 = conv2d %0, %6, %10 <padding = 1>
// CHECK-NEXT: output "y" %11
// CHECK-NEXT: }
dpsims.program @conv {
  %x = input "x" <shape = [1, 4, 4, 3]>
  %w = weight "w" <shape = [6, 3, 1, 1], init = "ones">
  %b = weight "b" <shape = [6], init = "zeros">
  %s = weight "s" <shape = [6], init = "ones">
  %t = weight "t" <shape = [1, 1, 1, 6], init = "ones">
  %c = conv2d %x, %w, %b <padding = 1>
  %m = mul %c, %s
  %y = add %t, %m
  output "y" %y
}

// Without a bias, and a number in place of a vector.
// CHECK-LABEL: dpsims.graph @nobias {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = weight "w"
// CHECK-NEXT: %2 = constant <value = 2.000000e+00>
// CHECK-NEXT: %3 = reshape %2 <shape = [1, 1, 1, 1]>
// CHECK-NEXT: %4 = mul %1, %3
// CHECK-NEXT: %5 = reshape %2 <shape = [1]>
// CHECK-NEXT: %6 = broadcast %5 <shape = [6]>
// CHECK-NEXT: %7 = conv2d %0, %4, %6
// CHECK-NEXT: output "y" %7
// CHECK-NEXT: }
dpsims.program @nobias {
  %x = input "x" <shape = [1, 4, 4, 3]>
  %w = weight "w" <shape = [6, 3, 1, 1], init = "ones">
  %s = constant <value = 2.0>
  %c = conv2d %x, %w
  %m = mul %s, %c
  %y = add %m, %s
  output "y" %y
}

// A matmul's output channels are the rows of a transposed b, the columns of another.
// CHECK-LABEL: dpsims.graph @matmuls {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = weight "w"
// CHECK-NEXT: %2 = weight "v"
// CHECK-NEXT: %3 = weight "s"
// CHECK-NEXT: %4 = weight "t"
// CHECK-NEXT: %5 = reshape %3 <shape = [6, 1]>
// CHECK-NEXT: %6 = mul %1, %5
// CHECK-NEXT: %7 = matmul %0, %6 <transpose_b = true>
// CHECK-NEXT: %8 = reshape %4 <shape = [1, 5]>
// CHECK-NEXT: %9 = mul %2, %8
// CHECK-NEXT: %10 = matmul %7, %9
// CHECK-NEXT: output "y" %10
// CHECK-NEXT: }
dpsims.program @matmuls {
  %x = input "x" <shape = [2, 4]>
  %w = weight "w" <shape = [6, 4], init = "ones">
  %v = weight "v" <shape = [6, 5], init = "ones">
  %s = weight "s" <shape = [6], init = "ones">
  %t = weight "t" <shape = [1, 5], init = "ones">
  %a = matmul %x, %w <transpose_b = true>
  %m = mul %a, %s
  %c = matmul %m, %v
  %n = mul %c, %t
  output "y" %n
}

// Stays: the value between has another reader; the vector or the weights are the caller's; the vector is along another
// axis; an activation is between; sub; the bias is the caller's; the product is larger than the convolution's result.
// CHECK-LABEL: dpsims.graph @not {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = weight "w"
// CHECK-NEXT: %2 = input "v"
// CHECK-NEXT: %3 = weight "s"
// CHECK-NEXT: %4 = input "i"
// CHECK-NEXT: %5 = weight "rows"
// CHECK-NEXT: %6 = weight "big"
// CHECK-NEXT: %7 = conv2d %0, %1
// CHECK-NEXT: %8 = mul %7, %3
// CHECK-NEXT: %9 = mul %7, %3
// CHECK-NEXT: %10 = conv2d %8, %1
// CHECK-NEXT: %11 = mul %10, %4
// CHECK-NEXT: %12 = conv2d %11, %1
// CHECK-NEXT: %13 = mul %12, %5
// CHECK-NEXT: %14 = conv2d %13, %2
// CHECK-NEXT: %15 = mul %14, %3
// CHECK-NEXT: %16 = conv2d %15, %1
// CHECK-NEXT: %17 = relu %16
// CHECK-NEXT: %18 = mul %17, %3
// CHECK-NEXT: %19 = conv2d %18, %1
// CHECK-NEXT: %20 = sub %19, %3
// CHECK-NEXT: %21 = conv2d %20, %1, %4
// CHECK-NEXT: %22 = mul %21, %3
// CHECK-NEXT: %23 = conv2d %22, %1
// CHECK-NEXT: %24 = mul %23, %6
// CHECK-NEXT: output "a2" %9
// CHECK-NEXT: output "y" %24
// CHECK-NEXT: }
dpsims.program @not {
  %x = input "x" <shape = [1, 4, 4, 6]>
  %w = weight "w" <shape = [6, 6, 1, 1], init = "ones">
  %v = input "v" <shape = [6, 6, 1, 1]>
  %s = weight "s" <shape = [6], init = "ones">
  %i = input "i" <shape = [6]>
  %rows = weight "rows" <shape = [4, 1], init = "ones">
  %big = weight "big" <shape = [2, 1, 1, 6], init = "ones">
  %a = conv2d %x, %w
  %a1 = mul %a, %s
  %a2 = mul %a, %s
  %b = conv2d %a1, %w
  %b1 = mul %b, %i
  %c = conv2d %b1, %w
  %c1 = mul %c, %rows
  %d = conv2d %c1, %v
  %d1 = mul %d, %s
  %e = conv2d %d1, %w
  %e1 = relu %e
  %e2 = mul %e1, %s
  %f = conv2d %e2, %w
  %f1 = sub %f, %s
  %h = conv2d %f1, %w, %i
  %h1 = mul %h, %s
  %k = conv2d %h1, %w
  %k1 = mul %k, %big
  output "a2" %a2
  output "y" %k1
}
