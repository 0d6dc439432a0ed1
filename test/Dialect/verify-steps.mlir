// RUN: dpsims-opt %s --split-input-file --verify-diagnostics
// The epilogue of a step that a library does.

dpsims.entry @conv prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<1x4x4x8xf32>
  %w = buffer "constant" {index = 0 : i64} : memref<8x8x3x3xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<1x4x4x8xf32>
  // expected-error @below {{attribute 'activation' failed to satisfy constraint: a string: `relu`, `leaky_relu`, `clamp`, `sigmoid`, `silu`, `gelu`, `tanh`, `softplus`}}
  conv_step %x, %w -> %y {activation = "swish", padding = [1, 1, 1, 1]} : memref<1x4x4x8xf32>, memref<8x8x3x3xf32>
      -> memref<1x4x4x8xf32>
}

// -----

dpsims.entry @matmul prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<2x4xf32>
  %w = buffer "constant" {index = 0 : i64} : memref<8x4xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<2x8xf32>
  // expected-error @below {{attribute 'activation' failed to satisfy constraint: a string: `relu`}}
  matmul_step %x, %w -> %y {activation = 1, transpose_b = true} : memref<2x4xf32>, memref<8x4xf32> -> memref<2x8xf32>
}

// -----

dpsims.entry @space prepare {
} main {
  // expected-error @below {{attribute 'space' failed to satisfy constraint: a string: `input`, `output`, `constant`, `variable`, `arena`, `load`}}
  %x = buffer "heap" : memref<2x4xf32>
}

// -----

dpsims.entry @sum attributes {ranks = 2 : i64} prepare {
} main {
  %x = buffer "arena" : memref<4xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<2xf32>
  // expected-error @below {{sources and destinations differ}}
  collective_step "sum" %x -> %y : memref<4xf32> -> memref<2xf32>
}

// -----

dpsims.entry @parts attributes {ranks = 2 : i64} prepare {
} main {
  %x = buffer "arena" : memref<4xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<3xf32>
  // expected-error @below {{sources and destinations differ}}
  collective_step "reduce_scatter" %x -> %y : memref<4xf32> -> memref<3xf32>
}
