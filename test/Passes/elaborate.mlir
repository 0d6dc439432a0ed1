// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Programs become graphs: parameters, defaults, let, if, repeat, lists, instances; what the text declares is gone.
// RUN: dpsims-opt %s --dpsims-elaborate | FileCheck %s
// RUN: dpsims-opt %s --dpsims-elaborate | FileCheck %s --check-prefix=GONE
// RUN: dpsims-opt %s --dpsims-elaborate=programs=lists,names | FileCheck %s --check-prefix=CHOSEN
// RUN: dpsims-opt %s --dpsims-elaborate=programs=names --mlir-print-debuginfo | FileCheck %s --check-prefix=PLACE

// GONE-NOT: dpsims.{{block|network|program|section|import}}
// GONE-NOT: {{let|assert|instance|repeat| if |list|append|get|none}} {{.*}}%
// CHOSEN-NOT: graph @parameters
// CHOSEN: dpsims.graph @names
// CHOSEN-NOT: graph @shapes
// CHOSEN: dpsims.graph @lists
// CHOSEN-NOT: dpsims.graph

// Parameters: given, by default, by defaults that use the parameters before; an int for a float is a float.
dpsims.block @Parameters<a: int, b: int = a * 2, c: list = [a, b], f: float = b, s: string = "s{a}",
                         r: record = {x = c}>() {
  let d = [a, b] + c
  let e = r.x[1] + len(d)
  %l = constant <value = d>
  %e = constant <value = e>
  %f = constant <value = f>
  // A name takes the value of the parameter or let in braces.
  %w = weight "{s}_{ e }_{f}_{c}" <shape = c, init = "zeros">
  return %l, %f
}
// CHECK-LABEL: dpsims.graph @parameters {
dpsims.program @parameters<batch: int = 2> {
  // CHECK-NEXT: constant <value = [3, 6, 3, 6]> : () -> tensor<4xf32>
  // CHECK-NEXT: constant <value = 10> : () -> tensor<f32>
  // CHECK-NEXT: constant <value = 6.000000e+00> : () -> tensor<f32>
  // CHECK-NEXT: weight "s{a}_10_6.000000e+00_[3, 6]" <init = "zeros", shape = [3, 6], trained = true> : () -> tensor<3x6xf32>
  %a:2 = instance @Parameters<a = 3>()
  // CHECK-NEXT: constant <value = [2, 5, 1, 1]>
  // CHECK-NEXT: constant <value = 5>
  // CHECK-NEXT: constant <value = 5.000000e-01>
  // CHECK-NEXT: weight "b.net_5_5.000000e-01_[1, 1]"
  let rest = {b = 5, s = "net"}
  let batch2 = batch
  %b:2 = instance "b" @Parameters<a = batch2, c = [1, 1], f = 0.5, ...rest>()
}

// Weights are named by the path of their instances; `frozen` holds for everything below.
dpsims.block @Leaf<trained: bool = true>(%x) {
  %w = weight "weight" <shape = [2, 3], init = "normal", value = 0.5, trained = trained>
  %s = state "u" <shape = [2], init = "singular_left", of = "weight">
  %y = add %x, %w
  return %y
}
dpsims.block @Middle<n: int>(%x) {
  %y = repeat i to n (%a = %x) {
    %b = instance "leaf{i}" @Leaf(%a)
    yield %b
  }
  %z = instance frozen "last" @Leaf<trained = true>(%y)
  %c = instance "untrained" @Leaf<trained = false>(%z)
  return %c
}
dpsims.block @Through(%x) {
  %y = instance @Leaf(%x)
  return %y
}
// CHECK-LABEL: dpsims.graph @names {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = weight "net.leaf0.weight" <init = "normal", shape = [2, 3], trained = true, value = 5.000000e-01>
// CHECK-NEXT: %2 = state "net.leaf0.u" <init = "singular_left", of = "net.leaf0.weight", shape = [2]>
// CHECK-NEXT: %3 = add %0, %1
// CHECK-NEXT: %4 = weight "net.leaf1.weight" {{.*}}trained = true
// CHECK-NEXT: %5 = state "net.leaf1.u" <init = "singular_left", of = "net.leaf1.weight"
// CHECK-NEXT: %6 = add %3, %4
// CHECK-NEXT: %7 = weight "net.last.weight" {{.*}}trained = false
// CHECK-NEXT: state "net.last.u"
// CHECK-NEXT: %9 = add %6, %7
// CHECK-NEXT: weight "net.untrained.weight" {{.*}}trained = false
// CHECK-NEXT: state
// CHECK-NEXT: add
// CHECK-NEXT: weight "cold.leaf0.weight" {{.*}}trained = false
// CHECK-NEXT: state
// CHECK-NEXT: add
// CHECK-NEXT: weight "cold.last.weight" {{.*}}trained = false
// CHECK:      weight "cold.untrained.weight" {{.*}}trained = false
// An instance without a name adds nothing to the path.
// CHECK:      weight "weight" {{.*}}trained = true
// CHECK-NEXT: state "u" <init = "singular_left", of = "weight"
// CHECK-NEXT: %[[LAST:.*]] = add
// CHECK-NEXT: output "y" %[[LAST]] : tensor<2x3xf32>
// CHECK-NEXT: }
// The text's place, then the instances through which it was reached.
// PLACE: weight "net.leaf0.weight" {{.*}} loc([[CALL:#loc[0-9]+]])
// PLACE-DAG: [[WEIGHT:#loc[0-9]*]] = loc("{{.*}}elaborate.mlir":[[#]]:8)
// PLACE-DAG: [[CALL]] = loc(callsite({{.*}} at {{.*}}))
dpsims.program @names {
  %x = input "x" <shape = [2, 3]>
  %y = instance "net" @Middle<n = 2>(%x)
  %z = instance frozen "cold" @Middle<n = 1>(%y)
  %r = instance @Through(%z)
  output "y" %r
}

// A shared instance has the weights that are there already.
// CHECK-LABEL: dpsims.graph @shared {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = weight "net.weight"
// CHECK-NEXT: %2 = state "net.u"
// CHECK-NEXT: %3 = add %0, %1
// CHECK-NEXT: %4 = add %3, %1
// CHECK-NEXT: output "y" %4
dpsims.program @shared {
  %x = input "x" <shape = [2, 3]>
  %y = instance "net" @Leaf(%x)
  %z = instance shared "net" @Leaf(%y)
  output "y" %z
}

// shape, if, a let in a body, none.
dpsims.block @Grow<to: int>(%x, %optional) {
  let s = shape %x
  assert len(s) == 4, "an image is wanted, not {s}"
  %y = if s[1] < to {
    let factor = to / s[1]
    %u = upsample %x <factor = factor>
    yield %u
  } else {
    yield %x
  }
  let t = shape %y
  if t[1] == s[1] {
    let factor = "this factor is another one"
  }
  %none = none
  %b = if s[1] < to { yield %optional } else { yield %none }
  %w = weight "w" <shape = [3, s[3], 1, 1], init = "zeros">
  %r = conv2d %y, %w, %b
  return %r, %b
}
// CHECK-LABEL: dpsims.graph @shapes {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = input "b"
// CHECK-NEXT: %2 = upsample %0 <factor = 2> : (tensor<1x4x4x2xf32>) -> tensor<1x8x8x2xf32>
// CHECK-NEXT: %3 = weight "a.w" <init = "zeros", shape = [3, 2, 1, 1]
// CHECK-NEXT: %4 = conv2d %2, %3, %1 : (tensor<1x8x8x2xf32>, tensor<3x2x1x1xf32>, tensor<3xf32>) -> tensor<1x8x8x3xf32>
// CHECK-NEXT: %5 = weight "b.w" <init = "zeros", shape = [3, 3, 1, 1]
// CHECK-NEXT: %6 = conv2d %4, %5 : (tensor<1x8x8x3xf32>, tensor<3x3x1x1xf32>) -> tensor<1x8x8x3xf32>
// CHECK-NEXT: output "y" %6
dpsims.program @shapes {
  %x = input "x" <shape = [1, 4, 4, 2]>
  %b = input "b" <shape = [3]>
  %y, %same = instance "a" @Grow<to = 8>(%x, %b)
  %z, %none = instance "b" @Grow<to = 8>(%y, %same)
  output "y" %z
}

// Lists of values: made, appended to, indexed, concatenated, carried by repeat, passed to a block and back.
dpsims.block @Pyramid<n: int>(%x) {
  %start = list()
  %last, %all = repeat i to n (%a = %x, %l = %start) {
    %b = upsample %a <factor = 2>
    %m = append %l, %b
    yield %b, %m
  }
  return %all
}
// CHECK-LABEL: dpsims.graph @lists {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = upsample %0 <factor = 2> : (tensor<1x2x2x1xf32>) -> tensor<1x4x4x1xf32>
// CHECK-NEXT: %2 = upsample %1 <factor = 2> : (tensor<1x4x4x1xf32>) -> tensor<1x8x8x1xf32>
// CHECK-NEXT: %3 = upsample %2 <factor = 2> : (tensor<1x8x8x1xf32>) -> tensor<1x16x16x1xf32>
// CHECK-NEXT: %4 = relu %2
// CHECK-NEXT: %5 = neg %2
// CHECK-NEXT: %6 = concat %2, %4, %5, %4 <axis = 3> : (tensor<1x8x8x1xf32>, tensor<1x8x8x1xf32>, tensor<1x8x8x1xf32>, tensor<1x8x8x1xf32>) -> tensor<1x8x8x4xf32>
// CHECK-NEXT: output "y" %6
// CHECK-NEXT: output "level0" %1
// CHECK-NEXT: output "level1" %2
// CHECK-NEXT: output "level2" %3
// CHECK-NEXT: }
dpsims.program @lists<levels: int = 3> {
  %x = input "x" <shape = [1, 2, 2, 1]>
  %all = instance @Pyramid<n = levels>(%x)
  %middle = get %all <index = levels - 2>
  %a = relu %middle
  %b = neg %middle
  %l = list(%middle, %a)
  // append makes a longer list, and leaves the one it was given.
  %m = append %l, %b
  %y = concat %m, %a <axis = 3>
  %n = get %l <index = 1>
  output "y" %y
  repeat i to levels {
    %level = get %all <index = i>
    output "level{i}" %level
  }
}

// No iteration: the initial values.
// CHECK-LABEL: dpsims.graph @none {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: output "y" %0
// CHECK-NEXT: }
dpsims.program @none {
  %x = input "x" <shape = [1]>
  %y = repeat i to 0 (%a = %x) {
    %w = weight "w{i}" <shape = [1], init = "zeros">
    %b = add %a, %w
    yield %b
  }
  output "y" %y
}

// Recursion that ends: every instance has a parameter that shrinks.
dpsims.block @Recursive<n: int>(%x) {
  %y = if n == 0 {
    yield %x
  } else {
    %a = relu %x
    %b = instance "r" @Recursive<n = n - 1>(%a)
    yield %b
  }
  return %y
}
// CHECK-LABEL: dpsims.graph @recursive {
// CHECK-COUNT-3: relu
// CHECK-NOT: relu
// CHECK: output
dpsims.program @recursive {
  %x = input "x" <shape = [1]>
  %y = instance "r" @Recursive<n = 3>(%x)
  output "y" %y
}

// Of several optional operands some.
// CHECK-LABEL: dpsims.graph @optional {
// CHECK: conv2d %0, %1, %0 <residual = true> : (tensor<1x4x4x2xf32>, tensor<2x2x1x1xf32>, tensor<1x4x4x2xf32>)
// CHECK-NEXT: %[[N:.*]] = layer_norm %{{.*}} <eps = {{.*}}> : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
dpsims.program @optional {
  %none = none
  %x = input "x" <shape = [1, 4, 4, 2]>
  %w = weight "w" <shape = [2, 2, 1, 1], init = "zeros">
  %y = conv2d %x, %w, %none, %x <residual = true>
  %z = layer_norm %y, %none, %none <eps = 1.0e-6>
  output "y" %z
}
