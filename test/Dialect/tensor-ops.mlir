// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every op of a graph, with static types: what is printed parses, and prints the same.
// RUN: dpsims-opt %s -o %t.once
// RUN: dpsims-opt %t.once -o %t.twice
// RUN: diff %t.once %t.twice
// RUN: FileCheck %s < %t.once

// CHECK-LABEL: dpsims.graph @sources {
dpsims.graph @sources {
  // CHECK-NEXT: %0 = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  // CHECK-NEXT: %1 = input "ids" <shape = [1, 4, 4], type = "i32"> : () -> tensor<1x4x4xi32>
  %ids = input "ids" <shape = [1, 4, 4], type = "i32"> : () -> tensor<1x4x4xi32>
  // CHECK-NEXT: %2 = input "photo" <shape = [1, 4, 4, 3], type = "u8"> : () -> tensor<1x4x4x3xui8>
  %photo = input "photo" <type = "u8", shape = [1, 4, 4, 3]> : () -> tensor<1x4x4x3xui8>
  // CHECK-NEXT: %3 = weight "a.weight" <init = "xavier_normal", shape = [8, 3, 3, 3], trained = false, value = 2.000000e-02> : () -> tensor<8x3x3x3xf32>
  %w = weight "a.weight" <shape = [8, 3, 3, 3], init = "xavier_normal", value = 0.02, trained = false>
      : () -> tensor<8x3x3x3xf32>
  // CHECK-NEXT: %4 = weight "zeros" <init = "zeros", shape = [8]> : () -> tensor<8xf32>
  %zeros = weight "zeros" <shape = [8], init = "zeros"> : () -> tensor<8xf32>
  // CHECK-NEXT: %5 = weight "ones" <init = "ones", shape = [8]> : () -> tensor<8xf32>
  %ones = weight "ones" <shape = [8], init = "ones"> : () -> tensor<8xf32>
  // CHECK-NEXT: %6 = weight "constant" <init = "constant", shape = [], value = 3> : () -> tensor<f32>
  %constant = weight "constant" <shape = [], init = "constant", value = 3> : () -> tensor<f32>
  // CHECK-NEXT: %7 = weight "normal" <init = "normal", shape = [8], value = 1.000000e+00> : () -> tensor<8xf32>
  %normal = weight "normal" <shape = [8], init = "normal", value = 1.0> : () -> tensor<8xf32>
  // CHECK-NEXT: %8 = state "u" <init = "singular_left", of = "a.weight", shape = [8]> : () -> tensor<8xf32>
  %u = state "u" <shape = [8], init = "singular_left", of = "a.weight"> : () -> tensor<8xf32>
  // CHECK-NEXT: %9 = state "v" <init = "singular_right", of = "a.weight", shape = [27]> : () -> tensor<27xf32>
  %v = state "v" <shape = [27], init = "singular_right", of = "a.weight"> : () -> tensor<27xf32>
  // CHECK-NEXT: %10 = state "mean" <init = "constant", shape = [8], value = 5.000000e-01> : () -> tensor<8xf32>
  %mean = state "mean" <shape = [8], init = "constant", value = 0.5> : () -> tensor<8xf32>
  // CHECK-NEXT: %11 = constant <value = 5.000000e-01> : () -> tensor<f32>
  %half = constant <value = 0.5> : () -> tensor<f32>
  // CHECK-NEXT: %12 = constant <shape = [2, 2], value = 1> : () -> tensor<2x2xf32>
  %full = constant <value = 1, shape = [2, 2]> : () -> tensor<2x2xf32>
  // CHECK-NEXT: %13 = constant <value = [4.850000e-01, 1, -2.000000e+00]> : () -> tensor<3xf32>
  %list = constant <value = [0.485, 1, -2.0]> : () -> tensor<3xf32>
  // CHECK-NEXT: %14 = constant <shape = [2], value = [1, 2]> : () -> tensor<2xf32>
  %shaped = constant <value = [1, 2], shape = [2]> : () -> tensor<2xf32>
  // CHECK-NEXT: output "x" %0 : tensor<2x3xf32>
  output "x" %x : tensor<2x3xf32>
  // CHECK-NEXT: output "ids" %1 : tensor<1x4x4xi32>
  output "ids" %ids : tensor<1x4x4xi32>
}

// CHECK-LABEL: dpsims.graph @elementwise {
dpsims.graph @elementwise {
  %x = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
  %row = input "row" <shape = [3]> : () -> tensor<3xf32>
  %column = input "column" <shape = [4, 2, 1]> : () -> tensor<4x2x1xf32>
  %scalar = input "scalar" <shape = []> : () -> tensor<f32>
  %ids = input "ids" <shape = [2, 1], type = "i32"> : () -> tensor<2x1xi32>
  %ids2 = input "ids2" <shape = [3], type = "i32"> : () -> tensor<3xi32>
  // CHECK: %6 = relu %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %u0 = relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: leaky_relu %0 <slope = 2.000000e-01> : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %u1 = leaky_relu %x <slope = 0.2> : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: clamp %0 <max = 6, min = -1.000000e+00> : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %u2 = clamp %x <min = -1.0, max = 6> : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: sigmoid %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %u3 = sigmoid %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: silu %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %u4 = silu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: gelu %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %u5 = gelu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: softplus %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %softplus = softplus %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: tanh %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %u6 = tanh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: exp %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %u7 = exp %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: log %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %u8 = log %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: sqrt %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %u9 = sqrt %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: rsqrt %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %v0 = rsqrt %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: abs %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %v1 = abs %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: square %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %v2 = square %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: neg %3 : (tensor<f32>) -> tensor<f32>
  %v3 = neg %scalar : (tensor<f32>) -> tensor<f32>
  // CHECK-NEXT: round %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %v4 = round %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: floor %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %floor = floor %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: cast %0 <type = "u8"> : (tensor<2x3xf32>) -> tensor<2x3xui8>
  %v5 = cast %x <type = "u8"> : (tensor<2x3xf32>) -> tensor<2x3xui8>
  // CHECK-NEXT: cast %0 <type = "i32"> : (tensor<2x3xf32>) -> tensor<2x3xi32>
  %v6 = cast %x <type = "i32"> : (tensor<2x3xf32>) -> tensor<2x3xi32>
  // CHECK-NEXT: cast %4 <type = "f32"> : (tensor<2x1xi32>) -> tensor<2x1xf32>
  %v7 = cast %ids <type = "f32"> : (tensor<2x1xi32>) -> tensor<2x1xf32>
  // CHECK-NEXT: add %0, %1 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %b0 = add %x, %row : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: sub %1, %0 : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %b1 = sub %row, %x : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: mul %0, %2 : (tensor<2x3xf32>, tensor<4x2x1xf32>) -> tensor<4x2x3xf32>
  %b2 = mul %x, %column : (tensor<2x3xf32>, tensor<4x2x1xf32>) -> tensor<4x2x3xf32>
  // CHECK-NEXT: div %0, %3 : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %b3 = div %x, %scalar : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  // CHECK-NEXT: maximum %3, %3 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %b4 = maximum %scalar, %scalar : (tensor<f32>, tensor<f32>) -> tensor<f32>
  // CHECK-NEXT: minimum %1, %2 : (tensor<3xf32>, tensor<4x2x1xf32>) -> tensor<4x2x3xf32>
  %b5 = minimum %row, %column : (tensor<3xf32>, tensor<4x2x1xf32>) -> tensor<4x2x3xf32>
  // CHECK-NEXT: not_equal %0, %0 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %b6 = not_equal %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: not_equal %4, %5 : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xf32>
  %b7 = not_equal %ids, %ids2 : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xf32>
}

// CHECK-LABEL: dpsims.graph @contractions {
dpsims.graph @contractions {
  %x = input "x" <shape = [1, 9, 8, 4]> : () -> tensor<1x9x8x4xf32>
  %w = input "w" <shape = [6, 4, 3, 2]> : () -> tensor<6x4x3x2xf32>
  %g = input "g" <shape = [6, 2, 3, 3]> : () -> tensor<6x2x3x3xf32>
  %b = input "b" <shape = [6]> : () -> tensor<6xf32>
  %r = input "r" <shape = [1, 7, 7, 6]> : () -> tensor<1x7x7x6xf32>
  // CHECK: %5 = conv2d %0, %1 : (tensor<1x9x8x4xf32>, tensor<6x4x3x2xf32>) -> tensor<1x7x7x6xf32>
  %c0 = conv2d %x, %w : (tensor<1x9x8x4xf32>, tensor<6x4x3x2xf32>) -> tensor<1x7x7x6xf32>
  // CHECK-NEXT: conv2d %0, %1, %3 <padding = 1, stride = 2> : (tensor<1x9x8x4xf32>, tensor<6x4x3x2xf32>, tensor<6xf32>) -> tensor<1x5x5x6xf32>
  %c1 = conv2d %x, %w, %b <stride = 2, padding = 1>
      : (tensor<1x9x8x4xf32>, tensor<6x4x3x2xf32>, tensor<6xf32>) -> tensor<1x5x5x6xf32>
  // CHECK-NEXT: conv2d %0, %1 <padding = [1, 0], stride = [2, 1]> : (tensor<1x9x8x4xf32>, tensor<6x4x3x2xf32>) -> tensor<1x5x7x6xf32>
  %c2 = conv2d %x, %w <stride = [2, 1], padding = [1, 0]>
      : (tensor<1x9x8x4xf32>, tensor<6x4x3x2xf32>) -> tensor<1x5x7x6xf32>
  // CHECK-NEXT: conv2d %0, %1 <padding = [1, 2, 3, 4]> : (tensor<1x9x8x4xf32>, tensor<6x4x3x2xf32>) -> tensor<1x11x13x6xf32>
  %c3 = conv2d %x, %w <padding = [1, 2, 3, 4]> : (tensor<1x9x8x4xf32>, tensor<6x4x3x2xf32>) -> tensor<1x11x13x6xf32>
  // CHECK-NEXT: conv2d %0, %2 <groups = 2, padding = "same", stride = 2> : (tensor<1x9x8x4xf32>, tensor<6x2x3x3xf32>) -> tensor<1x5x4x6xf32>
  %c4 = conv2d %x, %g <groups = 2, padding = "same", stride = 2>
      : (tensor<1x9x8x4xf32>, tensor<6x2x3x3xf32>) -> tensor<1x5x4x6xf32>
  // CHECK-NEXT: conv2d %0, %1, %3, %4 <activation = "clamp", alpha = 0, beta = 6.000000e+00, residual = true> : (tensor<1x9x8x4xf32>, tensor<6x4x3x2xf32>, tensor<6xf32>, tensor<1x7x7x6xf32>) -> tensor<1x7x7x6xf32>
  %c5 = conv2d %x, %w, %b, %r <activation = "clamp", alpha = 0, beta = 6.0, residual = true>
      : (tensor<1x9x8x4xf32>, tensor<6x4x3x2xf32>, tensor<6xf32>, tensor<1x7x7x6xf32>) -> tensor<1x7x7x6xf32>
  // CHECK-NEXT: conv2d %0, %1, %4 <residual = true> : (tensor<1x9x8x4xf32>, tensor<6x4x3x2xf32>, tensor<1x7x7x6xf32>) -> tensor<1x7x7x6xf32>
  %c6 = conv2d %x, %w, %r <residual = true>
      : (tensor<1x9x8x4xf32>, tensor<6x4x3x2xf32>, tensor<1x7x7x6xf32>) -> tensor<1x7x7x6xf32>
  %a = input "a" <shape = [2, 5, 3]> : () -> tensor<2x5x3xf32>
  %m = input "m" <shape = [3, 4]> : () -> tensor<3x4xf32>
  %t = input "t" <shape = [2, 4, 3]> : () -> tensor<2x4x3xf32>
  %n = input "n" <shape = [4]> : () -> tensor<4xf32>
  %s = input "s" <shape = [2, 5, 4]> : () -> tensor<2x5x4xf32>
  // CHECK: matmul %12, %13 : (tensor<2x5x3xf32>, tensor<3x4xf32>) -> tensor<2x5x4xf32>
  %m0 = matmul %a, %m : (tensor<2x5x3xf32>, tensor<3x4xf32>) -> tensor<2x5x4xf32>
  // CHECK-NEXT: matmul %12, %14, %15 <transpose_b = true> : (tensor<2x5x3xf32>, tensor<2x4x3xf32>, tensor<4xf32>) -> tensor<2x5x4xf32>
  %m1 = matmul %a, %t, %n <transpose_b = true>
      : (tensor<2x5x3xf32>, tensor<2x4x3xf32>, tensor<4xf32>) -> tensor<2x5x4xf32>
  // CHECK-NEXT: matmul %12, %13, %15, %16 <activation = "gelu", residual = true, transpose_b = false> : (tensor<2x5x3xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<2x5x4xf32>) -> tensor<2x5x4xf32>
  %m2 = matmul %a, %m, %n, %s <transpose_b = false, activation = "gelu", residual = true>
      : (tensor<2x5x3xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<2x5x4xf32>) -> tensor<2x5x4xf32>
  // CHECK-NEXT: attention %12, %14, %14 <scale = 1.250000e-01> : (tensor<2x5x3xf32>, tensor<2x4x3xf32>, tensor<2x4x3xf32>) -> tensor<2x5x3xf32>
  %at = attention %a, %t, %t <scale = 0.125>
      : (tensor<2x5x3xf32>, tensor<2x4x3xf32>, tensor<2x4x3xf32>) -> tensor<2x5x3xf32>
}

// CHECK-LABEL: dpsims.graph @norms {
dpsims.graph @norms {
  %x = input "x" <shape = [2, 4, 4, 3]> : () -> tensor<2x4x4x3xf32>
  %c = input "c" <shape = [3]> : () -> tensor<3xf32>
  // CHECK: %2 = reduce %0 <axes = [1, 2], kind = "mean"> : (tensor<2x4x4x3xf32>) -> tensor<2x1x1x3xf32>
  %r0 = reduce %x <kind = "mean", axes = [1, 2]> : (tensor<2x4x4x3xf32>) -> tensor<2x1x1x3xf32>
  // CHECK-NEXT: reduce %0 <axes = [3], kind = "sum"> : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x1xf32>
  %r1 = reduce %x <kind = "sum", axes = [3]> : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x1xf32>
  // CHECK-NEXT: reduce %0 <axes = [0, 1, 2, 3], kind = "max"> : (tensor<2x4x4x3xf32>) -> tensor<1x1x1x1xf32>
  %r2 = reduce %x <kind = "max", axes = [0, 1, 2, 3]> : (tensor<2x4x4x3xf32>) -> tensor<1x1x1x1xf32>
  // CHECK-NEXT: softmax %0 : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
  %s0 = softmax %x : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
  // CHECK-NEXT: softmax %0 <scale = 5.000000e-01> : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
  %s1 = softmax %x <scale = 0.5> : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
  // CHECK-NEXT: layer_norm %0 <eps = 9.9999999999999995E-7> : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
  %l0 = layer_norm %x <eps = 1.0e-6> : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
  // CHECK-NEXT: layer_norm %0, %1, %1 <eps = 9.9999999999999995E-7> : (tensor<2x4x4x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x4x4x3xf32>
  %l1 = layer_norm %x, %c, %c <eps = 1.0e-6>
      : (tensor<2x4x4x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x4x4x3xf32>
  // CHECK-NEXT: %mean, %variance = batch_statistics %0 : (tensor<2x4x4x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %mean, %var = batch_statistics %x : (tensor<2x4x4x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  // CHECK-NEXT: %mean_0, %variance_1 = batch_statistics %0 <groups = 2> : (tensor<2x4x4x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>)
  %means, %vars = batch_statistics %x <groups = 2> : (tensor<2x4x4x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>)
  // CHECK-NEXT: batch_norm %0, %mean_0, %variance_1 <eps = 1.000000e-01>
  %b2 = batch_norm %x, %means, %vars <eps = 0.1>
      : (tensor<2x4x4x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x4x4x3xf32>
  // CHECK-NEXT: batch_norm %0, %mean, %variance <eps = 1.000000e-05> : (tensor<2x4x4x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x4x4x3xf32>
  %b0 = batch_norm %x, %mean, %var <eps = 1.0e-5>
      : (tensor<2x4x4x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x4x4x3xf32>
  // CHECK-NEXT: batch_norm %0, %mean, %variance, %1, %1 <eps = 0> : (tensor<2x4x4x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x4x4x3xf32>
  %b1 = batch_norm %x, %mean, %var, %c, %c <eps = 0>
      : (tensor<2x4x4x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x4x4x3xf32>
  // CHECK-NEXT: max_pool %0 <kernel = 3, padding = 1, stride = 2> : (tensor<2x4x4x3xf32>) -> tensor<2x2x2x3xf32>
  %p = max_pool %x <kernel = 3, stride = 2, padding = 1> : (tensor<2x4x4x3xf32>) -> tensor<2x2x2x3xf32>
}

// CHECK-LABEL: dpsims.graph @shapes {
dpsims.graph @shapes {
  %ids = input "ids" <shape = [1, 4, 6], type = "i32"> : () -> tensor<1x4x6xi32>
  %x = input "x" <shape = [1, 4, 6, 3]> : () -> tensor<1x4x6x3xf32>
  // CHECK: %2 = one_hot %0 <classes = 35> : (tensor<1x4x6xi32>) -> tensor<1x4x6x35xf32>
  %o = one_hot %ids <classes = 35> : (tensor<1x4x6xi32>) -> tensor<1x4x6x35xf32>
  // CHECK-NEXT: instance_edges %0 : (tensor<1x4x6xi32>) -> tensor<1x4x6x1xf32>
  %e = instance_edges %ids : (tensor<1x4x6xi32>) -> tensor<1x4x6x1xf32>
  // CHECK-NEXT: upsample %1 <factor = 2> : (tensor<1x4x6x3xf32>) -> tensor<1x8x12x3xf32>
  %u = upsample %x <factor = 2> : (tensor<1x4x6x3xf32>) -> tensor<1x8x12x3xf32>
  // CHECK-NEXT: reshape %1 <shape = [-1, 9]> : (tensor<1x4x6x3xf32>) -> tensor<8x9xf32>
  %r = reshape %x <shape = [-1, 9]> : (tensor<1x4x6x3xf32>) -> tensor<8x9xf32>
  // CHECK-NEXT: reshape %0 <shape = [24]> : (tensor<1x4x6xi32>) -> tensor<24xi32>
  %i = reshape %ids <shape = [24]> : (tensor<1x4x6xi32>) -> tensor<24xi32>
  // CHECK-NEXT: transpose %1 <perm = [0, 3, 1, 2]> : (tensor<1x4x6x3xf32>) -> tensor<1x3x4x6xf32>
  %t = transpose %x <perm = [0, 3, 1, 2]> : (tensor<1x4x6x3xf32>) -> tensor<1x3x4x6xf32>
  // CHECK-NEXT: broadcast %1 <shape = [2, 5, 4, 6, 3]> : (tensor<1x4x6x3xf32>) -> tensor<2x5x4x6x3xf32>
  %b = broadcast %x <shape = [2, 5, 4, 6, 3]> : (tensor<1x4x6x3xf32>) -> tensor<2x5x4x6x3xf32>
  // CHECK-NEXT: concat %1, %3, %2 <axis = 3> : (tensor<1x4x6x3xf32>, tensor<1x4x6x1xf32>, tensor<1x4x6x35xf32>) -> tensor<1x4x6x39xf32>
  %c = concat %x, %e, %o <axis = 3>
      : (tensor<1x4x6x3xf32>, tensor<1x4x6x1xf32>, tensor<1x4x6x35xf32>) -> tensor<1x4x6x39xf32>
  // CHECK-NEXT: concat %1 <axis = 0> : (tensor<1x4x6x3xf32>) -> tensor<1x4x6x3xf32>
  %c1 = concat %x <axis = 0> : (tensor<1x4x6x3xf32>) -> tensor<1x4x6x3xf32>
  // CHECK-NEXT: slice %1 <size = [1, 2, 2, 3], start = [0, 1, 0, 0], step = [1, 2, 5, 1]> : (tensor<1x4x6x3xf32>) -> tensor<1x2x2x3xf32>
  %s = slice %x <start = [0, 1, 0, 0], step = [1, 2, 5, 1], size = [1, 2, 2, 3]>
      : (tensor<1x4x6x3xf32>) -> tensor<1x2x2x3xf32>
  // CHECK-NEXT: slice %0 <size = [1, 2, 6], start = [0, 2, 0], step = [1, 1, 1]> : (tensor<1x4x6xi32>) -> tensor<1x2x6xi32>
  %s1 = slice %ids <start = [0, 2, 0], step = [1, 1, 1], size = [1, 2, 6]> : (tensor<1x4x6xi32>) -> tensor<1x2x6xi32>
  // CHECK-NEXT: pad %1 <high = [0, 1, 2, 0], low = [0, 0, 1, 0]> : (tensor<1x4x6x3xf32>) -> tensor<1x5x9x3xf32>
  %p = pad %x <low = [0, 0, 1, 0], high = [0, 1, 2, 0]> : (tensor<1x4x6x3xf32>) -> tensor<1x5x9x3xf32>
}

// CHECK-LABEL: dpsims.graph @empty {
// CHECK-NEXT: }
dpsims.graph @empty {
}

// CHECK-LABEL: dpsims.graph @parts {
dpsims.graph @parts {
  // CHECK-NEXT: %0:2 = prepare {
  // CHECK-NEXT:   %3 = weight
  // CHECK-NEXT:   %4 = neg %3
  // CHECK-NEXT:   yield %4, %3 : tensor<4xf32>, tensor<4xf32>
  // CHECK-NEXT: } : tensor<4xf32>, tensor<4xf32>
  %p:2 = prepare {
    %w = weight "w" <shape = [4], init = "ones"> : () -> tensor<4xf32>
    %n = neg %w : (tensor<4xf32>) -> tensor<4xf32>
    yield %n, %w : tensor<4xf32>, tensor<4xf32>
  } : tensor<4xf32>, tensor<4xf32>
  // CHECK-NEXT: prepare {
  // CHECK-NEXT:   yield
  // CHECK-NEXT: }
  prepare {
    yield
  }
  // CHECK-NEXT: %1 = fused %0#0, %0#1 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32> {
  // CHECK-NEXT: ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
  // CHECK-NEXT:   %3 = add %arg0, %arg1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT:   yield %3 : tensor<4xf32>
  // CHECK-NEXT: }
  %f = fused %p#0, %p#1 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    %s = add %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    yield %s : tensor<4xf32>
  }
  // CHECK-NEXT: %2 = fused -> tensor<f32> {
  // CHECK-NEXT:   %3 = constant <value = 1> : () -> tensor<f32>
  // CHECK-NEXT:   yield %3 : tensor<f32>
  // CHECK-NEXT: }
  %c = fused -> tensor<f32> {
    %one = constant <value = 1> : () -> tensor<f32>
    yield %one : tensor<f32>
  }
  output "f" %f : tensor<4xf32>
}
