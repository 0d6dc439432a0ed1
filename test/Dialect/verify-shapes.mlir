// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the verifiers of label and shape ops refuse.
// RUN: dpsims-opt %s -split-input-file -verify-diagnostics

dpsims.graph @g {
  %ids = input "ids" <shape = [1, 4, 4]> : () -> tensor<1x4x4xf32>
  // expected-error @below {{one_hot: expects i32 ids, not 'tensor<1x4x4xf32>'}}
  %result = one_hot %ids <classes = 3> : (tensor<1x4x4xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [1, 4, 4], type = "u8"> : () -> tensor<1x4x4xui8>
  // expected-error @below {{one_hot: expects i32 ids, not 'tensor<1x4x4xui8>'}}
  %result = one_hot %ids <classes = 3> : (tensor<1x4x4xui8>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [4, 4], type = "i32"> : () -> tensor<4x4xi32>
  // expected-error @below {{instance_edges: operand 0 must have 3 dimensions, not (4, 4)}}
  %result = instance_edges %ids : (tensor<4x4xi32>) -> tensor<4x4x1xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [1, 4, 4], type = "i32"> : () -> tensor<1x4x4xi32>
  // expected-error @below {{one_hot: its result would have the shape (1, 4, 4, 0)}}
  %result = one_hot %ids <classes = 0> : (tensor<1x4x4xi32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [1, 4, 4], type = "i32"> : () -> tensor<1x4x4xi32>
  // expected-error @below {{requires attribute 'classes'}}
  %result = one_hot %ids : (tensor<1x4x4xi32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [1, 4, 4]> : () -> tensor<1x4x4xf32>
  // expected-error @below {{instance_edges: expects i32 ids, not 'tensor<1x4x4xf32>'}}
  %result = instance_edges %ids : (tensor<1x4x4xf32>) -> tensor<1x4x4x1xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [1, 4, 4], type = "i32"> : () -> tensor<1x4x4xi32>
  // expected-error @below {{instance_edges: its result is 'tensor<1x4x4x1xf32>', not 'tensor<1x4x4xf32>'}}
  %result = instance_edges %ids : (tensor<1x4x4xi32>) -> tensor<1x4x4xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{upsample: factor 0}}
  %result = upsample %x <factor = 0> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{upsample: factor -2}}
  %result = upsample %x <factor = -2> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{upsample: factor 4097}}
  %result = upsample %x <factor = 4097> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{attribute 'factor' failed to satisfy constraint: an integer}}
  %result = upsample %x <factor = 2.0> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{attribute 'factor' failed to satisfy constraint: an integer}}
  %result = upsample %x <factor = true> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [4, 4, 3]> : () -> tensor<4x4x3xf32>
  // expected-error @below {{upsample: operand 0 must have 4 dimensions, not (4, 4, 3)}}
  %result = upsample %x <factor = 2> : (tensor<4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [1, 4, 4], type = "i32"> : () -> tensor<1x4x4xi32>
  // expected-error @below {{upsample: expects f32, bf16 or f16}}
  %result = upsample %ids <factor = 2> : (tensor<1x4x4xi32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{reshape: (1, 4, 4, 3) has 48 elements, which (5, 10) cannot hold}}
  %result = reshape %x <shape = [5, 10]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{reshape: (1, 4, 4, 3) has 48 elements, which (-1, 5) cannot hold}}
  %result = reshape %x <shape = [-1, 5]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{reshape: shape (-1, -1)}}
  %result = reshape %x <shape = [-1, -1]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{reshape: shape (0, 48)}}
  %result = reshape %x <shape = [0, 48]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{reshape: shape (-2, 24)}}
  %result = reshape %x <shape = [-2, 24]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{reshape: shape (4294967296, 4294967296, 48)}}
  %result = reshape %x <shape = [4294967296, 4294967296, 48]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{reshape: (1, 4, 4, 3) has 48 elements, which () cannot hold}}
  %result = reshape %x <shape = []> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{transpose: perm (0, 1, 2) is not an order of 4 axes}}
  %result = transpose %x <perm = [0, 1, 2]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{transpose: perm (0, 1, 2, 2) is not an order of 4 axes}}
  %result = transpose %x <perm = [0, 1, 2, 2]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{transpose: perm (1, 2, 3, 4) is not an order of 4 axes}}
  %result = transpose %x <perm = [1, 2, 3, 4]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{transpose: perm (0, -1, 2, 3) is not an order of 4 axes}}
  %result = transpose %x <perm = [0, -1, 2, 3]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{transpose: its result is 'tensor<1x3x4x4xf32>', not 'tensor<1x4x4x3xf32>'}}
  %result = transpose %x <perm = [0, 3, 1, 2]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{broadcast: (1, 4, 4, 3) does not broadcast to (2, 4, 4, 4)}}
  %result = broadcast %x <shape = [2, 4, 4, 4]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{broadcast: (1, 4, 4, 3) does not broadcast to (4, 3)}}
  %result = broadcast %x <shape = [4, 3]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{broadcast: (1, 4, 4, 3) does not broadcast to (1, 4, 1, 3)}}
  %result = broadcast %x <shape = [1, 4, 1, 3]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [1, 4, 4], type = "i32"> : () -> tensor<1x4x4xi32>
  // expected-error @below {{broadcast: expects f32, bf16 or f16}}
  %result = broadcast %ids <shape = [2, 4, 4]> : (tensor<1x4x4xi32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  %y = input "y" <shape = [1, 4, 5, 3]> : () -> tensor<1x4x5x3xf32>
  // expected-error @below {{concat: (1, 4, 4, 3) and (1, 4, 5, 3) do not fit beside one another along axis 3}}
  %result = concat %x, %y <axis = 3> : (tensor<1x4x4x3xf32>, tensor<1x4x5x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  %y = input "y" <shape = [4, 3]> : () -> tensor<4x3xf32>
  // expected-error @below {{concat: (1, 4, 4, 3) and (4, 3) do not fit beside one another along axis 1}}
  %result = concat %x, %y <axis = 1> : (tensor<1x4x4x3xf32>, tensor<4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{concat: axis 4 of a tensor of 4 dimensions}}
  %result = concat %x <axis = 4> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{concat: axis -1 of a tensor of 4 dimensions}}
  %result = concat %x <axis = -1> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %s = input "s" <shape = []> : () -> tensor<f32>
  // expected-error @below {{concat: axis 0 of a tensor of 0 dimensions}}
  %result = concat %s <axis = 0> : (tensor<f32>) -> tensor<f32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{concat: takes 1 to 1024 operands, not 0}}
  %result = concat <axis = 0> : () -> tensor<f32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  %y = input "y" <shape = [1, 4, 5, 3]> : () -> tensor<1x4x5x3xf32>
  // expected-error @below {{concat: its result is 'tensor<1x4x9x3xf32>', not 'tensor<1x4x4x3xf32>'}}
  %result = concat %x, %y <axis = 2> : (tensor<1x4x4x3xf32>, tensor<1x4x5x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [1, 4, 4], type = "i32"> : () -> tensor<1x4x4xi32>
  // expected-error @below {{concat: expects f32, bf16 or f16}}
  %result = concat %ids <axis = 0> : (tensor<1x4x4xi32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{slice: start has 3 entries for 4 dimensions}}
  %result = slice %x <start = [0, 0, 0], step = [1, 1, 1, 1], size = [1, 1, 1, 1]>
      : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{slice: step has 5 entries for 4 dimensions}}
  %result = slice %x <start = [0, 0, 0, 0], step = [1, 1, 1, 1, 1], size = [1, 1, 1, 1]>
      : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{slice: size has 1 entries for 4 dimensions}}
  %result = slice %x <start = [0, 0, 0, 0], step = [1, 1, 1, 1], size = [1]>
      : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{slice: axis 1 of 4: start 4, step 1, size 1 leaves it}}
  %result = slice %x <start = [0, 4, 0, 0], step = [1, 1, 1, 1], size = [1, 1, 1, 1]>
      : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{slice: axis 2 of 4: start -1, step 1, size 1 leaves it}}
  %result = slice %x <start = [0, 0, -1, 0], step = [1, 1, 1, 1], size = [1, 1, 1, 1]>
      : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{slice: axis 3 of 3: start 0, step 0, size 1 leaves it}}
  %result = slice %x <start = [0, 0, 0, 0], step = [1, 1, 1, 0], size = [1, 1, 1, 1]>
      : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{slice: axis 3 of 3: start 0, step 1, size 0 leaves it}}
  %result = slice %x <start = [0, 0, 0, 0], step = [1, 1, 1, 1], size = [1, 1, 1, 0]>
      : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{slice: axis 1 of 4: start 1, step 2, size 3 leaves it}}
  %result = slice %x <start = [0, 1, 0, 0], step = [1, 2, 1, 1], size = [1, 3, 1, 1]>
      : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{slice: axis 1 of 4: start 0, step 9223372036854775807, size 9223372036854775807 leaves it}}
  %result = slice %x
      <start = [0, 0, 0, 0], step = [1, 9223372036854775807, 1, 1], size = [1, 9223372036854775807, 1, 1]>
      : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{requires attribute 'step'}}
  %result = slice %x <start = [0, 0, 0, 0], size = [1, 1, 1, 1]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{pad: low has 2 entries for 4 dimensions}}
  %result = pad %x <low = [0, 1], high = [0, 0, 0, 0]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{pad: high has 1 entries for 4 dimensions}}
  %result = pad %x <low = [0, 0, 0, 0], high = [0]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{pad: padding -1 of axis 1; it must be 0 to 1099511627776}}
  %result = pad %x <low = [0, -1, 0, 0], high = [0, 0, 0, 0]> : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xf32>
  // expected-error @below {{pad: }}
  %result = pad %x <low = [0, 0, 0, 0], high = [0, 0, 0, 9223372036854775807]>
      : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %s = input "s" <shape = []> : () -> tensor<f32>
  // expected-error @below {{pad: expects at least one dimension}}
  %result = pad %s <low = [], high = []> : (tensor<f32>) -> tensor<f32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [1, 4, 4], type = "i32"> : () -> tensor<1x4x4xi32>
  // expected-error @below {{pad: expects f32, bf16 or f16}}
  %result = pad %ids <low = [0, 0, 0], high = [0, 0, 0]> : (tensor<1x4x4xi32>) -> tensor<1x4x4x3xf32>
}

// -----

dpsims.graph @g {
  %s = input "s" <shape = []> : () -> tensor<f32>
  // expected-error @below {{transpose: expects at least one dimension}}
  %result = transpose %s <perm = []> : (tensor<f32>) -> tensor<f32>
}

// -----

dpsims.graph @g {
  %s = input "s" <shape = []> : () -> tensor<f32>
  // expected-error @below {{slice: expects at least one dimension}}
  %result = slice %s <start = [], step = [], size = []> : (tensor<f32>) -> tensor<f32>
}
