// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types and casts of a model of precision bf16.
// RUN: dpsims-opt %s --dpsims-assign-precision | FileCheck %s
// RUN: sed 's/"bf16"/"tf32"/' %s | dpsims-opt --dpsims-assign-precision | FileCheck %s --check-prefix=OTHER
// OTHER-NOT: bf16>

module attributes {dpsims.precision = "bf16"} {
  // A constant is rounded when it is made; one that is read otherwise too is there in both types. What reaches an
  // output by arithmetic alone stays f32.
  // CHECK-LABEL: dpsims.graph @constants {
  // CHECK-NEXT: %0:4 = prepare {
  // CHECK-NEXT: %7 = weight "w" <init = "zeros", shape = [4, 4]> : () -> tensor<4x4xf32>
  // CHECK-NEXT: %8 = weight "v" <init = "zeros", shape = [4, 4]> : () -> tensor<4x4xf32>
  // CHECK-NEXT: %9 = weight "b" <init = "zeros", shape = [4]> : () -> tensor<4xf32>
  // CHECK-NEXT: %10 = cast %7 <type = "bf16"> : (tensor<4x4xf32>) -> tensor<4x4xbf16>
  // CHECK-NEXT: %11 = cast %8 <type = "bf16"> : (tensor<4x4xf32>) -> tensor<4x4xbf16>
  // CHECK-NEXT: yield %10, %11, %8, %9 : tensor<4x4xbf16>, tensor<4x4xbf16>, tensor<4x4xf32>, tensor<4xf32>
  // CHECK-NEXT: } : tensor<4x4xbf16>, tensor<4x4xbf16>, tensor<4x4xf32>, tensor<4xf32>
  // CHECK-NEXT: %1 = input "x" <shape = [2, 4]> : () -> tensor<2x4xf32>
  // CHECK-NEXT: %2 = cast %1 <type = "bf16"> : (tensor<2x4xf32>) -> tensor<2x4xbf16>
  // CHECK-NEXT: %3 = matmul %2, %0#0, %0#3 <activation = "relu"> : (tensor<2x4xbf16>, tensor<4x4xbf16>, tensor<4xf32>) -> tensor<2x4xbf16>
  // CHECK-NEXT: %4 = matmul %3, %0#1 <type = "f32"> : (tensor<2x4xbf16>, tensor<4x4xbf16>) -> tensor<2x4xf32>
  // CHECK-NEXT: %5 = neg %4 : (tensor<2x4xf32>) -> tensor<2x4xf32>
  // CHECK-NEXT: %6 = neg %0#2 : (tensor<4x4xf32>) -> tensor<4x4xf32>
  // CHECK-NEXT: output "e" %5 : tensor<2x4xf32>
  // CHECK-NEXT: output "f" %6 : tensor<4x4xf32>
  dpsims.graph @constants {
    %p:3 = prepare {
      %w = weight "w" <shape = [4, 4], init = "zeros"> : () -> tensor<4x4xf32>
      %v = weight "v" <shape = [4, 4], init = "zeros"> : () -> tensor<4x4xf32>
      %b = weight "b" <shape = [4], init = "zeros"> : () -> tensor<4xf32>
      yield %w, %v, %b : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4xf32>
    } : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4xf32>
    %x = input "x" <shape = [2, 4]> : () -> tensor<2x4xf32>
    %c = matmul %x, %p#0, %p#2 <activation = "relu">
        : (tensor<2x4xf32>, tensor<4x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    %d = matmul %c, %p#1 : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
    %e = neg %d : (tensor<2x4xf32>) -> tensor<2x4xf32>
    %f = neg %p#1 : (tensor<4x4xf32>) -> tensor<4x4xf32>
    output "e" %e : tensor<2x4xf32>
    output "f" %f : tensor<4x4xf32>
  }

  // Readers widen what is stored, after a reshape where there is one. A sum of the result is read by the products in
  // bf16, and by all others from there.
  // CHECK-LABEL: dpsims.graph @readers {
  // CHECK-NEXT: %0 = input "x" <shape = [2, 3, 4]> : () -> tensor<2x3x4xf32>
  // CHECK-NEXT: %1 = cast %0 <type = "bf16"> : (tensor<2x3x4xf32>) -> tensor<2x3x4xbf16>
  // CHECK-NEXT: %2 = input "w" <shape = [4, 4]> : () -> tensor<4x4xf32>
  // CHECK-NEXT: %3 = cast %2 <type = "bf16"> : (tensor<4x4xf32>) -> tensor<4x4xbf16>
  // CHECK-NEXT: %4 = matmul %1, %3 : (tensor<2x3x4xbf16>, tensor<4x4xbf16>) -> tensor<2x3x4xbf16>
  // CHECK-NEXT: %5 = reshape %4 <shape = [6, 4]> : (tensor<2x3x4xbf16>) -> tensor<6x4xbf16>
  // CHECK-NEXT: %6 = cast %5 <type = "f32"> : (tensor<6x4xbf16>) -> tensor<6x4xf32>
  // CHECK-NEXT: %7 = exp %6 : (tensor<6x4xf32>) -> tensor<6x4xf32>
  // CHECK-NEXT: %8 = cast %7 <type = "bf16"> : (tensor<6x4xf32>) -> tensor<6x4xbf16>
  // CHECK-NEXT: %9 = cast %8 <type = "f32"> : (tensor<6x4xbf16>) -> tensor<6x4xf32>
  // CHECK-NEXT: %10 = matmul %8, %3, %5 <residual = true> : (tensor<6x4xbf16>, tensor<4x4xbf16>, tensor<6x4xbf16>) -> tensor<6x4xbf16>
  // CHECK-NEXT: %11 = cast %10 <type = "f32"> : (tensor<6x4xbf16>) -> tensor<6x4xf32>
  // CHECK-NEXT: %12 = reduce %9 <axes = [0], kind = "mean"> : (tensor<6x4xf32>) -> tensor<1x4xf32>
  // CHECK-NEXT: %13 = reduce %11 <axes = [0], kind = "mean"> : (tensor<6x4xf32>) -> tensor<1x4xf32>
  // CHECK-NEXT: output "m" %12 : tensor<1x4xf32>
  // CHECK-NEXT: output "s" %13 : tensor<1x4xf32>
  dpsims.graph @readers {
    %x = input "x" <shape = [2, 3, 4]> : () -> tensor<2x3x4xf32>
    %w = input "w" <shape = [4, 4]> : () -> tensor<4x4xf32>
    %a = matmul %x, %w : (tensor<2x3x4xf32>, tensor<4x4xf32>) -> tensor<2x3x4xf32>
    %b = reshape %a <shape = [6, 4]> : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
    %c = exp %b : (tensor<6x4xf32>) -> tensor<6x4xf32>
    %d = matmul %c, %w, %b <residual = true> : (tensor<6x4xf32>, tensor<4x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
    %m = reduce %c <kind = "mean", axes = [0]> : (tensor<6x4xf32>) -> tensor<1x4xf32>
    %s = reduce %d <kind = "mean", axes = [0]> : (tensor<6x4xf32>) -> tensor<1x4xf32>
    output "m" %m : tensor<1x4xf32>
    output "s" %s : tensor<1x4xf32>
  }

  // Softmax is the last op of its kernel: it makes bf16 of bf16, and computes in f32.
  // CHECK-LABEL: dpsims.graph @attention {
  // CHECK-NEXT: %0 = input "q" <shape = [2, 8, 4]> : () -> tensor<2x8x4xf32>
  // CHECK-NEXT: %1 = cast %0 <type = "bf16"> : (tensor<2x8x4xf32>) -> tensor<2x8x4xbf16>
  // CHECK-NEXT: %2 = input "k" <shape = [2, 6, 4]> : () -> tensor<2x6x4xf32>
  // CHECK-NEXT: %3 = cast %2 <type = "bf16"> : (tensor<2x6x4xf32>) -> tensor<2x6x4xbf16>
  // CHECK-NEXT: %4 = matmul %1, %3 <transpose_b = true> : (tensor<2x8x4xbf16>, tensor<2x6x4xbf16>) -> tensor<2x8x6xbf16>
  // CHECK-NEXT: %5 = softmax %4 : (tensor<2x8x6xbf16>) -> tensor<2x8x6xbf16>
  // CHECK-NEXT: %6 = matmul %5, %3 <type = "f32"> : (tensor<2x8x6xbf16>, tensor<2x6x4xbf16>) -> tensor<2x8x4xf32>
  // CHECK-NEXT: output "y" %6 : tensor<2x8x4xf32>
  dpsims.graph @attention {
    %q = input "q" <shape = [2, 8, 4]> : () -> tensor<2x8x4xf32>
    %k = input "k" <shape = [2, 6, 4]> : () -> tensor<2x6x4xf32>
    %a = matmul %q, %k <transpose_b = true> : (tensor<2x8x4xf32>, tensor<2x6x4xf32>) -> tensor<2x8x6xf32>
    %p = softmax %a : (tensor<2x8x6xf32>) -> tensor<2x8x6xf32>
    %y = matmul %p, %k : (tensor<2x8x6xf32>, tensor<2x6x4xf32>) -> tensor<2x8x4xf32>
    output "y" %y : tensor<2x8x4xf32>
  }

  // Gradients of weights are f32; so are products with vectors, and those of weights alone.
  // CHECK-LABEL: dpsims.graph @wide {
  // CHECK-NEXT: %0 = weight "w" <init = "zeros", shape = [4, 4]> : () -> tensor<4x4xf32>
  // CHECK-NEXT: %1 = matmul %0, %0 : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  // CHECK-NEXT: %2 = cast %1 <type = "bf16"> : (tensor<4x4xf32>) -> tensor<4x4xbf16>
  // CHECK-NEXT: %3 = input "x" <shape = [8, 4]> : () -> tensor<8x4xf32>
  // CHECK-NEXT: %4 = cast %3 <type = "bf16"> : (tensor<8x4xf32>) -> tensor<8x4xbf16>
  // CHECK-NEXT: %5 = input "v" <shape = [1, 4]> : () -> tensor<1x4xf32>
  // CHECK-NEXT: %6 = matmul %4, %2 : (tensor<8x4xbf16>, tensor<4x4xbf16>) -> tensor<8x4xbf16>
  // CHECK-NEXT: %7 = cast %6 <type = "f32"> : (tensor<8x4xbf16>) -> tensor<8x4xf32>
  // CHECK-NEXT: %8 = matmul %5, %1 : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  // CHECK-NEXT: %9 = exp %8 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK-NEXT: %10 = mul %7, %9 : (tensor<8x4xf32>, tensor<1x4xf32>) -> tensor<8x4xf32>
  // CHECK-NEXT: %11 = cast %10 <type = "bf16"> : (tensor<8x4xf32>) -> tensor<8x4xbf16>
  // CHECK-NEXT: %12 = matmul %4, %11 <transpose_a = true, type = "f32"> : (tensor<8x4xbf16>, tensor<8x4xbf16>) -> tensor<4x4xf32>
  // CHECK-NEXT: assign "w" %12 : tensor<4x4xf32>
  // CHECK-NEXT: }
  // CHECK-NEXT: }
  dpsims.graph @wide {
    %w = weight "w" <shape = [4, 4], init = "zeros"> : () -> tensor<4x4xf32>
    %s = matmul %w, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %x = input "x" <shape = [8, 4]> : () -> tensor<8x4xf32>
    %v = input "v" <shape = [1, 4]> : () -> tensor<1x4xf32>
    %y = matmul %x, %s : (tensor<8x4xf32>, tensor<4x4xf32>) -> tensor<8x4xf32>
    %u = matmul %v, %s : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
    %e = exp %u : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %h = mul %y, %e : (tensor<8x4xf32>, tensor<1x4xf32>) -> tensor<8x4xf32>
    %g = matmul %x, %h <transpose_a = true> : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<4x4xf32>
    assign "w" %g : tensor<4x4xf32>
  }
}
