// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: dpsims-opt %s --dpsims-elaborate | FileCheck %s
// RUN: dpsims-opt %s | dpsims-opt --dpsims-elaborate | FileCheck %s

dpsims.block @Linear<n: int>(%x) {
  %w = weight "weight" <shape = [n, n], init = "normal">
  %b = weight "bias" <shape = [n], init = "zeros", trained = false>
  %count = state "count" <shape = [1], init = "zeros">
  %one = constant <value = 1.0>
  %next = add %count, %one
  assign "count" %next
  %y = matmul %x, %w, %b
  return %y, %next
}

// What `assign` gives, `instance shared` and `current` see from there on; the graph has the last of each.
// CHECK-LABEL: dpsims.graph @assigned {
// CHECK: %1 = weight "net.a.weight"
// CHECK: %3 = state "net.a.count"
// CHECK: %[[ONCE:.*]] = add %3, %4
// CHECK: %[[TWICE:.*]] = add %[[ONCE]], %
// CHECK: output "once" %[[ONCE]]
// CHECK: output "twice" %[[TWICE]]
// CHECK: output "by_name" %[[TWICE]]
// CHECK: output "fixed" %1
// CHECK-NEXT: assign "net.a.count" %[[TWICE]] : tensor<1xf32>
// CHECK-NEXT: }
dpsims.block @Net() {
  %x = input "x" <shape = [1, 2]>
  %y, %once = instance "a" @Linear<n = 2>(%x)
  %z, %twice = instance shared "a" @Linear<n = 2>(%y)
  let part = "a"
  %c = current "{part}.count"
  %w = current "a.weight"
  return %once, %twice, %c, %w
}
dpsims.program @assigned {
  %once, %twice, %c, %w = instance "net" @Net()
  output "once" %once
  output "twice" %twice
  output "by_name" %c
  output "fixed" %w
}

// A pure program keeps nothing for its next run.
// CHECK-LABEL: dpsims.graph @unassigned {
// CHECK: output "count"
// CHECK-NOT: assign
// CHECK: {{^  }$}}
dpsims.program pure @unassigned {
  %x = input "x" <shape = [1, 2]>
  %y, %count = instance @Linear<n = 2>(%x)
  output "count" %count
}

// Trained weights below a path, in the order of the text, and named from the instance's path.
// CHECK-LABEL: dpsims.graph @trained {
// CHECK-NOT: output
// CHECK: output "all: a.weight b.weight c.weight, 3"
// CHECK-NEXT: output "below c: c.weight"
// CHECK-NEXT: output "below d: 0"
// CHECK-NEXT: output "within: weight"
dpsims.block @Names(%y) {
  let t = trained ""
  let first = t[0]
  output "within: {first}" %y
  return
}
dpsims.program @trained {
  %x = input "x" <shape = [1, 2]>
  %a, %n0 = instance "a" @Linear<n = 2>(%x)
  %b, %n1 = instance "b" @Linear<n = 2>(%a)
  %c, %n2 = instance "c" @Linear<n = 2>(%b)
  %d, %n3 = instance frozen "d" @Linear<n = 2>(%c)
  let t = trained ""
  let n = len(t)
  let t0 = t[0]
  let t1 = t[1]
  let t2 = t[2]
  output "all: {t0} {t1} {t2}, {n}" %d
  let u = trained "c"
  let u0 = u[0]
  output "below c: {u0}" %d
  let w = trained "d"
  let v = len(w)
  output "below d: {v}" %d
  instance "a" @Names(%d)
}

// One `gradient`, as many results as the list has values.
// CHECK-LABEL: dpsims.graph @gradient {
// CHECK: %[[G:.*]]:2 = gradient %[[LOSS:[0-9]+]], %[[W:[0-9]+]], %0 : (tensor<1xf32>, tensor<2x2xf32>, tensor<1x2xf32>) -> (tensor<2x2xf32>, tensor<1x2xf32>)
// CHECK-NEXT: output "w" %[[G]]#0 : tensor<2x2xf32>
// CHECK-NEXT: output "x" %[[G]]#1 : tensor<1x2xf32>
dpsims.program @gradient {
  %x = input "x" <shape = [1, 2]>
  %w = weight "w" <shape = [2, 2], init = "ones">
  %y = matmul %x, %w
  %l = reduce %y <kind = "sum", axes = [0, 1]>
  %loss = reshape %l <shape = [1]>
  %values = list(%w, %x)
  %gradients = gradient %loss, %values
  %gw = get %gradients <index = 0>
  %gx = get %gradients <index = 1>
  output "w" %gw
  output "x" %gx
}

// States that files may lack, one with another weight's first value; names by expressions.
// CHECK-LABEL: dpsims.graph @states {
// CHECK: state "ema.net.w" <init = "copy", of = "net.w", required = false, shape = [2]>
// CHECK: state "net.twin" <init = "copy", of = "net.w", shape = [2]>
dpsims.block @Pair() {
  %w = weight "w" <shape = [2], init = "ones">
  return %w
}
dpsims.block @Twin() {
  %t = state "twin" <shape = [2], init = "copy", of = "w">
  return %t
}
dpsims.program @states {
  %w = instance "net" @Pair()
  let name = "net.w"
  %a = state "ema.{name}" <shape = [2], init = "copy", of = name, required = false>
  %t = instance "net" @Twin()
  %s = add %a, %t
  output "s" %s
}

// An input may be declared where it is used.
// CHECK-LABEL: dpsims.graph @inputs {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %1 = add %0, %0
dpsims.block @Use() {
  %x = input "x" <shape = [2]>
  return %x
}
dpsims.program @inputs {
  %a = instance "a" @Use()
  %b = instance @Use()
  %y = add %a, %b
  output "y" %y
}
