// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every op that is not a library step ends in a fused op, one kernel each.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-fuse-elementwise | FileCheck %s

// The part that is computed at load has its own groups.
// CHECK-LABEL: dpsims.graph @load {
// CHECK-NEXT: %0 = prepare {
// CHECK-NEXT: %2 = weight "w"
// CHECK-NEXT: %3 = fused %2 : tensor<3xf32> -> tensor<3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<3xf32>):
// CHECK-NEXT: %4 = neg %arg0
// CHECK-NEXT: %5 = exp %4
// CHECK-NEXT: yield %5
// CHECK-NEXT: }
// CHECK-NEXT: yield %3
// CHECK-NEXT: } : tensor<3xf32>
// CHECK-NEXT: %1 = fused %0 : tensor<3xf32> -> tensor<3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<3xf32>):
// CHECK-NEXT: %2 = neg %arg0
// CHECK-NEXT: yield %2
// CHECK-NEXT: }
// CHECK-NEXT: output "y" %1
// CHECK-NEXT: }
dpsims.graph @load {
  %0 = prepare {
    %w = weight "w" <shape = [3], init = "ones"> : () -> tensor<3xf32>
    %a = neg %w : (tensor<3xf32>) -> tensor<3xf32>
    %b = exp %a : (tensor<3xf32>) -> tensor<3xf32>
    yield %b : tensor<3xf32>
  } : tensor<3xf32>
  %y = neg %0 : (tensor<3xf32>) -> tensor<3xf32>
  output "y" %y : tensor<3xf32>
}

// A chain is one kernel; a constant is part of it; what it reads are its arguments, each once.
// CHECK-LABEL: dpsims.graph @chain {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = input "b"
// CHECK-NEXT: %2 = fused %0, %1 : tensor<2x3xf32>, tensor<3xf32> -> tensor<2x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<3xf32>):
// CHECK-NEXT: %3 = constant <value = 5.000000e-01>
// CHECK-NEXT: %4 = add %arg0, %arg1
// CHECK-NEXT: %5 = mul %4, %3
// CHECK-NEXT: %6 = relu %5
// CHECK-NEXT: %7 = sub %6, %arg0
// CHECK-NEXT: yield %7
// CHECK-NEXT: }
// CHECK-NEXT: output "y" %2
// CHECK-NEXT: }
dpsims.program @chain {
  %x = input "x" <shape = [2, 3]>
  %b = input "b" <shape = [3]>
  %half = constant <value = 0.5>
  %a = add %x, %b
  %c = mul %a, %half
  %d = relu %c
  %y = sub %d, %x
  output "y" %y
}

// Arithmetic on one large tensor is computed again by each kernel that reads it: reading the tensor costs no more than
// reading the result.
// CHECK-LABEL: dpsims.graph @repeated {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = fused %0 : tensor<2x3xf32> -> tensor<2x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x3xf32>):
// CHECK-NEXT: %3 = exp %arg0
// CHECK-NEXT: %4 = neg %3
// CHECK-NEXT: yield %4
// CHECK-NEXT: }
// CHECK-NEXT: %2 = fused %0 : tensor<2x3xf32> -> tensor<2x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x3xf32>):
// CHECK-NEXT: %3 = exp %arg0
// CHECK-NEXT: %4 = abs %3
// CHECK-NEXT: yield %4
// CHECK-NEXT: }
dpsims.program @repeated {
  %x = input "x" <shape = [2, 3]>
  %a = exp %x
  %b = neg %a
  %c = abs %a
  output "b" %b
  output "c" %c
}

// Of two large tensors it is computed once, by a kernel of its own; the two readers are kernels too.
// CHECK-LABEL: dpsims.graph @two {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = input "z"
// CHECK-NEXT: %2 = fused %0, %1 : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<2x3xf32>):
// CHECK-NEXT: %5 = mul %arg0, %arg1
// CHECK-NEXT: yield %5
// CHECK-NEXT: }
// CHECK-NEXT: %3 = fused %2 : tensor<2x3xf32> -> tensor<2x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x3xf32>):
// CHECK-NEXT: %5 = neg %arg0
// CHECK-NEXT: yield %5
// CHECK-NEXT: }
// CHECK-NEXT: %4 = fused %2 : tensor<2x3xf32> -> tensor<2x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x3xf32>):
// CHECK-NEXT: %5 = abs %arg0
// CHECK-NEXT: yield %5
// CHECK-NEXT: }
// CHECK-NEXT: output "b" %3
// CHECK-NEXT: output "c" %4
dpsims.program @two {
  %x = input "x" <shape = [2, 3]>
  %z = input "z" <shape = [2, 3]>
  %a = mul %x, %z
  %b = neg %a
  %c = abs %a
  output "b" %b
  output "c" %c
}

// A vector that takes work is a kernel of its own, not computed again at every pixel.
// CHECK-LABEL: dpsims.graph @vector {
// CHECK: = fused %1 : tensor<4xf32> -> tensor<4xf32> {
// CHECK: rsqrt
// CHECK: }
// CHECK-NEXT: = fused %0, %2 : tensor<64x4xf32>, tensor<4xf32> -> tensor<64x4xf32> {
dpsims.program @vector {
  %x = input "x" <shape = [64, 4]>
  %v = input "v" <shape = [4]>
  %s = rsqrt %v
  %y = mul %x, %s
  output "y" %y
}

// A diamond has one root: one kernel.
// CHECK-LABEL: dpsims.graph @diamond {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = fused %0 : tensor<2x3xf32> -> tensor<2x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x3xf32>):
// CHECK-NEXT: %2 = exp %arg0
// CHECK-NEXT: %3 = neg %2
// CHECK-NEXT: %4 = abs %2
// CHECK-NEXT: %5 = mul %3, %4
// CHECK-NEXT: yield %5
// CHECK-NEXT: }
// CHECK-NEXT: output "y" %1
// CHECK-NEXT: }
dpsims.program @diamond {
  %x = input "x" <shape = [2, 3]>
  %a = exp %x
  %b = neg %a
  %c = abs %a
  %y = mul %b, %c
  output "y" %y
}

// What only picks elements is repeated in each group that reads it.
// CHECK-LABEL: dpsims.graph @picks {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = input "ids"
// CHECK-NEXT: %2 = fused %0, %1 : tensor<1x2x2x4xf32>, tensor<1x4x4xi32> -> tensor<1x4x4x4xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x2x2x4xf32>, %arg1: tensor<1x4x4xi32>):
// CHECK-NEXT: %4 = upsample %arg0 <factor = 2>
// CHECK-NEXT: %5 = one_hot %arg1 <classes = 4>
// CHECK-NEXT: %6 = add %4, %5
// CHECK-NEXT: yield %6
// CHECK-NEXT: }
// CHECK-NEXT: %3 = fused %0 : tensor<1x2x2x4xf32> -> tensor<1x4x4x4xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x2x2x4xf32>):
// CHECK-NEXT: %4 = upsample %arg0 <factor = 2>
// CHECK-NEXT: %5 = mul %4, %4
// CHECK-NEXT: yield %5
// CHECK-NEXT: }
// CHECK-NEXT: output "a" %2
// CHECK-NEXT: output "b" %3
// CHECK-NEXT: }
dpsims.program @picks {
  %x = input "x" <shape = [1, 2, 2, 4]>
  %ids = input "ids" <shape = [1, 4, 4], type = "i32">
  %u = upsample %x <factor = 2>
  %o = one_hot %ids <classes = 4>
  %a = add %u, %o
  %b = mul %u, %u
  output "a" %a
  output "b" %b
}

// A library step, an output, a reshape and a reduction end a group: what they read is in memory.
// CHECK-LABEL: dpsims.graph @ends {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = fused %0 : tensor<4x4xf32> -> tensor<4x4xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<4x4xf32>):
// CHECK-NEXT: %8 = relu %arg0
// CHECK-NEXT: yield %8
// CHECK-NEXT: }
// CHECK-NEXT: %2 = matmul %1, %1
// CHECK-NEXT: %3 = fused %2 : tensor<4x4xf32> -> tensor<4x4xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<4x4xf32>):
// CHECK-NEXT: %8 = neg %arg0
// CHECK-NEXT: yield %8
// CHECK-NEXT: }
// CHECK-NEXT: %4 = reshape %3 <shape = [2, 8]>
// CHECK-NEXT: %5 = fused %4 : tensor<2x8xf32> -> tensor<2x8xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x8xf32>):
// CHECK-NEXT: %8 = exp %arg0
// CHECK-NEXT: yield %8
// CHECK-NEXT: }
// CHECK-NEXT: %6 = fused %5 : tensor<2x8xf32> -> tensor<2x1xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x8xf32>):
// CHECK-NEXT: %8 = reduce %arg0 <axes = [1], kind = "sum">
// CHECK-NEXT: yield %8
// CHECK-NEXT: }
// CHECK-NEXT: %7 = fused %6 : tensor<2x1xf32> -> tensor<2x1xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x1xf32>):
// CHECK-NEXT: %8 = log %arg0
// CHECK-NEXT: yield %8
// CHECK-NEXT: }
// CHECK-NEXT: output "e" %5
// CHECK-NEXT: output "l" %7
// CHECK-NEXT: }
dpsims.program @ends {
  %x = input "x" <shape = [4, 4]>
  %a = relu %x
  %m = matmul %a, %a
  %n = neg %m
  %r = reshape %n <shape = [2, 8]>
  %e = exp %r
  %s = reduce %e <kind = "sum", axes = [1]>
  %l = log %s
  output "e" %e
  output "l" %l
}

// Each of these is a kernel of its own: nobody takes what it makes. Rows and pads take arithmetic in front of them.
// CHECK-LABEL: dpsims.graph @alone {
// CHECK-NEXT: %0 = input "x" <shape = [1, 4, 4, 3]>
// CHECK-NEXT: %1 = input "ids" <shape = [1, 4, 4], type = "i32">
// CHECK-NEXT: %2 = fused %0 : tensor<1x4x4x3xf32> -> tensor<1x4x4x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x4x4x3xf32>):
// CHECK-NEXT: %9 = relu %arg0
// CHECK-NEXT: %10 = softmax %9 <scale = 5.000000e-01>
// CHECK-NEXT: yield %10
// CHECK-NEXT: }
// CHECK-NEXT: %3 = fused %2 : tensor<1x4x4x3xf32> -> tensor<1x4x4x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x4x4x3xf32>):
// CHECK-NEXT: %9 = layer_norm %arg0 <eps = 1>
// CHECK-NEXT: yield %9
// CHECK-NEXT: }
// CHECK-NEXT: %4 = fused %3 : tensor<1x4x4x3xf32> -> tensor<1x2x2x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x4x4x3xf32>):
// CHECK-NEXT: %9 = max_pool %arg0 <kernel = 2, padding = 0, stride = 2>
// CHECK-NEXT: yield %9
// CHECK-NEXT: }
// CHECK-NEXT: %5 = fused %4 : tensor<1x2x2x3xf32> -> tensor<1x4x4x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x2x2x3xf32>):
// CHECK-NEXT: %9 = pad %arg0 <high = [0, 1, 1, 0], low = [0, 1, 1, 0]>
// CHECK-NEXT: yield %9
// CHECK-NEXT: }
// CHECK-NEXT: %6 = fused %5 : tensor<1x4x4x3xf32> -> tensor<1x1x1x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x4x4x3xf32>):
// CHECK-NEXT: %9 = reduce %arg0 <axes = [0, 1, 2], kind = "mean">
// CHECK-NEXT: yield %9
// CHECK-NEXT: }
// CHECK-NEXT: %7 = fused %1 : tensor<1x4x4xi32> -> tensor<1x4x4x1xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x4x4xi32>):
// CHECK-NEXT: %9 = instance_edges %arg0
// CHECK-NEXT: yield %9
// CHECK-NEXT: }
// CHECK-NEXT: %8 = fused %5, %6, %7 : tensor<1x4x4x3xf32>, tensor<1x1x1x3xf32>, tensor<1x4x4x1xf32> -> tensor<1x4x4x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x4x4x3xf32>, %arg1: tensor<1x1x1x3xf32>, %arg2: tensor<1x4x4x1xf32>):
// CHECK-NEXT: %9 = sub %arg0, %arg1
// CHECK-NEXT: %10 = mul %9, %arg2
// CHECK-NEXT: yield %10
// CHECK-NEXT: }
// CHECK-NEXT: output "y" %8
// CHECK-NEXT: }
dpsims.program @alone {
  %x = input "x" <shape = [1, 4, 4, 3]>
  %ids = input "ids" <shape = [1, 4, 4], type = "i32">
  %a = relu %x
  %s = softmax %a <scale = 0.5>
  %n = layer_norm %s <eps = 1>
  %p = max_pool %n <kernel = 2, stride = 2, padding = 0>
  %d = pad %p <low = [0, 1, 1, 0], high = [0, 1, 1, 0]>
  %mean = reduce %d <kind = "mean", axes = [0, 1, 2]>
  %c = sub %d, %mean
  %e = instance_edges %ids
  %y = mul %c, %e
  output "y" %y
}

// A concat takes its producers in; what reads the concat does not.
// CHECK-LABEL: dpsims.graph @concats {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = input "z"
// CHECK-NEXT: %2 = fused %0, %1 : tensor<1x2x2x4xf32>, tensor<1x4x4x1xf32> -> tensor<1x4x4x6xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x2x2x4xf32>, %arg1: tensor<1x4x4x1xf32>):
// CHECK-NEXT: %4 = upsample %arg0 <factor = 2>
// CHECK-NEXT: %5 = neg %arg1
// CHECK-NEXT: %6 = concat %4, %5, %arg1 <axis = 3>
// CHECK-NEXT: yield %6
// CHECK-NEXT: }
// CHECK-NEXT: %3 = fused %2 : tensor<1x4x4x6xf32> -> tensor<1x4x4x6xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x4x4x6xf32>):
// CHECK-NEXT: %4 = relu %arg0
// CHECK-NEXT: yield %4
// CHECK-NEXT: }
// CHECK-NEXT: output "y" %3
// CHECK-NEXT: }
dpsims.program @concats {
  %x = input "x" <shape = [1, 2, 2, 4]>
  %z = input "z" <shape = [1, 4, 4, 1]>
  %u = upsample %x <factor = 2>
  %n = neg %z
  %c = concat %u, %n, %z <axis = 3>
  %y = relu %c
  output "y" %y
}

// Above a transposition only arithmetic joins: its vectors run along another axis.
// CHECK-LABEL: dpsims.graph @transposed {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = fused %0 : tensor<1x2x2x3xf32> -> tensor<1x4x4x3xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x2x2x3xf32>):
// CHECK-NEXT: %3 = constant <value = [1.000000e+00, 2.000000e+00, 3.000000e+00]>
// CHECK-NEXT: %4 = upsample %arg0 <factor = 2>
// CHECK-NEXT: %5 = mul %4, %3
// CHECK-NEXT: yield %5
// CHECK-NEXT: }
// CHECK-NEXT: %2 = fused %1 : tensor<1x4x4x3xf32> -> tensor<1x3x4x4xui8> {
// CHECK-NEXT: ^bb0(%arg0: tensor<1x4x4x3xf32>):
// CHECK-NEXT: %3 = constant <value = 5.000000e-01>
// CHECK-NEXT: %4 = add %arg0, %3
// CHECK-NEXT: %5 = transpose %4 <perm = [0, 3, 1, 2]>
// CHECK-NEXT: %6 = cast %5 <type = "u8">
// CHECK-NEXT: yield %6
// CHECK-NEXT: }
// CHECK-NEXT: output "y" %2
// CHECK-NEXT: }
dpsims.program @transposed {
  %x = input "x" <shape = [1, 2, 2, 3]>
  %scale = constant <value = [1.0, 2.0, 3.0]>
  %half = constant <value = 0.5>
  %u = upsample %x <factor = 2>
  %m = mul %u, %scale
  %a = add %m, %half
  %t = transpose %a <perm = [0, 3, 1, 2]>
  %y = cast %t <type = "u8">
  output "y" %y
}

// A constant that a library step or an output reads is made by a kernel of its own, besides.
// CHECK-LABEL: dpsims.graph @constants {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = fused -> tensor<2x2xf32> {
// CHECK-NEXT: %4 = constant <shape = [2, 2], value = 1>
// CHECK-NEXT: yield %4
// CHECK-NEXT: }
// CHECK-NEXT: %2 = matmul %0, %1
// CHECK-NEXT: %3 = fused %2 : tensor<2x2xf32> -> tensor<2x2xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<2x2xf32>):
// CHECK-NEXT: %4 = constant <shape = [2, 2], value = 1>
// CHECK-NEXT: %5 = add %arg0, %4
// CHECK-NEXT: yield %5
// CHECK-NEXT: }
// CHECK-NEXT: output "y" %3
// CHECK-NEXT: output "c" %1
// CHECK-NEXT: }
dpsims.program @constants {
  %x = input "x" <shape = [2, 2]>
  %c = constant <value = 1, shape = [2, 2]>
  %m = matmul %x, %c
  %y = add %m, %c
  output "y" %y
  output "c" %c
}

// Reductions of rows, and arithmetic on their results, join the elementwise op on whole rows that needs them.
// CHECK-LABEL: dpsims.graph @row_group {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = fused %0 : tensor<6x80xf32> -> tensor<6x80xf32> {
// CHECK-NEXT: ^bb0(%arg0: tensor<6x80xf32>):
// CHECK-NEXT: %2 = reduce %arg0 <axes = [1], kind = "mean">
// CHECK-NEXT: %3 = sub %arg0, %2
// CHECK-NEXT: %4 = square %3
// CHECK-NEXT: %5 = reduce %4 <axes = [1], kind = "mean">
// CHECK-NEXT: %6 = rsqrt %5
// CHECK-NEXT: %7 = mul %3, %6
// CHECK-NEXT: yield %7
// CHECK-NEXT: }
// CHECK-NEXT: output "y" %1
// CHECK-NEXT: }
dpsims.program @row_group {
  %x = input "x" <shape = [6, 80]>
  %mean = reduce %x <kind = "mean", axes = [1]>
  %d = sub %x, %mean
  %q = square %d
  %variance = reduce %q <kind = "mean", axes = [1]>
  %s = rsqrt %variance
  %y = mul %d, %s
  output "y" %y
}

// What two kernels read is stored: the sum, which is an output too.
// CHECK-LABEL: dpsims.graph @row_sum {
// CHECK: = fused %0 : tensor<6x80xf32> -> tensor<6x1xf32> {
// CHECK: reduce
// CHECK: }
// CHECK-NEXT: = fused %0, %1 : tensor<6x80xf32>, tensor<6x1xf32> -> tensor<6x80xf32> {
// CHECK-NOT: reduce
// CHECK: output
dpsims.program @row_sum {
  %x = input "x" <shape = [6, 80]>
  %s = reduce %x <kind = "sum", axes = [1]>
  %y = sub %x, %s
  output "s" %s
  output "y" %y
}

// So is what takes much work and would be computed twice.
// CHECK-LABEL: dpsims.graph @row_work {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = fused %0 : tensor<6x80xf32> -> tensor<6x80xf32> {
// CHECK-NEXT: ^bb0
// CHECK-NEXT: exp
// CHECK-NEXT: exp
// CHECK-NEXT: yield
// CHECK-NEXT: }
// CHECK-NEXT: %2 = fused %1 : tensor<6x80xf32> -> tensor<6x80xf32> {
// CHECK-NEXT: ^bb0
// CHECK-NEXT: reduce
// CHECK-NEXT: div
// CHECK-NEXT: yield
dpsims.program @row_work {
  %x = input "x" <shape = [6, 80]>
  %a = exp %x
  %e = exp %a
  %s = reduce %e <kind = "sum", axes = [1]>
  %y = div %e, %s
  output "y" %y
}

// Columns are not rows.
// CHECK-LABEL: dpsims.graph @columns {
// CHECK: = fused %0 : tensor<6x80xf32> -> tensor<1x80xf32> {
// CHECK: = fused %0, %1 : tensor<6x80xf32>, tensor<1x80xf32> -> tensor<6x80xf32> {
dpsims.program @columns {
  %x = input "x" <shape = [6, 80]>
  %s = reduce %x <kind = "sum", axes = [0]>
  %y = sub %x, %s
  output "y" %y
}
