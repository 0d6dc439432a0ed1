// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: dpsims-opt %s --dpsims-schedule -split-input-file -verify-diagnostics

dpsims.graph @g {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  // expected-error @below {{relu: no step computes it; run dpsims-hoist-constants and dpsims-fuse-elementwise before}}
  %y = relu %x : (tensor<4xf32>) -> tensor<4xf32>
  output "y" %y : tensor<4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  // expected-error @below {{constant: no step computes it}}
  %y = constant <value = 1> : () -> tensor<f32>
  output "y" %y : tensor<f32>
}

// -----

dpsims.graph @g {
  %p = prepare {
    %w = weight "w" <shape = [4], init = "ones"> : () -> tensor<4xf32>
    // expected-error @below {{exp: no step computes it}}
    %y = exp %w : (tensor<4xf32>) -> tensor<4xf32>
    yield %y : tensor<4xf32>
  } : tensor<4xf32>
  output "y" %p : tensor<4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4]> : () -> tensor<4xf32>
  %p = prepare {
    // expected-error @below {{prepare: depends on more than weights}}
    yield %x : tensor<4xf32>
  } : tensor<4xf32>
  output "y" %p : tensor<4xf32>
}

// -----

dpsims.graph @g {
  %p = prepare {
    // expected-error @below {{prepare: depends on more than weights}}
    %x = input "x" <shape = [4]> : () -> tensor<4xf32>
    yield %x : tensor<4xf32>
  } : tensor<4xf32>
  output "y" %p : tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{prepare: it must yield its results}}
  %p = prepare {
    yield
  } : tensor<4xf32>
  output "y" %p : tensor<4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4, 4], type = "f16"> : () -> tensor<4x4xf16>
  // expected-error @below {{matmul: of f16: no step computes it; cast its operands to bf16 or f32}}
  %y = matmul %x, %x : (tensor<4x4xf16>, tensor<4x4xf16>) -> tensor<4x4xf16>
  output "y" %y : tensor<4x4xf16>
}
