// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What depends on weights alone is computed once, at load.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-hoist-constants | FileCheck %s

// What depends on weights alone moves; what reads an input stays; the weights that are read in main are results.
// CHECK-LABEL: dpsims.graph @mixed {
// CHECK-NEXT: %0:2 = prepare {
// CHECK-NEXT: %4 = weight "w"
// CHECK-NEXT: %5 = state "u"
// CHECK-NEXT: %6 = neg %4
// CHECK-NEXT: %7 = mul %6, %5
// CHECK-NEXT: yield %7, %4
// CHECK-NEXT: } : tensor<3xf32>, tensor<3xf32>
// CHECK-NEXT: %1 = input "x"
// CHECK-NEXT: %2 = add %1, %0#0
// CHECK-NEXT: %3 = mul %2, %0#1
// CHECK-NEXT: output "y" %3
// CHECK-NEXT: }
dpsims.program @mixed {
  %x = input "x" <shape = [2, 3]>
  %w = weight "w" <shape = [3], init = "ones">
  %u = state "u" <shape = [3], init = "zeros">
  %n = neg %w
  %m = mul %n, %u
  %y = add %x, %m
  %z = mul %y, %w
  output "y" %z
}

// A constant is copied to where it is read: main, prepare, or both.
// CHECK-LABEL: dpsims.graph @constants {
// CHECK-NEXT: %0 = prepare {
// CHECK-NEXT: %7 = constant <value = 3.000000e+00>
// CHECK-NEXT: %8 = constant <value = 2.000000e+00>
// CHECK-NEXT: %9 = weight "w"
// CHECK-NEXT: %10 = mul %9, %8
// CHECK-NEXT: %11 = add %10, %7
// CHECK-NEXT: yield %11
// CHECK-NEXT: } : tensor<3xf32>
// CHECK-NEXT: %1 = input "x"
// CHECK-NEXT: %2 = constant <value = 2.000000e+00>
// CHECK-NEXT: %3 = constant <value = 4.000000e+00>
// CHECK-NEXT: %4 = mul %1, %2
// CHECK-NEXT: %5 = add %4, %0
// CHECK-NEXT: %6 = add %5, %3
// CHECK-NEXT: output "y" %6
// CHECK-NEXT: }
dpsims.program @constants {
  %x = input "x" <shape = [3]>
  %w = weight "w" <shape = [3], init = "ones">
  %both = constant <value = 2.0>
  %inner = constant <value = 3.0>
  %outer = constant <value = 4.0>
  %dead = constant <value = 5.0>
  %a = mul %w, %both
  %b = add %a, %inner
  %y = mul %x, %both
  %z = add %y, %b
  %r = add %z, %outer
  output "y" %r
}

// No weights: an empty part.
// CHECK-LABEL: dpsims.graph @none {
// CHECK-NEXT: prepare {
// CHECK-NEXT: yield
// CHECK-NEXT: }
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = relu %0
// CHECK-NEXT: output "y" %1
// CHECK-NEXT: }
dpsims.program @none {
  %x = input "x" <shape = [3]>
  %y = relu %x
  output "y" %y
}

// An output that depends on weights alone; two results of one op; a product of constants.
// CHECK-LABEL: dpsims.graph @outputs {
// CHECK-NEXT: %0:4 = prepare {
// CHECK-NEXT: %2 = constant <value = 2.000000e+00>
// CHECK-NEXT: %3 = weight "w"
// CHECK-NEXT: %mean, %variance = batch_statistics %3
// CHECK-NEXT: %4 = mul %2, %2
// CHECK-NEXT: yield %mean, %variance, %3, %4
// CHECK-NEXT: } : tensor<3xf32>, tensor<3xf32>, tensor<4x3xf32>, tensor<f32>
// CHECK-NEXT: %1 = constant <value = 2.000000e+00>
// CHECK-NEXT: output "mean" %0#0
// CHECK-NEXT: output "var" %0#1
// CHECK-NEXT: output "w" %0#2
// CHECK-NEXT: output "four" %0#3
// CHECK-NEXT: output "two" %1
// CHECK-NEXT: }
dpsims.program @outputs {
  %w = weight "w" <shape = [4, 3], init = "ones">
  %mean, %var = batch_statistics %w
  %two = constant <value = 2.0>
  %four = mul %two, %two
  output "mean" %mean
  output "var" %var
  output "w" %w
  output "four" %four
  output "two" %two
}
