// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the verifiers of reductions, norms and pooling refuse.
// RUN: dpsims-opt %s -split-input-file -verify-diagnostics

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{reduce: unknown kind "min"; kinds are sum, mean, max}}
  %result = reduce %x <kind = "min", axes = [1]> : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{reduce: axis 4 of a tensor of 4 dimensions}}
  %result = reduce %x <kind = "sum", axes = [4]> : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{reduce: axis -1 of a tensor of 4 dimensions}}
  %result = reduce %x <kind = "sum", axes = [-1]> : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{attribute 'axes' failed to satisfy constraint: a list of integers}}
  %result = reduce %x <kind = "sum", axes = 1> : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{reduce: its result is 'tensor<2x1x4x3xf32>', not 'tensor<2x4x4x3xf32>'}}
  %result = reduce %x <kind = "sum", axes = [1]> : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %s = input "s" <shape = []> : () -> tensor<f32>
  // expected-error @below {{reduce: expects at least one dimension}}
  %result = reduce %s <kind = "sum", axes = []> : (tensor<f32>) -> tensor<f32>
}

// -----

dpsims.graph @g {
  %s = input "s" <shape = []> : () -> tensor<f32>
  // expected-error @below {{softmax: expects at least one dimension}}
  %result = softmax %s : (tensor<f32>) -> tensor<f32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{attribute 'scale' failed to satisfy constraint: a number}}
  %result = softmax %x <scale = "a"> : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{requires attribute 'eps'}}
  %result = layer_norm %x : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  %c = input "c" <shape = [4]> : () -> tensor<4xf32>
  // expected-error @below {{layer_norm: input has 3 channels, and a vector per channel has the shape (4)}}
  %result = layer_norm %x, %c, %c <eps = 0.1>
      : (tensor<2x4x4x3xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  %c = input "c" <shape = [1, 3]> : () -> tensor<1x3xf32>
  // expected-error @below {{layer_norm: input has 3 channels, and a vector per channel has the shape (1, 3)}}
  %result = layer_norm %x, %c, %c <eps = 0.1>
      : (tensor<2x4x4x3xf32>, tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<2x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %s = input "s" <shape = []> : () -> tensor<f32>
  // expected-error @below {{layer_norm: expects at least one dimension}}
  %result = layer_norm %s <eps = 0.1> : (tensor<f32>) -> tensor<f32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  %c = input "c" <shape = [3]> : () -> tensor<3xf32>
  // expected-error @below {{layer_norm: takes 1 to 3 operands, not 4}}
  %result = layer_norm %x, %c, %c, %c <eps = 0.1>
      : (tensor<2x4x4x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  %c = input "c" <shape = [3]> : () -> tensor<3xf32>
  // expected-error @below {{batch_norm: takes 3 to 5 operands, not 2}}
  %result = batch_norm %x, %c <eps = 0.1> : (tensor<2x4x4x3xf32>, tensor<3xf32>) -> tensor<2x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  %c = input "c" <shape = [3]> : () -> tensor<3xf32>
  %d = input "d" <shape = [2]> : () -> tensor<2xf32>
  // expected-error @below {{batch_norm: input has 3 channels, and a vector per channel has the shape (2)}}
  %result = batch_norm %x, %c, %d <eps = 0.1>
      : (tensor<2x4x4x3xf32>, tensor<3xf32>, tensor<2xf32>) -> tensor<2x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %s = input "s" <shape = []> : () -> tensor<f32>
  // expected-error @below {{batch_norm: expects at least one dimension}}
  %result = batch_norm %s, %s, %s <eps = 0.1> : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<f32>
}

// -----

dpsims.graph @g {
  %s = input "s" <shape = []> : () -> tensor<f32>
  // expected-error @below {{batch_statistics: expects at least one dimension}}
  %result, %second = batch_statistics %s : (tensor<f32>) -> (tensor<f32>, tensor<f32>)
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{batch_statistics: its result is 'tensor<3xf32>', not 'tensor<2xf32>'}}
  %result, %second = batch_statistics %x : (tensor<2x4x4x3xf32>) -> (tensor<3xf32>, tensor<2xf32>)
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{batch_statistics: expects f32, bf16 or f16}}
  %result, %second = batch_statistics %x : (tensor<2x3xi32>) -> (tensor<3xf32>, tensor<3xf32>)
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4, 3]> : () -> tensor<4x3xf32>
  // expected-error @below {{batch_statistics: no 3 equal parts of (4, 3) along its first dimension}}
  %result, %second = batch_statistics %x <groups = 3> : (tensor<4x3xf32>) -> (tensor<3x3xf32>, tensor<3x3xf32>)
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4, 3]> : () -> tensor<4x3xf32>
  // expected-error @below {{batch_statistics: no 0 equal parts of (4, 3) along its first dimension}}
  %result, %second = batch_statistics %x <groups = 0> : (tensor<4x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [3]> : () -> tensor<3xf32>
  // expected-error @below {{batch_statistics: no 1 equal parts of (3) along its first dimension}}
  %result, %second = batch_statistics %x <groups = 1> : (tensor<3xf32>) -> (tensor<1x3xf32>, tensor<1x3xf32>)
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4, 3]> : () -> tensor<4x3xf32>
  %m = input "m" <shape = [3, 3]> : () -> tensor<3x3xf32>
  // expected-error @below {{batch_norm: no 3 equal parts of (4, 3) along its first dimension}}
  %result = batch_norm %x, %m, %m <eps = 0.1> : (tensor<4x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4, 3]> : () -> tensor<4x3xf32>
  %m = input "m" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %v = input "v" <shape = [3]> : () -> tensor<3xf32>
  // expected-error @below {{batch_norm: input has 3 channels, mean and variance are (2, 3) and (3)}}
  %result = batch_norm %x, %m, %v <eps = 0.1> : (tensor<4x3xf32>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<4x3xf32>
}

// -----

dpsims.graph @g {
  %s = input "s" <shape = []> : () -> tensor<f32>
  %m = input "m" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{batch_norm: input has 0 channels, mean and variance are (2, 3) and (2, 3)}}
  %result = batch_norm %s, %m, %m <eps = 0.1> : (tensor<f32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<f32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{max_pool: kernel 0, stride 1, padding 0}}
  %result = max_pool %x <kernel = 0, stride = 1, padding = 0> : (tensor<2x4x4x3xf32>) -> tensor<2x2x2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{max_pool: kernel 2, stride 0, padding 0}}
  %result = max_pool %x <kernel = 2, stride = 0, padding = 0> : (tensor<2x4x4x3xf32>) -> tensor<2x2x2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{max_pool: kernel 2, stride 2, padding -1}}
  %result = max_pool %x <kernel = 2, stride = 2, padding = -1> : (tensor<2x4x4x3xf32>) -> tensor<2x2x2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{max_pool: kernel 2, stride 2, padding 2}}
  %result = max_pool %x <kernel = 2, stride = 2, padding = 2> : (tensor<2x4x4x3xf32>) -> tensor<2x2x2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{max_pool: the kernel 5 is larger than the padded input (2, 4, 4, 3)}}
  %result = max_pool %x <kernel = 5, stride = 2, padding = 0> : (tensor<2x4x4x3xf32>) -> tensor<2x2x2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{max_pool: its result is 'tensor<2x1x1x3xf32>', not 'tensor<2x2x2x3xf32>'}}
  %result = max_pool %x <kernel = 3, stride = 2, padding = 0> : (tensor<2x4x4x3xf32>) -> tensor<2x2x2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  // expected-error @below {{attribute 'kernel' failed to satisfy constraint: an integer}}
  %result = max_pool %x <kernel = [2, 2], stride = 2, padding = 0> : (tensor<2x4x4x3xf32>) -> tensor<2x2x2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4, 4, 3]> : () -> tensor<4x4x3xf32>
  // expected-error @below {{max_pool: operand 0 must have 4 dimensions, not (4, 4, 3)}}
  %result = max_pool %x <kernel = 2, stride = 2, padding = 0> : (tensor<4x4x3xf32>) -> tensor<2x2x2x3xf32>
}
