// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weights that a program assigns are variables: they are written in place where every reader of the old value comes
// before.
// RUN: dpsims-opt %s --dpsims-elaborate --graph-to-optimized --optimized-to-schedule | FileCheck %s

// The new value is made in the weight's memory: the last reader is the step that writes.
// CHECK-LABEL: dpsims.entry @in_place
// CHECK: declare_weight "w"
// CHECK: %[[W:.*]] = buffer "variable" {index = 0 : i64, name = "w"} : memref<4xf32>
// CHECK: %[[N:.*]] = buffer "variable" view %[[W]]
// CHECK-NEXT: compute ins(%{{.*}}, %[[W]] : memref<4xf32>, memref<4xf32>) outs(%[[N]] : memref<4xf32>) {
// CHECK-NOT: compute
// CHECK: }
dpsims.program @in_place<> {
  %x = input "x" <shape = [4]>
  %w = weight "w" <shape = [4], init = "zeros">
  %n = add %x, %w
  assign "w" %n
}

// The old value is read later: the new one is copied in the end.
// CHECK-LABEL: dpsims.entry @read_later
// CHECK: %[[W:.*]] = buffer "variable" {index = 0 : i64, name = "w"} : memref<4xf32>
// CHECK: %[[Y:.*]] = buffer "output" {index = 0 : i64, name = "y"} : memref<4xf32>
// CHECK: compute ins(%{{.*}}, %[[W]] : memref<4xf32>, memref<4xf32>) outs(%[[Y]] : memref<4xf32>)
// CHECK: compute ins(%{{.*}} : memref<4xf32>) outs(%[[W]] : memref<4xf32>)
dpsims.program @read_later<> {
  %x = input "x" <shape = [4]>
  %w = weight "w" <shape = [4], init = "zeros">
  %p = softmax %w
  %n = softmax %p
  %r = softmax %n
  %y = mul %r, %w
  assign "w" %n
  output "y" %y
}

// A step that reads a row to write any element of it cannot overwrite it.
// CHECK-LABEL: dpsims.entry @not_elementwise
// CHECK: %[[W:.*]] = buffer "variable" {index = 0 : i64, name = "w"} : memref<4xf32>
// CHECK: %[[N:.*]] = buffer "arena"
// CHECK: compute ins(%[[W]] : memref<4xf32>) outs(%[[N]] : memref<4xf32>)
// CHECK: compute ins(%[[N]] : memref<4xf32>) outs(%[[W]] : memref<4xf32>)
dpsims.program @not_elementwise<> {
  %w = weight "w" <shape = [4], init = "zeros">
  %n = softmax %w
  assign "w" %n
}

// Two weights that change places: the old values are kept first.
// CHECK-LABEL: dpsims.entry @swap
// CHECK-DAG: %[[A:.*]] = buffer "variable" {index = 0 : i64, name = "a"} : memref<4xf32>
// CHECK-DAG: %[[B:.*]] = buffer "variable" {index = 1 : i64, name = "b"} : memref<4xf32>
// CHECK: compute ins(%[[B]] : memref<4xf32>) outs(%[[KB:.*]] : memref<4xf32>)
// CHECK: compute ins(%[[A]] : memref<4xf32>) outs(%[[KA:.*]] : memref<4xf32>)
// CHECK: compute ins(%[[KB]] : memref<4xf32>) outs(%[[A]] : memref<4xf32>)
// CHECK: compute ins(%[[KA]] : memref<4xf32>) outs(%[[B]] : memref<4xf32>)
dpsims.program @swap<> {
  %a = weight "a" <shape = [4], init = "zeros">
  %b = weight "b" <shape = [4], init = "zeros">
  assign "a" %b
  assign "b" %a
}

// A weight that the program does not change is not a variable: what depends on it alone is computed at load.
// CHECK-LABEL: dpsims.entry @constant
// CHECK: load_weight "w"
// CHECK: main
// CHECK-NOT: variable
// CHECK: buffer "constant"
dpsims.program @constant<> {
  %x = input "x" <shape = [4]>
  %w = weight "w" <shape = [4], init = "zeros">
  %s = softmax %w
  %y = add %x, %s
  output "y" %y
}
