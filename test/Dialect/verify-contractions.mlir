// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the verifiers of conv2d, matmul and attention refuse.
// RUN: dpsims-opt %s -split-input-file -verify-diagnostics

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  // expected-error @below {{conv2d: takes 2 to 4 operands, not 1}}
  %result = conv2d %x : (tensor<1x8x8x6xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: takes 2 to 4 operands, not 5}}
  %result = conv2d %x, %w, %x, %x, %x
      : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>, tensor<1x8x8x6xf32>, tensor<1x8x8x6xf32>, tensor<1x8x8x6xf32>)
      -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [8, 8, 6]> : () -> tensor<8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: operand 0 must have 4 dimensions, not (8, 8, 6)}}
  %result = conv2d %x, %w : (tensor<8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6]> : () -> tensor<4x6xf32>
  // expected-error @below {{conv2d: operand 1 must have 4 dimensions, not (4, 6)}}
  %result = conv2d %x, %w : (tensor<1x8x8x6xf32>, tensor<4x6xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6], type = "i32"> : () -> tensor<1x8x8x6xi32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: expects f32, bf16 or f16}}
  %result = conv2d %x, %w : (tensor<1x8x8x6xi32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 5, 3, 3]> : () -> tensor<4x5x3x3xf32>
  // expected-error @below {{conv2d: input has 6 channels, weights (4, 5, 3, 3) take 5}}
  %result = conv2d %x, %w : (tensor<1x8x8x6xf32>, tensor<4x5x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: input has 6 channels, weights (4, 6, 3, 3) take 12}}
  %result = conv2d %x, %w <groups = 2> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: input has 6 channels, output 4, not divisible by groups = 4}}
  %result = conv2d %x, %w <groups = 4> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: input has 6 channels, output 4, not divisible by groups = 3}}
  %result = conv2d %x, %w <groups = 3> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: input has 6 channels, output 4, not divisible by groups = 0}}
  %result = conv2d %x, %w <groups = 0> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{attribute 'groups' failed to satisfy constraint: an integer}}
  %result = conv2d %x, %w <groups = 1.0> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{attribute 'groups' failed to satisfy constraint: an integer}}
  %result = conv2d %x, %w <groups = true> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: stride must be positive and padding not negative}}
  %result = conv2d %x, %w <stride = 0> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: stride must be positive and padding not negative}}
  %result = conv2d %x, %w <stride = [1, -1]> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: stride [1, 1, 1]; it is a number or [height, width]}}
  %result = conv2d %x, %w <stride = [1, 1, 1]> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: stride must be positive and padding not negative}}
  %result = conv2d %x, %w <padding = -1> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: stride must be positive and padding not negative}}
  %result = conv2d %x, %w <padding = [0, 0, 0, -1]> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: padding "valid"; it is a number, [height, width], [top, left, bottom, right], or "same"}}
  %result = conv2d %x, %w <padding = "valid"> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: padding [1, 1, 1]; it is a number}}
  %result = conv2d %x, %w <padding = [1, 1, 1]> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{attribute 'padding' failed to satisfy constraint: an integer, a list of integers, or "same"}}
  %result = conv2d %x, %w <padding = 0.5> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 9, 3]> : () -> tensor<4x6x9x3xf32>
  // expected-error @below {{conv2d: the kernel 9x3 is larger than the padded input (1, 8, 8, 6)}}
  %result = conv2d %x, %w : (tensor<1x8x8x6xf32>, tensor<4x6x9x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 9]> : () -> tensor<4x6x3x9xf32>
  // expected-error @below {{conv2d: the kernel 3x9 is larger than the padded input (1, 8, 8, 6)}}
  %result = conv2d %x, %w <padding = [2, 0]> : (tensor<1x8x8x6xf32>, tensor<4x6x3x9xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: its result is 'tensor<1x8x8x4xf32>', not 'tensor<1x6x6x4xf32>'}}
  %result = conv2d %x, %w <padding = 1> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  %b = input "b" <shape = [6]> : () -> tensor<6xf32>
  // expected-error @below {{conv2d: bias has the shape (6) for 4 channels}}
  %result = conv2d %x, %w, %b : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>, tensor<6xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  %b = input "b" <shape = [1, 4]> : () -> tensor<1x4xf32>
  // expected-error @below {{conv2d: bias has the shape (1, 4) for 4 channels}}
  %result = conv2d %x, %w, %b : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>, tensor<1x4xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  %b = input "b" <shape = [4]> : () -> tensor<4xf32>
  %r = input "r" <shape = [1, 6, 6, 4]> : () -> tensor<1x6x6x4xf32>
  // expected-error @below {{conv2d: has 4 operands; with a residual say residual = true}}
  %result = conv2d %x, %w, %b, %r
      : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>, tensor<4xf32>, tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  %b = input "b" <shape = [4]> : () -> tensor<4xf32>
  %r = input "r" <shape = [1, 6, 6, 1]> : () -> tensor<1x6x6x1xf32>
  // expected-error @below {{conv2d: residual (1, 6, 6, 1) for a result (1, 6, 6, 4)}}
  %result = conv2d %x, %w, %b, %r <residual = true>
      : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>, tensor<4xf32>, tensor<1x6x6x1xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: residual = true, but there is no residual operand}}
  %result = conv2d %x, %w <residual = true> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: unknown activation "swish"; known: relu, leaky_relu, clamp, sigmoid, silu, gelu, tanh, softplus}}
  %result = conv2d %x, %w <activation = "swish"> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{attribute 'residual' failed to satisfy constraint: a boolean}}
  %result = conv2d %x, %w <residual = 1> : (tensor<1x8x8x6xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %b = input "b" <shape = [3, 4]> : () -> tensor<3x4xf32>
  // expected-error @below {{matmul: takes 2 to 4 operands, not 1}}
  %result = matmul %a : (tensor<2x5x3xf32>) -> tensor<2x5x4xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [3]> : () -> tensor<3xf32>
  %b = input "b" <shape = [3, 4]> : () -> tensor<3x4xf32>
  // expected-error @below {{matmul: expects matrices, not (3) and (3, 4)}}
  %result = matmul %a, %b : (tensor<3xf32>, tensor<3x4xf32>) -> tensor<2x5x4xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %b = input "b" <shape = [3]> : () -> tensor<3xf32>
  // expected-error @below {{matmul: expects matrices, not (2, 5, 3) and (3)}}
  %result = matmul %a, %b : (tensor<2x5x3xf32>, tensor<3xf32>) -> tensor<2x5x4xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %b = input "b" <shape = [4, 3]> : () -> tensor<4x3xf32>
  // expected-error @below {{matmul: a (2, 5, 3) has rows of 3, b (4, 3) expects 4}}
  %result = matmul %a, %b : (tensor<2x5x3xf32>, tensor<4x3xf32>) -> tensor<2x5x4xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %b = input "b" <shape = [3, 4]> : () -> tensor<3x4xf32>
  // expected-error @below {{matmul: a (2, 5, 3) has rows of 3, b (3, 4) expects 4}}
  %result = matmul %a, %b <transpose_b = true> : (tensor<2x5x3xf32>, tensor<3x4xf32>) -> tensor<2x5x4xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %b = input "b" <shape = [3, 3, 4]> : () -> tensor<3x3x4xf32>
  // expected-error @below {{matmul: leading dimensions of a (2, 5, 3) and b (3, 3, 4) differ}}
  %result = matmul %a, %b : (tensor<2x5x3xf32>, tensor<3x3x4xf32>) -> tensor<2x5x4xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [5, 3]> : () -> tensor<5x3xf32>
  %b = input "b" <shape = [1, 3, 4]> : () -> tensor<1x3x4xf32>
  // expected-error @below {{matmul: leading dimensions of a (5, 3) and b (1, 3, 4) differ}}
  %result = matmul %a, %b : (tensor<5x3xf32>, tensor<1x3x4xf32>) -> tensor<2x5x4xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %b = input "b" <shape = [3, 4]> : () -> tensor<3x4xf32>
  // expected-error @below {{matmul: its result is 'tensor<2x5x4xf32>', not 'tensor<2x5x3xf32>'}}
  %result = matmul %a, %b : (tensor<2x5x3xf32>, tensor<3x4xf32>) -> tensor<2x5x3xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %b = input "b" <shape = [3, 4]> : () -> tensor<3x4xf32>
  %c = input "c" <shape = [5]> : () -> tensor<5xf32>
  // expected-error @below {{matmul: bias has the shape (5) for 4 channels}}
  %result = matmul %a, %b, %c : (tensor<2x5x3xf32>, tensor<3x4xf32>, tensor<5xf32>) -> tensor<2x5x4xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %b = input "b" <shape = [3, 4]> : () -> tensor<3x4xf32>
  %c = input "c" <shape = [4]> : () -> tensor<4xf32>
  %r = input "r" <shape = [5, 4]> : () -> tensor<5x4xf32>
  // expected-error @below {{matmul: residual (5, 4) for a result (2, 5, 4)}}
  %result = matmul %a, %b, %c, %r <residual = true>
      : (tensor<2x5x3xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<5x4xf32>) -> tensor<2x5x4xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %b = input "b" <shape = [3, 4]> : () -> tensor<3x4xf32>
  // expected-error @below {{matmul: unknown activation "none"}}
  %result = matmul %a, %b <activation = "none"> : (tensor<2x5x3xf32>, tensor<3x4xf32>) -> tensor<2x5x4xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %b = input "b" <shape = [3, 4]> : () -> tensor<3x4xf32>
  // expected-error @below {{attribute 'transpose_b' failed to satisfy constraint: a boolean}}
  %result = matmul %a, %b <transpose_b = 1> : (tensor<2x5x3xf32>, tensor<3x4xf32>) -> tensor<2x5x4xf32>
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %k = input "k" <shape = [4, 3]> : () -> tensor<4x3xf32>
  %v = input "v" <shape = [2, 4, 3]> : () -> tensor<2x4x3xf32>
  // expected-error @below {{attention: operand 1 must have 3 dimensions, not (4, 3)}}
  %result = attention %q, %k, %v <scale = 1.0>
      : (tensor<2x5x3xf32>, tensor<4x3xf32>, tensor<2x4x3xf32>) -> tensor<2x5x3xf32>
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %k = input "k" <shape = [2, 4, 2]> : () -> tensor<2x4x2xf32>
  %v = input "v" <shape = [2, 4, 3]> : () -> tensor<2x4x3xf32>
  // expected-error @below {{attention: q (2, 5, 3), k (2, 4, 2), v (2, 4, 3) do not fit}}
  %result = attention %q, %k, %v <scale = 1.0>
      : (tensor<2x5x3xf32>, tensor<2x4x2xf32>, tensor<2x4x3xf32>) -> tensor<2x5x3xf32>
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %k = input "k" <shape = [2, 4, 3]> : () -> tensor<2x4x3xf32>
  %v = input "v" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  // expected-error @below {{attention: q (2, 5, 3), k (2, 4, 3), v (2, 5, 3) do not fit}}
  %result = attention %q, %k, %v <scale = 1.0>
      : (tensor<2x5x3xf32>, tensor<2x4x3xf32>, tensor<2x5x3xf32>) -> tensor<2x5x3xf32>
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %k = input "k" <shape = [1, 4, 3]> : () -> tensor<1x4x3xf32>
  %v = input "v" <shape = [2, 4, 3]> : () -> tensor<2x4x3xf32>
  // expected-error @below {{attention: q (2, 5, 3), k (1, 4, 3), v (2, 4, 3) do not fit}}
  %result = attention %q, %k, %v <scale = 1.0>
      : (tensor<2x5x3xf32>, tensor<1x4x3xf32>, tensor<2x4x3xf32>) -> tensor<2x5x3xf32>
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %k = input "k" <shape = [2, 4, 3]> : () -> tensor<2x4x3xf32>
  %v = input "v" <shape = [2, 4, 3]> : () -> tensor<2x4x3xf32>
  // expected-error @below {{requires attribute 'scale'}}
  %result = attention %q, %k, %v : (tensor<2x5x3xf32>, tensor<2x4x3xf32>, tensor<2x4x3xf32>) -> tensor<2x5x3xf32>
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %k = input "k" <shape = [2, 4, 3]> : () -> tensor<2x4x3xf32>
  %v = input "v" <shape = [2, 4, 3]> : () -> tensor<2x4x3xf32>
  // expected-error @below {{attention: takes 3 to 4 operands, not 2}}
  %result = attention %q, %k <scale = 1.0> : (tensor<2x5x3xf32>, tensor<2x4x3xf32>) -> tensor<2x5x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6], type = "bf16"> : () -> tensor<1x8x8x6xbf16>
  %w = input "w" <shape = [4, 6, 3, 3]> : () -> tensor<4x6x3x3xf32>
  // expected-error @below {{conv2d: mixes bf16 and f32; make them one type: cast %x <type = "bf16">}}
  %result = conv2d %x, %w : (tensor<1x8x8x6xbf16>, tensor<4x6x3x3xf32>) -> tensor<1x6x6x4xbf16>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [5, 3], type = "bf16"> : () -> tensor<5x3xbf16>
  %b = input "b" <shape = [3, 4], type = "bf16"> : () -> tensor<3x4xbf16>
  %c = input "c" <shape = [4], type = "bf16"> : () -> tensor<4xbf16>
  // expected-error @below {{matmul: bias is bf16, sums are f32; make it that: cast %b <type = "f32">}}
  %result = matmul %a, %b, %c : (tensor<5x3xbf16>, tensor<3x4xbf16>, tensor<4xbf16>) -> tensor<5x4xbf16>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [5, 3], type = "bf16"> : () -> tensor<5x3xbf16>
  %b = input "b" <shape = [3, 4], type = "bf16"> : () -> tensor<3x4xbf16>
  %r = input "r" <shape = [5, 4], type = "bf16"> : () -> tensor<5x4xbf16>
  // expected-error @below {{matmul: residual is bf16 for a result of f32}}
  %result = matmul %a, %b, %r <residual = true, type = "f32">
      : (tensor<5x3xbf16>, tensor<3x4xbf16>, tensor<5x4xbf16>) -> tensor<5x4xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [5, 3]> : () -> tensor<5x3xf32>
  %b = input "b" <shape = [3, 4]> : () -> tensor<3x4xf32>
  // expected-error @below {{matmul: type "bf16" of a product of f32; it is that or f32}}
  %result = matmul %a, %b <type = "bf16"> : (tensor<5x3xf32>, tensor<3x4xf32>) -> tensor<5x4xbf16>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 8, 8, 6], type = "bf16"> : () -> tensor<1x8x8x6xbf16>
  %g = input "g" <shape = [1, 6, 6, 4], type = "bf16"> : () -> tensor<1x6x6x4xbf16>
  // expected-error @below {{conv2d_weight_gradient: its result is 'tensor<4x6x3x3xf32>', not 'tensor<4x6x3x3xbf16>'}}
  %result = conv2d_weight_gradient %x, %g <shape = [4, 6, 3, 3], type = "f32">
      : (tensor<1x8x8x6xbf16>, tensor<1x6x6x4xbf16>) -> tensor<4x6x3x3xbf16>
}
