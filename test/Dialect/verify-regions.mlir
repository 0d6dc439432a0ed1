// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the verifiers of prepare, fused, entry and the steps refuse.
// RUN: dpsims-opt %s -split-input-file -verify-diagnostics

dpsims.graph @g {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  // expected-error @below {{the body must end in `yield`}}
  %y = fused %x : tensor<4xf32> -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %b = relu %a : (tensor<4xf32>) -> tensor<4xf32>
  }
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  // expected-error @below {{the body's arguments must be the operands}}
  %y = fused %x : tensor<4xf32> -> tensor<4xf32> {
    %b = constant <value = 1, shape = [4]> : () -> tensor<4xf32>
    yield %b : tensor<4xf32>
  }
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  // expected-error @below {{the body's arguments must be the operands}}
  %y = fused %x : tensor<4xf32> -> tensor<2xf32> {
  ^bb0(%a: tensor<2xf32>):
    yield %a : tensor<2xf32>
  }
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  // expected-error @below {{what the body yields must be the results}}
  %y = fused %x : tensor<4xf32> -> tensor<2xf32> {
  ^bb0(%a: tensor<4xf32>):
    yield %a : tensor<4xf32>
  }
}

// -----

dpsims.graph @g {
  // expected-note @below {{prior use here}}
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  // expected-error @below {{expects different type than prior uses}}
  %y = fused %x : tensor<2xf32> -> tensor<2xf32> {
  ^bb0(%a: tensor<2xf32>):
    yield %a : tensor<2xf32>
  }
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  // expected-note @below {{required by region isolation constraints}}
  %y = fused %x : tensor<4xf32> -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    // expected-error @below {{using value defined outside the region}}
    %b = relu %x : (tensor<4xf32>) -> tensor<4xf32>
    yield %b : tensor<4xf32>
  }
}

// -----

dpsims.graph @g {
  // expected-error @below {{expects a non-empty block}}
  prepare {
  }
}

// -----

// expected-error @below {{expected 'prepare'}}
dpsims.entry @e {
}

// -----

dpsims.entry @e prepare {
} main {
  // expected-error @below {{an entry holds steps and buffers only}}
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
}

// -----

dpsims.entry @e prepare {
} main {
  // expected-error @below {{an entry holds steps and buffers only}}
  %x = arith.constant 1 : i32
}

// -----

dpsims.entry @e prepare {
} main {
  %x = buffer "input" {index = 0 : i64} : memref<4xf32>
  %y = buffer "output" {index = 0 : i64} : memref<4xf32>
  // expected-error @below {{the body's arguments must be the operands}}
  compute ins(%x : memref<4xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: tensor<4xi32>):
    %b = cast %a <type = "f32"> : (tensor<4xi32>) -> tensor<4xf32>
    yield %b : tensor<4xf32>
  }
}

// -----

dpsims.entry @e prepare {
} main {
  %x = buffer "input" {index = 0 : i64} : memref<4xf32>
  %y = buffer "output" {index = 0 : i64} : memref<4xf32>
  // expected-error @below {{what the body yields must be the results}}
  compute ins(%x : memref<4xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: tensor<4xf32>):
    yield %a, %a : tensor<4xf32>, tensor<4xf32>
  }
}

// -----

dpsims.entry @e prepare {
} main {
  %x = buffer "input" {index = 0 : i64} : memref<4xf32>
  // expected-error @below {{what the body yields must be the results}}
  compute ins(%x : memref<4xf32>) outs(%x : memref<4xf32>) {
  ^bb0(%a: tensor<4xf32>):
    yield
  }
}

// -----

dpsims.entry @e prepare {
} main {
  // expected-error @below {{expected builtin.memref, but found 'tensor<4xf32>'}}
  %x = buffer "input" {index = 0 : i64} : tensor<4xf32>
}

// -----

dpsims.entry @e prepare {
} main {
  %x = buffer "input" {index = 0 : i64} : memref<4xf32>
  // expected-error @below {{expected '->'}}
  matmul_step %x, %x {} : memref<4xf32>, memref<4xf32> -> memref<4xf32>
}

// -----

func.func @f() {
  // expected-error @below {{expects parent op 'builtin.module'}}
  dpsims.entry @e prepare {
  } main {
  }
  return
}
