// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: dpsims-opt %s --dpsims-lower-kernels -split-input-file -verify-diagnostics

dpsims.entry @e prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<4x4xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4x4xf32>
  compute ins(%x : memref<4x4xf32>) outs(%y : memref<4x4xf32>) {
  ^bb0(%a: tensor<4x4xf32>):
    // expected-error @below {{matmul: no kernel computes it}}
    %m = matmul %a, %a : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    yield %m : tensor<4x4xf32>
  }
}

// -----

dpsims.entry @e prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<1x4x4x4xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<1x2x2x4xf32>
  compute ins(%x : memref<1x4x4x4xf32>) outs(%y : memref<1x2x2x4xf32>) {
  ^bb0(%a: tensor<1x4x4x4xf32>):
    // expected-error @below {{no kernel computes max_pool of relu: they need a fused op each}}
    %r = relu %a : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %s = max_pool %r <kernel = 2, stride = 2, padding = 0> : (tensor<1x4x4x4xf32>) -> tensor<1x2x2x4xf32>
    yield %s : tensor<1x2x2x4xf32>
  }
}

// -----

dpsims.entry @e prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<4x4xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4x4xf32>
  compute ins(%x : memref<4x4xf32>) outs(%y : memref<4x4xf32>) {
  ^bb0(%a: tensor<4x4xf32>):
    // expected-error @below {{no kernel computes softmax in the middle of a group}}
    %s = softmax %a : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %r = exp %s : (tensor<4x4xf32>) -> tensor<4x4xf32>
    yield %r : tensor<4x4xf32>
  }
}

// -----

dpsims.entry @e prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<4x4xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4x4xf32>
  %z = buffer "output" {index = 1 : i64, name = "z"} : memref<1x4xf32>
  // expected-error @below {{no kernel computes 2 results, unless elementwise ones of one shape}}
  compute ins(%x : memref<4x4xf32>) outs(%y, %z : memref<4x4xf32>, memref<1x4xf32>) {
  ^bb0(%a: tensor<4x4xf32>):
    %r = relu %a : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %s = reduce %r <kind = "sum", axes = [0]> : (tensor<4x4xf32>) -> tensor<1x4xf32>
    yield %r, %s : tensor<4x4xf32>, tensor<1x4xf32>
  }
}

// -----

dpsims.entry @e prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<1x2x2x4xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<1x4x4x4xf32>
  compute ins(%x : memref<1x2x2x4xf32>) outs(%y : memref<1x4x4x4xf32>) {
  ^bb0(%a: tensor<1x2x2x4xf32>):
    // expected-error @below {{no kernel computes upsample and transpose in one group}}
    %r = upsample %a <factor = 2> : (tensor<1x2x2x4xf32>) -> tensor<1x4x4x4xf32>
    %s = transpose %r <perm = [0, 3, 1, 2]> : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    yield %s : tensor<1x4x4x4xf32>
  }
}

// -----

// Rows of another length than the result's.
dpsims.entry @e prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<4x4xf32>
  %z = buffer "input" {index = 1 : i64, name = "z"} : memref<4x2xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4x2xf32>
  compute ins(%x, %z : memref<4x4xf32>, memref<4x2xf32>) outs(%y : memref<4x2xf32>) {
  ^bb0(%a: tensor<4x4xf32>, %b: tensor<4x2xf32>):
    // expected-error @below {{no kernel computes reduce in the middle of a group}}
    %s = reduce %a <kind = "sum", axes = [1]> : (tensor<4x4xf32>) -> tensor<4x1xf32>
    %r = add %s, %b : (tensor<4x1xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    yield %r : tensor<4x2xf32>
  }
}
