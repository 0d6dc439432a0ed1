// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every op of a schedule: what is printed parses, and prints the same.
// RUN: dpsims-opt %s -o %t.once
// RUN: dpsims-opt %t.once -o %t.twice
// RUN: diff %t.once %t.twice
// RUN: FileCheck %s < %t.once

// CHECK-LABEL: dpsims.entry @empty prepare {
// CHECK-NEXT: } main {
// CHECK-NEXT: }
dpsims.entry @empty prepare {
} main {
}

// CHECK-LABEL: dpsims.entry @steps attributes {arena_size = 640 : i64, load_size = 128 : i64} prepare {
dpsims.entry @steps attributes {arena_size = 640 : i64, load_size = 128 : i64} prepare {
  // CHECK-NEXT: declare_weight "a.weight" {init = "xavier_normal", shape = [8, 4], trained = true, value = 2.000000e-02 : f64}
  declare_weight "a.weight" {shape = [8, 4], trained = true, init = "xavier_normal", value = 0.02 : f64}
  // CHECK-NEXT: declare_weight "a.u" {init = "singular_left", of = "a.weight", shape = [8], trained = false, value = 1.000000e+00 : f64}
  declare_weight "a.u" {shape = [8], trained = false, init = "singular_left", value = 1.0 : f64, of = "a.weight"}
  // CHECK-NEXT: %0 = buffer "load" {offset = 0 : i64} : memref<8x4xf32>
  %w = buffer "load" {offset = 0 : i64} : memref<8x4xf32>
  // CHECK-NEXT: load_weight "a.weight" -> %0 : memref<8x4xf32>
  load_weight "a.weight" -> %w : memref<8x4xf32>
  // CHECK-NEXT: store_constant %0 -> 0 : memref<8x4xf32>
  store_constant %w -> 0 : memref<8x4xf32>
// CHECK-NEXT: } main {
} main {
  // CHECK-NEXT: %0 = buffer "constant" {index = 0 : i64} : memref<8x4xf32>
  %w = buffer "constant" {index = 0 : i64} : memref<8x4xf32>
  // CHECK-NEXT: %1 = buffer "input" {index = 0 : i64, name = "x"} : memref<2x4xf32>
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<2x4xf32>
  // CHECK-NEXT: %2 = buffer "input" {index = 1 : i64, name = "photo"} : memref<1x2x2x8xui8>
  %photo = buffer "input" {index = 1 : i64, name = "photo"} : memref<1x2x2x8xui8>
  // CHECK-NEXT: %3 = buffer "arena" : memref<2x8xf32>
  %a = buffer "arena" : memref<2x8xf32>
  // CHECK-NEXT: %4 = buffer "arena" view %3 : memref<2x8xf32> : memref<16xf32>
  %v = buffer "arena" view %a : memref<2x8xf32> : memref<16xf32>
  // CHECK-NEXT: %5 = buffer "output" {index = 0 : i64, name = "y"} : memref<2x8xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<2x8xf32>
  // CHECK-NEXT: %6 = buffer "constant" {index = 1 : i64} : memref<8xf32>
  %b = buffer "constant" {index = 1 : i64} : memref<8xf32>
  // CHECK-NEXT: compute ins(%1, %0 : memref<2x4xf32>, memref<8x4xf32>) outs(%3 : memref<2x8xf32>) {
  // CHECK-NEXT: ^bb0(%arg0: tensor<2x4xf32>, %arg1: tensor<8x4xf32>):
  // CHECK-NEXT:   %{{.*}} = matmul %arg0, %arg1 <transpose_b = true> : (tensor<2x4xf32>, tensor<8x4xf32>) -> tensor<2x8xf32>
  // CHECK-NEXT:   yield %{{.*}} : tensor<2x8xf32>
  // CHECK-NEXT: }
  compute ins(%x, %w : memref<2x4xf32>, memref<8x4xf32>) outs(%a : memref<2x8xf32>) {
  ^bb0(%p: tensor<2x4xf32>, %q: tensor<8x4xf32>):
    %m = matmul %p, %q <transpose_b = true> : (tensor<2x4xf32>, tensor<8x4xf32>) -> tensor<2x8xf32>
    yield %m : tensor<2x8xf32>
  }
  // CHECK-NEXT: compute outs(%4 : memref<16xf32>) {
  // CHECK-NEXT:   constant
  compute outs(%v : memref<16xf32>) {
    %c = constant <value = 1, shape = [16]> : () -> tensor<16xf32>
    yield %c : tensor<16xf32>
  }
  // CHECK: launch @k0 ins(%3, %4 : memref<2x8xf32>, memref<16xf32>) outs(%5 : memref<2x8xf32>)
  launch @k0 ins(%a, %v : memref<2x8xf32>, memref<16xf32>) outs(%y : memref<2x8xf32>)
  // CHECK-NEXT: launch @k1 outs(%5, %3 : memref<2x8xf32>, memref<2x8xf32>) {ops = "constant"}
  launch @k1 outs(%y, %a : memref<2x8xf32>, memref<2x8xf32>) {ops = "constant"}
  // CHECK-NEXT: matmul_step %1, %0 -> %5 {transpose_b = true} : memref<2x4xf32>, memref<8x4xf32> -> memref<2x8xf32>
  matmul_step %x, %w -> %y {transpose_b = true} : memref<2x4xf32>, memref<8x4xf32> -> memref<2x8xf32>
  // CHECK-NEXT: matmul_step %1, %0 bias %6 -> %5 : memref<2x4xf32>, memref<8x4xf32> bias memref<8xf32> -> memref<2x8xf32>
  matmul_step %x, %w bias %b -> %y : memref<2x4xf32>, memref<8x4xf32> bias memref<8xf32> -> memref<2x8xf32>
  // CHECK-NEXT: matmul_step %1, %0 residual %3 -> %5 {activation = "relu"} : memref<2x4xf32>, memref<8x4xf32> residual memref<2x8xf32> -> memref<2x8xf32>
  matmul_step %x, %w residual %a
      -> %y {activation = "relu"} : memref<2x4xf32>, memref<8x4xf32> residual memref<2x8xf32> -> memref<2x8xf32>
  // CHECK-NEXT: matmul_step %1, %0 bias %6 residual %3 -> %5 : memref<2x4xf32>, memref<8x4xf32> bias memref<8xf32> residual memref<2x8xf32> -> memref<2x8xf32>
  matmul_step %x, %w bias %b residual %a
      -> %y : memref<2x4xf32>, memref<8x4xf32> bias memref<8xf32> residual memref<2x8xf32> -> memref<2x8xf32>
}

// CHECK-LABEL: dpsims.entry @convolutions prepare {
// CHECK-NEXT: } main {
dpsims.entry @convolutions prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<1x4x4x8xf32>
  %w = buffer "constant" {index = 0 : i64} : memref<8x8x3x3xf32>
  %b = buffer "constant" {index = 1 : i64} : memref<8xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<1x4x4x8xf32>
  // CHECK: conv_step %0, %1 -> %3 {padding = [1, 1, 1, 1]} : memref<1x4x4x8xf32>, memref<8x8x3x3xf32> -> memref<1x4x4x8xf32>
  conv_step %x, %w
      -> %y {padding = [1, 1, 1, 1]} : memref<1x4x4x8xf32>, memref<8x8x3x3xf32>
      -> memref<1x4x4x8xf32>
  // CHECK-NEXT: conv_step %0, %1 bias %2 -> %3 {activation = "leaky_relu", alpha = 2.000000e-01 : f64} : memref<1x4x4x8xf32>, memref<8x8x3x3xf32> bias memref<8xf32> -> memref<1x4x4x8xf32>
  conv_step %x, %w bias %b
      -> %y {activation = "leaky_relu", alpha = 0.2 : f64}
      : memref<1x4x4x8xf32>, memref<8x8x3x3xf32> bias memref<8xf32> -> memref<1x4x4x8xf32>
  // CHECK-NEXT: conv_step %0, %1 residual %0 -> %3 : memref<1x4x4x8xf32>, memref<8x8x3x3xf32> residual memref<1x4x4x8xf32> -> memref<1x4x4x8xf32>
  conv_step %x, %w residual %x -> %y : memref<1x4x4x8xf32>, memref<8x8x3x3xf32> residual memref<1x4x4x8xf32>
      -> memref<1x4x4x8xf32>
  // CHECK-NEXT: conv_step %0, %1 bias %2 residual %0 -> %3 : memref<1x4x4x8xf32>, memref<8x8x3x3xf32> bias memref<8xf32> residual memref<1x4x4x8xf32> -> memref<1x4x4x8xf32>
  conv_step %x, %w bias %b residual %x
      -> %y : memref<1x4x4x8xf32>, memref<8x8x3x3xf32> bias memref<8xf32> residual memref<1x4x4x8xf32>
      -> memref<1x4x4x8xf32>
}

// CHECK-LABEL: dpsims.entry @ranks attributes {ranks = 2 : i64} prepare {
// CHECK-NEXT: declare_weight "m" {init = "zeros", required = false, shape = [4], sharded, trained = false, value = 1.000000e+00 : f64}
// CHECK-NEXT: } main {
dpsims.entry @ranks attributes {ranks = 2 : i64} prepare {
  declare_weight "m" {shape = [4], trained = false, init = "zeros", value = 1.0 : f64, required = false, sharded}
} main {
  %x = buffer "input" {index = 0 : i64, name = "x", sharded} : memref<4xf32>
  %m = buffer "variable" {index = 0 : i64, name = "m"} : memref<2xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4xf32>
  // CHECK: collective_step "sum" %0, %0 -> %2, %2 : memref<4xf32>, memref<4xf32> -> memref<4xf32>, memref<4xf32>
  collective_step "sum" %x, %x -> %y, %y : memref<4xf32>, memref<4xf32> -> memref<4xf32>, memref<4xf32>
  // CHECK-NEXT: collective_step "reduce_scatter" %0 -> %1 : memref<4xf32> -> memref<2xf32>
  collective_step "reduce_scatter" %x -> %m : memref<4xf32> -> memref<2xf32>
  // CHECK-NEXT: collective_step "own_part" %0 -> %1 : memref<4xf32> -> memref<2xf32>
  collective_step "own_part" %x -> %m : memref<4xf32> -> memref<2xf32>
  // CHECK-NEXT: collective_step "all_gather" %1 -> %2 : memref<2xf32> -> memref<4xf32>
  collective_step "all_gather" %m -> %y : memref<2xf32> -> memref<4xf32>
}
