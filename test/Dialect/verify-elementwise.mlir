// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the verifiers of elementwise ops refuse.
// RUN: dpsims-opt %s -split-input-file -verify-diagnostics

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{relu: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = relu %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{sigmoid: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = sigmoid %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{silu: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = silu %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{gelu: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = gelu %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{tanh: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = tanh %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{exp: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = exp %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{log: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = log %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{sqrt: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = sqrt %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{rsqrt: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = rsqrt %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{abs: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = abs %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{square: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = square %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{neg: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = neg %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{round: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = round %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{softmax: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = softmax %ids : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{relu: its result is 'tensor<2x3xf32>', not 'tensor<3x2xf32>'}}
  %result = relu %x : (tensor<2x3xf32>) -> tensor<3x2xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{relu: takes 1 operand, not 2}}
  %result = relu %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  // expected-error @below {{relu: takes 1 operand, not 0}}
  %result = relu : () -> tensor<2xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{requires attribute 'slope'}}
  %result = leaky_relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{attribute 'slope' failed to satisfy constraint: a number}}
  %result = leaky_relu %x <slope = "a"> : (tensor<2x3xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{leaky_relu: expects f32, bf16 or f16}}
  %result = leaky_relu %ids <slope = 0.2> : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{requires attribute 'max'}}
  %result = clamp %x <min = 0.0> : (tensor<2x3xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{clamp: expects f32, bf16 or f16}}
  %result = clamp %ids <min = 0, max = 1> : (tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{cast: unknown element type "f64"; types are f32, i32, u8, bf16, f16}}
  %result = cast %x <type = "f64"> : (tensor<2x3xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{cast: its result is 'tensor<2x3xui8>', not 'tensor<2x3xi8>'}}
  %result = cast %x <type = "u8"> : (tensor<2x3xf32>) -> tensor<2x3xi8>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{requires attribute 'type'}}
  %result = cast %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %y = input "y" <shape = [2, 4]> : () -> tensor<2x4xf32>
  // expected-error @below {{add: shapes (2, 3) and (2, 4) do not broadcast}}
  %result = add %x, %y : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{add: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = add %x, %ids : (tensor<2x3xf32>, tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %y = input "y" <shape = [2, 4]> : () -> tensor<2x4xf32>
  // expected-error @below {{sub: shapes (2, 3) and (2, 4) do not broadcast}}
  %result = sub %x, %y : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{sub: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = sub %x, %ids : (tensor<2x3xf32>, tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %y = input "y" <shape = [2, 4]> : () -> tensor<2x4xf32>
  // expected-error @below {{mul: shapes (2, 3) and (2, 4) do not broadcast}}
  %result = mul %x, %y : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{mul: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = mul %x, %ids : (tensor<2x3xf32>, tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %y = input "y" <shape = [2, 4]> : () -> tensor<2x4xf32>
  // expected-error @below {{div: shapes (2, 3) and (2, 4) do not broadcast}}
  %result = div %x, %y : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{div: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = div %x, %ids : (tensor<2x3xf32>, tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %y = input "y" <shape = [2, 4]> : () -> tensor<2x4xf32>
  // expected-error @below {{maximum: shapes (2, 3) and (2, 4) do not broadcast}}
  %result = maximum %x, %y : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{maximum: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = maximum %x, %ids : (tensor<2x3xf32>, tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %y = input "y" <shape = [2, 4]> : () -> tensor<2x4xf32>
  // expected-error @below {{minimum: shapes (2, 3) and (2, 4) do not broadcast}}
  %result = minimum %x, %y : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{minimum: expects f32, bf16 or f16, not 'tensor<2x3xi32>'}}
  %result = minimum %x, %ids : (tensor<2x3xf32>, tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{add: takes 2 operands, not 1}}
  %result = add %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{add: takes 2 operands, not 3}}
  %result = add %x, %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %y = input "y" <shape = [3, 2, 1]> : () -> tensor<3x2x1xf32>
  // expected-error @below {{add: its result is 'tensor<3x2x3xf32>', not 'tensor<2x3xf32>'}}
  %result = add %x, %y : (tensor<2x3xf32>, tensor<3x2x1xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %a = input "a" <shape = [1048576, 1]> : () -> tensor<1048576x1xf32>
  %b = input "b" <shape = [1048577]> : () -> tensor<1048577xf32>
  // expected-error @below {{mul: its result (1048576, 1048577) would be too large}}
  %result = mul %a, %b : (tensor<1048576x1xf32>, tensor<1048577xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{not_equal: compares 'tensor<2x3xf32>' with 'tensor<2x3xi32>'}}
  %result = not_equal %x, %ids : (tensor<2x3xf32>, tensor<2x3xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  %b = input "b" <shape = [4], type = "i32"> : () -> tensor<4xi32>
  // expected-error @below {{not_equal: shapes (2, 3) and (4) do not broadcast}}
  %result = not_equal %ids, %b : (tensor<2x3xi32>, tensor<4xi32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %ids = input "ids" <shape = [2, 3], type = "i32"> : () -> tensor<2x3xi32>
  // expected-error @below {{not_equal: its result is 'tensor<2x3xf32>', not 'tensor<2x3xi32>'}}
  %result = not_equal %ids, %ids : (tensor<2x3xi32>, tensor<2x3xi32>) -> tensor<2x3xi32>
}

// -----

// Operands of one float type; the message says how to get there.
dpsims.graph @g {
  %x = input "x" <shape = [2, 3], type = "bf16"> : () -> tensor<2x3xbf16>
  %y = input "y" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // expected-error @below {{add: mixes bf16 and f32; make them one type: cast %x <type = "bf16">}}
  %result = add %x, %y : (tensor<2x3xbf16>, tensor<2x3xf32>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3], type = "f16"> : () -> tensor<2x3xf16>
  // expected-error @below {{exp: its result is 'tensor<2x3xf16>', not 'tensor<2x3xf32>'}}
  %result = exp %x : (tensor<2x3xf16>) -> tensor<2x3xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [2, 3], type = "bf16"> : () -> tensor<2x3xbf16>
  // expected-error @below {{reduce: its result is 'tensor<2x1xbf16>', not 'tensor<2x1xf32>'}}
  %result = reduce %x <kind = "sum", axes = [1]> : (tensor<2x3xbf16>) -> tensor<2x1xf32>
}
