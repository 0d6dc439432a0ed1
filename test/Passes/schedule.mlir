// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Graphs become entries: two straight lists of steps on buffers.
// RUN: dpsims-opt %s --dpsims-schedule | FileCheck %s
// RUN: dpsims-opt %s --dpsims-schedule=keep-residuals | FileCheck %s --check-prefix=KEEP

// Where a library may not work in place, convolutions with a residual say so.
// KEEP-LABEL: dpsims.entry @steps
// KEEP: conv_step %{{[0-9]+}}, %{{[0-9]+}} -> %{{[0-9]+}} {padding = [1, 1, 1, 1]}
// KEEP: conv_step {{.*}} residual {{.*}} {keeps_residual = true, padding = [1, 1, 1, 1]}
// KEEP: matmul_step {{.*}} residual {{.*}} {transpose_b = true}

// A library step with each combination of operands; the epilogue and the geometry are its configuration.
// CHECK-LABEL: dpsims.entry @steps prepare {
// CHECK-NEXT: declare_weight "w" {init = "xavier_normal", shape = [3, 3, 3, 3], trained = true, value = 2.000000e+00 : f64}
// CHECK-NEXT: declare_weight "b" {init = "zeros", shape = [3], trained = false, value = 1.000000e+00 : f64}
// CHECK-NEXT: %0 = buffer "load" : memref<3x3x3x3xf32>
// CHECK-NEXT: load_weight "w" -> %0 : memref<3x3x3x3xf32>
// CHECK-NEXT: store_constant %0 -> 0 : memref<3x3x3x3xf32>
// CHECK-NEXT: %1 = buffer "load" : memref<3xf32>
// CHECK-NEXT: load_weight "b" -> %1 : memref<3xf32>
// CHECK-NEXT: store_constant %1 -> 1 : memref<3xf32>
// CHECK-NEXT: } main {
// CHECK-NEXT: %0 = buffer "constant" {index = 0 : i64} : memref<3x3x3x3xf32>
// CHECK-NEXT: %1 = buffer "constant" {index = 1 : i64} : memref<3xf32>
// CHECK-NEXT: %2 = buffer "input" {index = 0 : i64, name = "x"} : memref<1x4x4x3xf32>
// CHECK-NEXT: %3 = buffer "input" {index = 1 : i64, name = "m"} : memref<3x3xf32>
// CHECK-NEXT: %4 = buffer "arena" : memref<1x4x4x3xf32>
// CHECK-NEXT: conv_step %2, %0 -> %4 {padding = [1, 1, 1, 1]} : memref<1x4x4x3xf32>, memref<3x3x3x3xf32> -> memref<1x4x4x3xf32>
// CHECK-NEXT: %5 = buffer "arena" : memref<1x4x4x3xf32>
// CHECK-NEXT: conv_step %4, %0 bias %1 -> %5 {activation = "clamp", beta = 6.000000e+00 : f64, padding = [1, 1, 1, 1]} : memref<1x4x4x3xf32>, memref<3x3x3x3xf32> bias memref<3xf32> -> memref<1x4x4x3xf32>
// CHECK-NEXT: %6 = buffer "arena" : memref<1x4x4x3xf32>
// CHECK-NEXT: conv_step %5, %0 residual %4 -> %6 {padding = [1, 1, 1, 1]} : memref<1x4x4x3xf32>, memref<3x3x3x3xf32> residual memref<1x4x4x3xf32> -> memref<1x4x4x3xf32>
// CHECK-NEXT: %7 = buffer "output" {index = 0 : i64, name = "y"} : memref<1x4x4x3xf32>
// CHECK-NEXT: matmul_step %6, %3 bias %1 residual %6 -> %7 {transpose_b = true} : memref<1x4x4x3xf32>, memref<3x3xf32> bias memref<3xf32> residual memref<1x4x4x3xf32> -> memref<1x4x4x3xf32>
// CHECK-NEXT: }
dpsims.graph @steps {
  %p:2 = prepare {
    %w = weight "w" <shape = [3, 3, 3, 3], init = "xavier_normal", value = 2> : () -> tensor<3x3x3x3xf32>
    %b = weight "b" <shape = [3], init = "zeros", trained = false> : () -> tensor<3xf32>
    yield %w, %b : tensor<3x3x3x3xf32>, tensor<3xf32>
  } : tensor<3x3x3x3xf32>, tensor<3xf32>
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  %m = input "m" <shape = [3, 3]> : () -> tensor<3x3xf32>
  %0 = conv2d %x, %p#0 <padding = "same"> : (tensor<1x4x4x3xf32>, tensor<3x3x3x3xf32>) -> tensor<1x4x4x3xf32>
  %1 = conv2d %0, %p#0, %p#1 <padding = [1, 1], stride = [1, 1], activation = "clamp", alpha = 0, beta = 6.0>
      : (tensor<1x4x4x3xf32>, tensor<3x3x3x3xf32>, tensor<3xf32>) -> tensor<1x4x4x3xf32>
  %2 = conv2d %1, %p#0, %0 <padding = 1, residual = true>
      : (tensor<1x4x4x3xf32>, tensor<3x3x3x3xf32>, tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
  %3 = matmul %2, %m, %p#1, %2 <transpose_b = true, residual = true>
      : (tensor<1x4x4x3xf32>, tensor<3x3xf32>, tensor<3xf32>, tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
  output "y" %3 : tensor<1x4x4x3xf32>
}

// What is computed at load: one constant after another, each with the weights that it needs; a weight's declaration.
// CHECK-LABEL: dpsims.entry @load prepare {
// CHECK-NEXT: declare_weight "a" {init = "normal", shape = [4], trained = true, value = 2.000000e-02 : f64}
// CHECK-NEXT: declare_weight "b" {init = "singular_left", of = "a", shape = [4], trained = false, value = 1.000000e+00 : f64}
// CHECK-NEXT: declare_weight "unused" {init = "ones", shape = [2], trained = true, value = 1.000000e+00 : f64}
// CHECK-NEXT: %0 = buffer "load" : memref<4xf32>
// CHECK-NEXT: load_weight "b" -> %0 : memref<4xf32>
// CHECK-NEXT: %1 = buffer "load" : memref<4xf32>
// CHECK-NEXT: compute ins(%0 : memref<4xf32>) outs(%1 : memref<4xf32>) {
// CHECK-NEXT: ^bb0(%arg0: tensor<4xf32>):
// CHECK-NEXT: %4 = neg %arg0
// CHECK-NEXT: yield %4
// CHECK-NEXT: }
// CHECK-NEXT: store_constant %1 -> 0 : memref<4xf32>
// CHECK-NEXT: %2 = buffer "load" : memref<4xf32>
// CHECK-NEXT: load_weight "a" -> %2 : memref<4xf32>
// CHECK-NEXT: %3 = buffer "load" view %2 : memref<4xf32> : memref<2x2xf32>
// CHECK-NEXT: store_constant %3 -> 1 : memref<2x2xf32>
// CHECK-NEXT: store_constant %2 -> 2 : memref<4xf32>
// CHECK-NEXT: } main {
// CHECK-NEXT: %0 = buffer "constant" {index = 0 : i64} : memref<4xf32>
// CHECK-NEXT: %1 = buffer "constant" {index = 1 : i64} : memref<2x2xf32>
// CHECK-NEXT: %2 = buffer "constant" {index = 2 : i64} : memref<4xf32>
// CHECK-NEXT: %3 = buffer "output" {index = 0 : i64, name = "d"} : memref<4xf32>
// CHECK-NEXT: compute ins(%0 : memref<4xf32>) outs(%3 : memref<4xf32>) {
// CHECK-NEXT: ^bb0(%arg0: tensor<4xf32>):
// CHECK-NEXT: yield %arg0
// CHECK-NEXT: }
// CHECK-NEXT: %4 = buffer "output" {index = 1 : i64, name = "e"} : memref<2x2xf32>
// CHECK-NEXT: compute ins(%1 : memref<2x2xf32>) outs(%4 : memref<2x2xf32>) {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x2xf32>):
// CHECK-NEXT: yield %arg0
// CHECK-NEXT: }
// CHECK-NEXT: }
dpsims.graph @load {
  %p:3 = prepare {
    %a = weight "a" <shape = [4], init = "normal", value = 0.02> : () -> tensor<4xf32>
    %b = state "b" <shape = [4], init = "singular_left", of = "a"> : () -> tensor<4xf32>
    %c = weight "unused" <shape = [2], init = "ones"> : () -> tensor<2xf32>
    %d = fused %b : tensor<4xf32> -> tensor<4xf32> {
    ^bb0(%i: tensor<4xf32>):
      %n = neg %i : (tensor<4xf32>) -> tensor<4xf32>
      yield %n : tensor<4xf32>
    }
    %e = reshape %a <shape = [2, 2]> : (tensor<4xf32>) -> tensor<2x2xf32>
    yield %d, %e, %a : tensor<4xf32>, tensor<2x2xf32>, tensor<4xf32>
  } : tensor<4xf32>, tensor<2x2xf32>, tensor<4xf32>
  output "d" %p#0 : tensor<4xf32>
  output "e" %p#1 : tensor<2x2xf32>
}

// A fused op's body becomes a compute step's; two results; a reshape is a view; a view's space is its buffer's.
// CHECK-LABEL: dpsims.entry @views prepare {
// CHECK-NEXT: } main {
// CHECK-NEXT: %0 = buffer "input" {index = 0 : i64, name = "x"} : memref<4x2xf32>
// CHECK-NEXT: %1 = buffer "input" view %0 : memref<4x2xf32> : memref<2x4xf32>
// CHECK-NEXT: %2 = buffer "arena" : memref<4xf32>
// CHECK-NEXT: %3 = buffer "arena" : memref<4xf32>
// CHECK-NEXT: compute ins(%1 : memref<2x4xf32>) outs(%2, %3 : memref<4xf32>, memref<4xf32>) {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x4xf32>):
// CHECK-NEXT: %mean, %variance = batch_statistics %arg0
// CHECK-NEXT: yield %mean, %variance
// CHECK-NEXT: }
// CHECK-NEXT: %4 = buffer "arena" view %2 : memref<4xf32> : memref<2x2xf32>
// CHECK-NEXT: %5 = buffer "arena" view %4 : memref<2x2xf32> : memref<4x1xf32>
// CHECK-NEXT: %6 = buffer "output" {index = 0 : i64, name = "y"} : memref<4x4xf32>
// CHECK-NEXT: compute ins(%5, %3 : memref<4x1xf32>, memref<4xf32>) outs(%6 : memref<4x4xf32>) {
// CHECK-NEXT: ^bb0(%arg0: tensor<4x1xf32>, %arg1: tensor<4xf32>):
// CHECK-NEXT: %7 = add %arg0, %arg1
// CHECK-NEXT: yield %7
// CHECK-NEXT: }
// CHECK-NEXT: }
dpsims.graph @views {
  %x = input "x" <shape = [4, 2]> : () -> tensor<4x2xf32>
  %v = reshape %x <shape = [2, 4]> : (tensor<4x2xf32>) -> tensor<2x4xf32>
  %f:2 = fused %v : tensor<2x4xf32> -> tensor<4xf32>, tensor<4xf32> {
  ^bb0(%i: tensor<2x4xf32>):
    %mean, %var = batch_statistics %i : (tensor<2x4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    yield %mean, %var : tensor<4xf32>, tensor<4xf32>
  }
  %r = reshape %f#0 <shape = [2, 2]> : (tensor<4xf32>) -> tensor<2x2xf32>
  %t = reshape %r <shape = [4, 1]> : (tensor<2x2xf32>) -> tensor<4x1xf32>
  %g = fused %t, %f#1 : tensor<4x1xf32>, tensor<4xf32> -> tensor<4x4xf32> {
  ^bb0(%a: tensor<4x1xf32>, %b: tensor<4xf32>):
    %s = add %a, %b : (tensor<4x1xf32>, tensor<4xf32>) -> tensor<4x4xf32>
    yield %s : tensor<4x4xf32>
  }
  output "y" %g : tensor<4x4xf32>
}

// Outputs: computed in the caller's buffer; what the caller's buffer holds already, an input and a constant are copied.
// CHECK-LABEL: dpsims.entry @outputs prepare {
// CHECK-NEXT: declare_weight "w" {init = "ones", shape = [4], trained = true, value = 1.000000e+00 : f64}
// CHECK-NEXT: %0 = buffer "load" : memref<4xf32>
// CHECK-NEXT: load_weight "w" -> %0 : memref<4xf32>
// CHECK-NEXT: store_constant %0 -> 0 : memref<4xf32>
// CHECK-NEXT: } main {
// CHECK-NEXT: %0 = buffer "constant" {index = 0 : i64} : memref<4xf32>
// CHECK-NEXT: %1 = buffer "input" {index = 0 : i64, name = "x"} : memref<4xi32>
// CHECK-NEXT: %2 = buffer "output" {index = 0 : i64, name = "f"} : memref<4xf32>
// CHECK-NEXT: compute ins(%1 : memref<4xi32>) outs(%2 : memref<4xf32>) {
// CHECK-NEXT: ^bb0(%arg0: tensor<4xi32>):
// CHECK-NEXT: %6 = cast %arg0 <type = "f32">
// CHECK-NEXT: yield %6
// CHECK-NEXT: }
// CHECK-NEXT: %3 = buffer "output" {index = 1 : i64, name = "again"} : memref<4xf32>
// CHECK-NEXT: compute ins(%2 : memref<4xf32>) outs(%3 : memref<4xf32>) {
// CHECK-NEXT: ^bb0(%arg0: tensor<4xf32>):
// CHECK-NEXT: yield %arg0
// CHECK-NEXT: }
// CHECK-NEXT: %4 = buffer "output" {index = 2 : i64, name = "x"} : memref<4xi32>
// CHECK-NEXT: compute ins(%1 : memref<4xi32>) outs(%4 : memref<4xi32>) {
// CHECK-NEXT: ^bb0(%arg0: tensor<4xi32>):
// CHECK-NEXT: yield %arg0
// CHECK-NEXT: }
// CHECK-NEXT: %5 = buffer "output" {index = 3 : i64, name = "w"} : memref<4xf32>
// CHECK-NEXT: compute ins(%0 : memref<4xf32>) outs(%5 : memref<4xf32>) {
// CHECK-NEXT: ^bb0(%arg0: tensor<4xf32>):
// CHECK-NEXT: yield %arg0
// CHECK-NEXT: }
// CHECK-NEXT: }
dpsims.graph @outputs {
  %p = prepare {
    %w = weight "w" <shape = [4], init = "ones"> : () -> tensor<4xf32>
    yield %w : tensor<4xf32>
  } : tensor<4xf32>
  %x = input "x" <shape = [4], type = "i32"> : () -> tensor<4xi32>
  %f = fused %x : tensor<4xi32> -> tensor<4xf32> {
  ^bb0(%a: tensor<4xi32>):
    %c = cast %a <type = "f32"> : (tensor<4xi32>) -> tensor<4xf32>
    yield %c : tensor<4xf32>
  }
  output "f" %f : tensor<4xf32>
  output "again" %f : tensor<4xf32>
  output "x" %x : tensor<4xi32>
  output "w" %p : tensor<4xf32>
}

// An output that is a reshape: the caller's buffer has its shape, and what was computed is a view of it.
// CHECK-LABEL: dpsims.entry @reshaped prepare {
// CHECK-NEXT: } main {
// CHECK-NEXT: %0 = buffer "input" {index = 0 : i64, name = "x"} : memref<4x2xf32>
// CHECK-NEXT: %1 = buffer "output" {index = 0 : i64, name = "y"} : memref<8xf32>
// CHECK-NEXT: %2 = buffer "output" view %1 : memref<8xf32> : memref<4x2xf32>
// CHECK-NEXT: compute ins(%0 : memref<4x2xf32>) outs(%2 : memref<4x2xf32>) {
// CHECK-NEXT: ^bb0(%arg0: tensor<4x2xf32>):
// CHECK-NEXT: %4 = neg %arg0
// CHECK-NEXT: yield %4
// CHECK-NEXT: }
// CHECK-NEXT: %3 = buffer "output" view %2 : memref<4x2xf32> : memref<8xf32>
// CHECK-NEXT: }
dpsims.graph @reshaped {
  %x = input "x" <shape = [4, 2]> : () -> tensor<4x2xf32>
  %f = fused %x : tensor<4x2xf32> -> tensor<4x2xf32> {
  ^bb0(%a: tensor<4x2xf32>):
    %c = neg %a : (tensor<4x2xf32>) -> tensor<4x2xf32>
    yield %c : tensor<4x2xf32>
  }
  %r = reshape %f <shape = [8]> : (tensor<4x2xf32>) -> tensor<8xf32>
  output "y" %r : tensor<8xf32>
}
