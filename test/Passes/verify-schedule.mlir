// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Places that would destroy a value, and steps that read what nothing has written.
// RUN: dpsims-opt %s --dpsims-verify-schedule -split-input-file -verify-diagnostics

// Good: one place for two buffers that are not live together, a view that is written, parts of one arena.
dpsims.entry @good attributes {arena_size = 192 : i64, load_size = 64 : i64} prepare {
  %w = buffer "load" {offset = 0 : i64} : memref<16xf32>
  load_weight "w" -> %w : memref<16xf32>
  store_constant %w -> 0 : memref<16xf32>
} main {
  %w = buffer "constant" {index = 0 : i64} : memref<16xf32>
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<16xf32>
  %a = buffer "arena" {offset = 0 : i64} : memref<16xf32>
  %v = buffer "arena" view %a : memref<16xf32> : memref<4x4xf32>
  %b = buffer "arena" {offset = 64 : i64} : memref<32xf32>
  %c = buffer "arena" {offset = 0 : i64} : memref<16xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4x4xf32>
  launch @k ins(%x, %w : memref<16xf32>, memref<16xf32>) outs(%v : memref<4x4xf32>)
  launch @k ins(%a : memref<16xf32>) outs(%b : memref<32xf32>)
  launch @k ins(%b : memref<32xf32>) outs(%c : memref<16xf32>)
  launch @k ins(%c : memref<16xf32>) outs(%y : memref<4x4xf32>)
}

// -----

dpsims.entry @unplanned prepare {
} main {
  // expected-error @below {{has no place yet; run dpsims-plan-memory}}
  %a = buffer "arena" : memref<16xf32>
}

// -----

dpsims.entry @misaligned attributes {arena_size = 192 : i64} prepare {
} main {
  // expected-error @below {{offset 32, 64 bytes: not aligned to 64, or outside of the arena of 192}}
  %a = buffer "arena" {offset = 32 : i64} : memref<16xf32>
}

// -----

dpsims.entry @outside attributes {arena_size = 192 : i64} prepare {
} main {
  // expected-error @below {{offset 128, 128 bytes: not aligned to 64, or outside of the arena of 192}}
  %a = buffer "arena" {offset = 128 : i64} : memref<32xf32>
}

// -----

dpsims.entry @negative attributes {arena_size = 192 : i64} prepare {
} main {
  // expected-error @below {{offset -64, 64 bytes: not aligned to 64, or outside of the arena of 192}}
  %a = buffer "arena" {offset = -64 : i64} : memref<16xf32>
}

// -----

// The part at load has a size of its own.
dpsims.entry @load attributes {arena_size = 192 : i64, load_size = 64 : i64} prepare {
  // expected-error @below {{offset 64, 64 bytes: not aligned to 64, or outside of the arena of 64}}
  %a = buffer "load" {offset = 64 : i64} : memref<16xf32>
} main {
}

// -----

dpsims.entry @overlap attributes {arena_size = 256 : i64} prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<16xf32>
  // expected-error @below {{overlaps another live buffer}}
  %a = buffer "arena" {offset = 0 : i64} : memref<17xf32>
  // expected-note @below {{the other one is here}}
  %b = buffer "arena" {offset = 64 : i64} : memref<16xf32>
  launch @k ins(%x : memref<16xf32>) outs(%a : memref<17xf32>)
  launch @k ins(%a : memref<17xf32>) outs(%b : memref<16xf32>)
}

// -----

// A view's reader keeps the buffer alive.
dpsims.entry @view attributes {arena_size = 256 : i64} prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<16xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<16xf32>
  // expected-error @below {{overlaps another live buffer}}
  %a = buffer "arena" {offset = 0 : i64} : memref<16xf32>
  // expected-note @below {{the other one is here}}
  %b = buffer "arena" {offset = 0 : i64} : memref<16xf32>
  %v = buffer "arena" view %a : memref<16xf32> : memref<4x4xf32>
  launch @k ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
  launch @k ins(%x : memref<16xf32>) outs(%b : memref<16xf32>)
  launch @k ins(%v : memref<4x4xf32>) outs(%y : memref<16xf32>)
}

// -----

dpsims.entry @unwritten attributes {arena_size = 256 : i64} prepare {
} main {
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<16xf32>
  %a = buffer "arena" {offset = 0 : i64} : memref<16xf32>
  // expected-error @below {{reads a buffer that nothing has written}}
  launch @k ins(%a : memref<16xf32>) outs(%y : memref<16xf32>)
}

// -----

dpsims.entry @inplace attributes {arena_size = 256 : i64} prepare {
} main {
  %a = buffer "arena" {offset = 0 : i64} : memref<16xf32>
  // expected-error @below {{reads a buffer that nothing has written}}
  launch @k ins(%a : memref<16xf32>) outs(%a : memref<16xf32>)
}

// -----

dpsims.entry @output prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<4x4xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4x4xf32>
  %z = buffer "output" {index = 1 : i64, name = "z"} : memref<4x4xf32>
  // expected-error @below {{reads a buffer that nothing has written}}
  matmul_step %x, %x residual %y -> %z : memref<4x4xf32>, memref<4x4xf32> residual memref<4x4xf32> -> memref<4x4xf32>
}

// -----

dpsims.entry @store attributes {load_size = 256 : i64} prepare {
  %a = buffer "load" {offset = 0 : i64} : memref<16xf32>
  // expected-error @below {{reads a buffer that nothing has written}}
  store_constant %a -> 0 : memref<16xf32>
} main {
}

// -----

dpsims.entry @body attributes {arena_size = 256 : i64} prepare {
} main {
  %a = buffer "arena" {offset = 0 : i64} : memref<16xf32>
  %v = buffer "arena" view %a : memref<16xf32> : memref<4x4xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4x4xf32>
  // expected-error @below {{reads a buffer that nothing has written}}
  compute ins(%v : memref<4x4xf32>) outs(%y : memref<4x4xf32>) {
  ^bb0(%p: tensor<4x4xf32>):
    yield %p : tensor<4x4xf32>
  }
}
