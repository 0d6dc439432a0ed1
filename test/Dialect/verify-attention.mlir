// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the verifiers of attention with a bias, of its fused form and of conv2d_labels refuse.
// RUN: dpsims-opt %s -split-input-file -verify-diagnostics

dpsims.graph @g {
  %q = input "q" <shape = [4, 5, 3]> : () -> tensor<4x5x3xf32>
  %b = input "b" <shape = [3, 5, 5]> : () -> tensor<3x5x5xf32>
  // expected-error @below {{attention: a bias (3, 5, 5) for products (4, 5, 5)}}
  %result = attention %q, %q, %q, %b <scale = 1.0>
      : (tensor<4x5x3xf32>, tensor<4x5x3xf32>, tensor<4x5x3xf32>, tensor<3x5x5xf32>) -> tensor<4x5x3xf32>
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [4, 5, 3]> : () -> tensor<4x5x3xf32>
  %b = input "b" <shape = [2, 4, 5]> : () -> tensor<2x4x5xf32>
  // expected-error @below {{attention: a bias (2, 4, 5) for products (4, 5, 5)}}
  %result = attention %q, %q, %q, %b <scale = 1.0>
      : (tensor<4x5x3xf32>, tensor<4x5x3xf32>, tensor<4x5x3xf32>, tensor<2x4x5xf32>) -> tensor<4x5x3xf32>
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %b = input "b" <shape = [5]> : () -> tensor<5xf32>
  // expected-error @below {{attention: operand 3 must have 3 dimensions, not (5)}}
  %result = attention %q, %q, %q, %b <scale = 1.0>
      : (tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<5xf32>) -> tensor<2x5x3xf32>
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %b = input "b" <shape = [2, 5, 5]> : () -> tensor<2x5x5xf32>
  // expected-error @below {{fused_attention: a bias (2, 5, 5); it has a number for each key, (2, 1, 5)}}
  %result, %sums = fused_attention %q, %q, %q, %b <scale = 1.0>
      : (tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x5x5xf32>)
      -> (tensor<2x5x3xf32>, tensor<2x5x1xf32>)
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %v = input "v" <shape = [2, 5, 4]> : () -> tensor<2x5x4xf32>
  // expected-error @below {{fused_attention: queries of 3 entries cannot be added to results of 4}}
  %result, %sums = fused_attention %q, %q, %v <scale = 1.0, residual = true>
      : (tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x5x4xf32>) -> (tensor<2x5x4xf32>, tensor<2x5x1xf32>)
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %s = input "s" <shape = [2, 5]> : () -> tensor<2x5xf32>
  // expected-error @below {{fused_attention_gradient: operand 3 must have 3 dimensions, not (2, 5)}}
  %a, %b, %c, %d = fused_attention_gradient %q, %q, %q, %s, %q <scale = 1.0, parts = 1>
      : (tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x5xf32>, tensor<2x5x3xf32>)
      -> (tensor<2x5x3xf32>, tensor<2x1x5x3xf32>, tensor<2x1x5x3xf32>, tensor<2x1x1x5xf32>)
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %s = input "s" <shape = [2, 4, 1]> : () -> tensor<2x4x1xf32>
  // expected-error @below {{fused_attention_gradient: sums (2, 4, 1) for (2, 5) rows}}
  %a, %b, %c, %d = fused_attention_gradient %q, %q, %q, %s, %q <scale = 1.0, parts = 1>
      : (tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x4x1xf32>, tensor<2x5x3xf32>)
      -> (tensor<2x5x3xf32>, tensor<2x1x5x3xf32>, tensor<2x1x5x3xf32>, tensor<2x1x1x5xf32>)
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %s = input "s" <shape = [2, 5, 1]> : () -> tensor<2x5x1xf32>
  %g = input "g" <shape = [2, 5, 2]> : () -> tensor<2x5x2xf32>
  // expected-error @below {{fused_attention_gradient: the gradient has the shape (2, 5, 2), the result (2, 5, 3)}}
  %a, %b, %c, %d = fused_attention_gradient %q, %q, %q, %s, %g <scale = 1.0, parts = 1>
      : (tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x5x1xf32>, tensor<2x5x2xf32>)
      -> (tensor<2x5x3xf32>, tensor<2x1x5x3xf32>, tensor<2x1x5x3xf32>, tensor<2x1x1x5xf32>)
}

// -----

dpsims.graph @g {
  %q = input "q" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %s = input "s" <shape = [2, 5, 1]> : () -> tensor<2x5x1xf32>
  // expected-error @below {{fused_attention_gradient: no 2 equal parts of 5 rows}}
  %a, %b, %c, %d = fused_attention_gradient %q, %q, %q, %s, %q <scale = 1.0, parts = 2>
      : (tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x5x1xf32>, tensor<2x5x3xf32>)
      -> (tensor<2x5x3xf32>, tensor<2x2x5x3xf32>, tensor<2x2x5x3xf32>, tensor<2x2x1x5xf32>)
}

// -----

dpsims.graph @g {
  %i = input "i" <shape = [1, 4, 4]> : () -> tensor<1x4x4xf32>
  %w = input "w" <shape = [3, 3, 5, 8]> : () -> tensor<3x3x5x8xf32>
  // expected-error @below {{conv2d_labels: takes ids of i32 and weights of floats, not 'tensor<1x4x4xf32>' and 'tensor<3x3x5x8xf32>'}}
  %result = conv2d_labels %i, %w <stride = [1, 1], padding = [1, 1, 1, 1]>
      : (tensor<1x4x4xf32>, tensor<3x3x5x8xf32>) -> tensor<1x4x4x8xf32>
}

// -----

dpsims.graph @g {
  %i = input "i" <shape = [1, 4, 4], type = "i32"> : () -> tensor<1x4x4xi32>
  %w = input "w" <shape = [3, 3, 5, 8]> : () -> tensor<3x3x5x8xf32>
  %b = input "b" <shape = [5]> : () -> tensor<5xf32>
  // expected-error @below {{conv2d_labels: bias 'tensor<5xf32>' for 8 channels of 'f32'}}
  %result = conv2d_labels %i, %w, %b <stride = [1, 1], padding = [1, 1, 1, 1]>
      : (tensor<1x4x4xi32>, tensor<3x3x5x8xf32>, tensor<5xf32>) -> tensor<1x4x4x8xf32>
}

// -----

dpsims.graph @g {
  %i = input "i" <shape = [1, 4, 4], type = "i32"> : () -> tensor<1x4x4xi32>
  %w = input "w" <shape = [3, 3, 5, 8]> : () -> tensor<3x3x5x8xf32>
  // expected-error @below {{conv2d_labels: stride must be positive and padding not negative}}
  %result = conv2d_labels %i, %w <stride = [0, 1], padding = [1, 1, 1, 1]>
      : (tensor<1x4x4xi32>, tensor<3x3x5x8xf32>) -> tensor<1x4x4x8xf32>
}

// -----

dpsims.graph @g {
  %i = input "i" <shape = [1, 2, 2], type = "i32"> : () -> tensor<1x2x2xi32>
  %w = input "w" <shape = [3, 3, 5, 8]> : () -> tensor<3x3x5x8xf32>
  // expected-error @below {{conv2d_labels: the kernel 3x3 is larger than the padded input (1, 2, 2)}}
  %result = conv2d_labels %i, %w <stride = [1, 1], padding = [0, 0, 0, 0]>
      : (tensor<1x2x2xi32>, tensor<3x3x5x8xf32>) -> tensor<1x1x1x8xf32>
}
