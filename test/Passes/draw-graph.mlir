// RUN: dpsims-opt %s --dpsims-draw-graph=file=%t.dot -o %t.mlir && FileCheck %s --input-file=%t.dot
// RUN: dpsims-opt %s -o %t.same.mlir && cmp %t.mlir %t.same.mlir
// RUN: not dpsims-opt %s --dpsims-draw-graph=file=%t.none/x.dot -o /dev/null 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: cannot open output file '{{.*}}x.dot': No such file or directory

// Boxes with names, attributes, weights and costs; arrows with shapes.
// CHECK:      digraph "drawn" {
// CHECK-NEXT: label="drawn: 4.61 kFLOP, 2.72 kB read and written by 3 ops"
// CHECK:      n0 [label="input x", shape=ellipse];
// CHECK-NEXT: n1 [label="conv2d\npadding = 1\nnet.\"conv\".weight 4x2x3x3\n4.61 kFLOP, 1.06 kB", fillcolor="0.09 0.70 1.0"];
// CHECK-NEXT: n0 -> n1 [label="1x4x8x2"];
// CHECK-NEXT: n2 [label="leaky_relu\nslope = 0.2\n1.02 kB"];
// CHECK-NEXT: n1 -> n2 [label="1x4x8x4"];
// CHECK:      n4 [label="output y", shape=ellipse];
// CHECK-NEXT: n3 -> n4 [label="1x4x8x4 u8"];
dpsims.graph @drawn {
  %x = input "x" <shape = [1, 4, 8, 2]> : () -> tensor<1x4x8x2xf32>
  %w = weight "net.\"conv\".weight" <shape = [4, 2, 3, 3], init = "zeros"> : () -> tensor<4x2x3x3xf32>
  %c = conv2d %x, %w <padding = 1> : (tensor<1x4x8x2xf32>, tensor<4x2x3x3xf32>) -> tensor<1x4x8x4xf32>
  %a = leaky_relu %c <slope = 0.2> : (tensor<1x4x8x4xf32>) -> tensor<1x4x8x4xf32>
  %b = cast %a <type = "u8"> : (tensor<1x4x8x4xf32>) -> tensor<1x4x8x4xui8>
  output "y" %b : tensor<1x4x8x4xui8>
}

// Of an optimized graph: what runs once is one box, a fused op lists its body.
// CHECK:      digraph "optimized" {
// CHECK:      prepare [shape=note, label="prepare\n1 ops, when weights are loaded"];
// CHECK:      n1 [label="fused\nmul, relu\nprepared 3\n36 B"];
// CHECK-NEXT: n0 -> n1 [label="3"];
// CHECK-NOT:  prepare ->
dpsims.graph @optimized {
  %p = prepare {
    %w = weight "w" <shape = [3], init = "ones"> : () -> tensor<3xf32>
    %e = exp %w : (tensor<3xf32>) -> tensor<3xf32>
    yield %e : tensor<3xf32>
  } : tensor<3xf32>
  %x = input "x" <shape = [3]> : () -> tensor<3xf32>
  %y = fused %x, %p : tensor<3xf32>, tensor<3xf32> -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>, %b: tensor<3xf32>):
    %m = mul %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %r = relu %m : (tensor<3xf32>) -> tensor<3xf32>
    yield %r : tensor<3xf32>
  }
  output "y" %y : tensor<3xf32>
}
