// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every op of the language's structure: what is printed parses, and prints the same.
// RUN: dpsims-opt %s -o %t.once
// RUN: dpsims-opt %t.once -o %t.twice
// RUN: diff %t.once %t.twice
// RUN: FileCheck %s < %t.once

// CHECK: dpsims.import "nn.mlir"
dpsims.import "nn.mlir"

// CHECK: dpsims.section "generator" of @Network
dpsims.section "generator" of @Network

// CHECK-LABEL: dpsims.block @Nothing() {
// CHECK-NEXT: return{{$}}
dpsims.block @Nothing() {
  return
}

// An empty list of parameters is none.
// CHECK-LABEL: dpsims.block @NoParameters(%arg0) {
dpsims.block @NoParameters<>(%x) {
  return %x
}

// CHECK-LABEL: dpsims.block @Parameters<i: int, f: float = 1.000000e+00, g: float = 2, s: string = "add", b: bool = true, l: list = [2, [3, 4], "a"], r: record = {a = 1, b = {c = []}}, e: record = {}, n: int = -1, w: int = i * 2 + len(l), c: bool = (i < 3)>(%arg0, %arg1) {
// CHECK-NEXT: return %arg1, %arg0
dpsims.block @Parameters<i: int, f: float = 1.0, g: float = 2, s: string = "add", b: bool = true,
                         l: list = [2, [3, 4], "a"], r: record = {b = {c = []}, a = 1}, e: record = {},
                         n: int = -1, w: int = i * 2 + len(l), c: bool = (i < 3)>(%x, %y) {
  return %y, %x
}

// CHECK-LABEL: dpsims.network @Network<gain: float = 2.000000e+00>(%arg0) {
// CHECK-NEXT: %0 = constant <value = gain>
// CHECK-NEXT: %1 = mul %arg0, %0
// CHECK-NEXT: return %1
dpsims.network @Network<gain: float = 2.0>(%x) {
  %g = constant <value = gain>
  %y = mul %x, %g
  return %y
}

// CHECK-LABEL: dpsims.program @program<batch: int = 1, size: list> {
// CHECK-NEXT: %0 = input "x" <shape = [batch, size[0], 4]>
// CHECK-NEXT: %1 = input "ids" <shape = [batch], type = "i32">
// CHECK-NEXT: output "y" %0
dpsims.program @program<batch: int = 1, size: list> {
  %x = input "x" <shape = [batch, size[0], 4]>
  %ids = input "ids" <shape = [batch], type = "i32">
  output "y" %x
}

// CHECK-LABEL: dpsims.program @empty {
dpsims.program @empty {
}

// CHECK-LABEL: dpsims.block @Instances
dpsims.block @Instances<in: int, out: int, rest: record, i: int = 0>(%x, %y) {
  // CHECK: instance @Nothing()
  instance @Nothing()
  // CHECK-NEXT: instance "a" @Nothing()
  instance "a" @Nothing<>()
  // A parameter without a value has the value of that name here.
  // CHECK-NEXT: %0 = instance "fc{i}" @Linear<in = in, out = out * 2, bias = false>(%arg0)
  %a = instance "fc{i}" @Linear<in, out = out * 2, bias = false>(%x)
  // Comparisons are in parentheses, as `>` ends the parameters.
  // CHECK-NEXT: %1:2 = instance frozen "b" @Pair<wide = (in < out), equal = in == out>(%arg0, %arg1)
  %b:2 = instance frozen "b" @Pair<wide = (in < out), equal = in == out>(%x, %y)
  // CHECK-NEXT: %2 = instance shared "b" @One<...rest>(%1#0)
  %c = instance shared "b" @One<...rest>(%b#0)
  // CHECK-NEXT: %3 = instance frozen shared @One<in = 1, ...rest, ...{a = 1, b = in}>(%1#1)
  %d = instance frozen shared @One<in = 1, ...rest, ...{a = 1, b = in}>(%b#1)
  return
}

// CHECK-LABEL: dpsims.block @Let
dpsims.block @Let<width: int>(%x) {
  // CHECK-NEXT: let half = width / 2
  let half = width / 2
  // CHECK-NEXT: let s = shape %arg0
  let s = shape %x
  // CHECK-NEXT: let wide = width > 3
  let wide = width > 3
  // CHECK-NEXT: assert width mod 8 == 0 and half >= 2, "width = {width} must be \22right\22"
  assert width mod 8 == 0 and half >= 2, "width = {width} must be \"right\""
  return
}

// CHECK-LABEL: dpsims.block @If
dpsims.block @If<depth: int>(%x) {
  // CHECK-NEXT: %0 = if depth > 2 {
  // CHECK-NEXT:   %[[RELU:.*]] = relu %arg0
  // CHECK-NEXT:   yield %[[RELU]]
  // CHECK-NEXT: } else {
  // CHECK-NEXT:   yield %arg0
  // CHECK-NEXT: }
  %y = if depth > 2 {
    %a = relu %x
    yield %a
  } else {
    yield %x
  }
  // CHECK-NEXT: if depth == 1 {
  // CHECK-NEXT:   assert false, "no"
  // CHECK-NEXT:   yield
  // CHECK-NEXT: }
  // CHECK-NOT: else
  if depth == 1 {
    assert false, "no"
  }
  // CHECK-NEXT: if not depth == 2 {
  // CHECK-NEXT:   yield
  // CHECK-NEXT: } else {
  // CHECK-NEXT:   yield
  // CHECK-NEXT: }
  if not depth == 2 {
  } else {
  }
  // CHECK-NEXT: %1:2 = if {a = depth == 1}["a"] {
  // CHECK-NEXT:   yield %arg0, %0
  %b, %c = if {a = depth == 1}["a"] {
    yield %x, %y
  } else {
    yield %y, %x
  }
  // CHECK: {{%[0-9]+}} = if depth == 1 {
  // CHECK-NEXT:   yield %arg0
  // CHECK-NEXT: } else if depth == 2 {
  // CHECK-NEXT:   yield %0
  // CHECK-NEXT: } else {
  // CHECK-NEXT:   assert depth == 3, "no"
  // CHECK-NEXT:   yield %1#0
  // CHECK-NEXT: }
  %d = if depth == 1 {
    yield %x
  } else if depth == 2 {
    yield %y
  } else {
    assert depth == 3, "no"
    yield %b
  }
  // CHECK-NEXT: if depth == 4 {
  // CHECK-NEXT:   yield
  // CHECK-NEXT: } else if depth == 5 {
  // CHECK-NEXT:   yield
  // CHECK-NEXT: }
  // CHECK-NEXT: if depth == 6 {
  // CHECK-NEXT:   yield
  // CHECK-NEXT: } else {
  // CHECK-NEXT:   %{{.*}} = if depth == 7 {
  if depth == 4 {
  } else if depth == 5 {
  }
  if depth == 6 {
  } else {
    %e = if depth == 7 {
      yield %x
    } else {
      yield %y
    }
  }
  // CHECK: return
  return %b, %d
}

// CHECK-LABEL: dpsims.block @Repeat
dpsims.block @Repeat<depth: int, list: list>(%x, %y) {
  // CHECK-NEXT: repeat i to 3 () {
  // CHECK-NEXT:   assert i < 3, "i"
  // CHECK-NEXT:   yield
  // CHECK-NEXT: }
  repeat i to 3 {
    assert i < 3, "i"
  }
  // CHECK-NEXT: %0:2 = repeat i to len(list) + 1 (%arg2 = %arg0, %arg3 = %arg1) {
  // CHECK-NEXT:   %1 = repeat j to i (%arg4 = %arg2) {
  // CHECK-NEXT:     yield %arg3
  // CHECK-NEXT:   }
  // CHECK-NEXT:   yield %1, %arg2
  // CHECK-NEXT: }
  %r:2 = repeat i to len(list) + 1 (%a = %x, %b = %y) {
    %n = repeat j to i (%c = %a) {
      yield %b
    }
    yield %n, %a
  }
  return %r#0
}

// CHECK-LABEL: dpsims.block @Lists
dpsims.block @Lists(%x, %y) {
  // CHECK-NEXT: %0 = none
  %none = none
  // CHECK-NEXT: %1 = list()
  %l = list()
  // CHECK-NEXT: %2 = list(%arg0, %0)
  %m = list(%x, %none)
  // CHECK-NEXT: %3 = append %2, %arg1
  %n = append %m, %y
  // CHECK-NEXT: %4 = get %3 <index = 2>
  %g = get %n <index = 1 + 1>
  return %g, %l
}

// Graph ops in a body: values have no types, attributes are expressions.
// CHECK-LABEL: dpsims.block @Ops
dpsims.block @Ops<in: int, out: int, i: int, same: bool>(%x) {
  // CHECK-NEXT: %0 = weight "w{i}" <init = "xavier_normal", shape = [out, in / 2, 3, 3], trained = i == 0, value = 2.000000e-02>
  %w = weight "w{i}" <shape = [out, in / 2, 3, 3], init = "xavier_normal", value = 0.02, trained = i == 0>
  // CHECK-NEXT: %1 = state "u" <init = "singular_left", of = "w{i}", shape = [out]>
  %u = state "u" <shape = [out], init = "singular_left", of = "w{i}">
  // CHECK-NEXT: %2 = conv2d %arg0, %0, %1 <groups = max(i, 1), padding = select(same, "same", 1), stride = [i, 1]>
  %y = conv2d %x, %w, %u <groups = max(i, 1), padding = select(same, "same", 1), stride = [i, 1]>
  // CHECK-NEXT: %3 = relu %2
  %r = relu %y <>
  // CHECK-NEXT: %mean, %variance = batch_statistics %3
  %mean, %var = batch_statistics %r
  // CHECK-NEXT: %4 = concat %mean, %variance <axis = 0>
  %c = concat %mean, %var <axis = 0>
  return %c
}

// A name that must be quoted.
// CHECK-LABEL: dpsims.block @"a block"()
dpsims.block @"a block"() {
  // CHECK-NEXT: instance "n" @"a block"()
  instance "n" @"a block"()
  return
}
