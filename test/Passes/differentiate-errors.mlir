// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-differentiate -split-input-file -verify-diagnostics

// The op without a derivative, and the path to the weight that needs it.
dpsims.program @p {
  // expected-note @below {{needed for the gradient of weight "w"}}
  %w = weight "w" <shape = [1], init = "ones">
  // expected-note @below {{needed for the gradient of exp}}
  %e = exp %w
  // expected-error @below {{round: has no derivative}}
  %r = round %e
  %list = list(%w)
  %g = gradient %r, %list
}

// -----

// Where no weight is upstream of it, it needs none.
dpsims.program @p {
  %x = input "x" <shape = [1]>
  %w = weight "w" <shape = [1], init = "ones">
  %r = round %x
  %y = mul %r, %w
  %list = list(%w)
  %g = gradient %y, %list
  %gw = get %g <index = 0>
  output "g" %gw
}

// -----

// Epilogues come later.
dpsims.program @p {
  %x = input "x" <shape = [1, 2]>
  // expected-note @below {{needed for the gradient of weight "w"}}
  %w = weight "w" <shape = [2, 1], init = "ones">
  // expected-error @below {{matmul: has no derivative}}
  %y = matmul %x, %w <activation = "relu">
  %list = list(%w)
  %g = gradient %y, %list
}

// -----

// Between floats a cast has a derivative, to integers none.
dpsims.program @p {
  // expected-note @below {{needed for the gradient of weight "w"}}
  %w = weight "w" <shape = [1], init = "ones">
  // expected-note @below {{needed for the gradient of cast}}
  %n = cast %w <type = "bf16">
  // expected-note @below {{needed for the gradient of cast}}
  %i = cast %n <type = "i32">
  // expected-error @below {{cast: has no derivative}}
  %y = cast %i <type = "f32">
  %list = list(%w)
  %g = gradient %y, %list
}
