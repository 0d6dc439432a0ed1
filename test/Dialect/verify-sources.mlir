// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the verifiers of input, weight, state and constant refuse.
// RUN: dpsims-opt %s -split-input-file -verify-diagnostics

dpsims.graph @g {
  // expected-error @below {{input: its result would have the shape (2, 0)}}
  %result = input "x" <shape = [2, 0]> : () -> tensor<2x0xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{input: its result would have the shape (-1, 4)}}
  %result = input "x" <shape = [-1, 4]> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{input: its result (1048576, 1048576, 2) would be too large}}
  %result = input "x" <shape = [1048576, 1048576, 2]> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{would be too large}}
  %result = input "x" <shape = [9223372036854775807, 9223372036854775807]> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{input: unknown element type "f8"; types are f32, i32, u8, bf16, f16}}
  %result = input "x" <shape = [4], type = "f8"> : () -> tensor<4xf16>
}

// -----

dpsims.graph @g {
  // expected-error @below {{input: its result is 'tensor<4xf32>', not 'tensor<4xi32>'}}
  %result = input "x" <shape = [4]> : () -> tensor<4xi32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{input: shape is not a constant}}
  %result = input "x" <shape = [n, 4]> : () -> tensor<2x4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{requires attribute 'shape'}}
  %result = input "x" <type = "f32"> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{attribute 'shape' failed to satisfy constraint: a list of integers}}
  %result = input "x" <shape = 4> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{attribute 'shape' failed to satisfy constraint: a list of integers}}
  %result = input "x" <shape = [4.0]> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{attribute 'shape' failed to satisfy constraint: a list of integers}}
  %result = input "x" <shape = [true]> : () -> tensor<1xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{attribute 'type' failed to satisfy constraint: a string}}
  %result = input "x" <shape = [4], type = 1> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{input: takes 0 operands, not 1}}
  %result = input "y" %x <shape = [4]> : (tensor<2x3xf32>) -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{weight: unknown initializer "random"; known: zeros, ones, constant, normal, xavier_normal}}
  %result = weight "w" <shape = [4], init = "random"> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{weight: unknown initializer "singular_left"}}
  %result = weight "w" <shape = [4], init = "singular_left"> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{weight: xavier_normal needs a shape with an output and an input size}}
  %result = weight "w" <shape = [4], init = "xavier_normal"> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{requires attribute 'init'}}
  %result = weight "w" <shape = [4]> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{attribute 'trained' failed to satisfy constraint: a boolean}}
  %result = weight "w" <shape = [4], init = "zeros", trained = 1> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{attribute 'value' failed to satisfy constraint: a number}}
  %result = weight "w" <shape = [4], init = "normal", value = "a"> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{attribute 'value' failed to satisfy constraint: a number}}
  %result = weight "w" <shape = [4], init = "normal", value = true> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{state: initializer "singular_right" needs `of`, the weight's name}}
  %result = state "u" <shape = [4], init = "singular_right"> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{state: unknown initializer "none"; known: zeros, ones, constant, normal, xavier_normal, singular_left, singular_right}}
  %result = state "u" <shape = [4], init = "none"> : () -> tensor<4xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{attribute 'value' failed to satisfy constraint: a number or a list of numbers}}
  %result = constant <value = "a"> : () -> tensor<f32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{attribute 'value' failed to satisfy constraint: a number or a list of numbers}}
  %result = constant <value = true> : () -> tensor<f32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{constant: expects numbers, not [1, "a"]}}
  %result = constant <value = [1, "a"]> : () -> tensor<2xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{constant: a list of 2 numbers has no shape (3)}}
  %result = constant <value = [1, 2], shape = [3]> : () -> tensor<3xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{constant: a list of 2 numbers has no shape (2, 1)}}
  %result = constant <value = [1, 2], shape = [2, 1]> : () -> tensor<2x1xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{constant: its result would have the shape (0)}}
  %result = constant <value = []> : () -> tensor<0xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{constant: its result is 'tensor<f32>', not 'tensor<2xf32>'}}
  %result = constant <value = 1> : () -> tensor<2xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{constant: expects numbers, not [1, true]}}
  %result = constant <value = [1, true]> : () -> tensor<2xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{weight: has the type "i32"; weights are f32, bf16 or f16}}
  %result = weight "w" <init = "zeros", shape = [3], type = "i32"> : () -> tensor<3xi32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{constant: has the type "u8"; constants are f32, bf16 or f16}}
  %result = constant <type = "u8", value = 1> : () -> tensor<ui8>
}

// -----

dpsims.graph @g {
  // expected-error @below {{input: has no name}}
  %x = input "" <shape = [2]> : () -> tensor<2xf32>
  output "y" %x : tensor<2xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2]> : () -> tensor<2xf32>
  // expected-error @below {{output: has no name}}
  output "" %x : tensor<2xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2]> : () -> tensor<2xf32>
  // expected-error @below {{name clash: input "x" is declared twice}}
  %y = input "x" <shape = [2]> : () -> tensor<2xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2]> : () -> tensor<2xf32>
  output "y" %x : tensor<2xf32>
  // expected-error @below {{name clash: output "y" is declared twice}}
  output "y" %x : tensor<2xf32>
}
