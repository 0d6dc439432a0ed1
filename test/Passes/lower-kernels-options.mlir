// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the options of lower-kernels change; targets set them.
// RUN: dpsims-opt %s --dpsims-elaborate --graph-to-optimized --optimized-to-schedule -o %t
// RUN: dpsims-opt %t --dpsims-lower-kernels | FileCheck %s --check-prefixes=CHECK,DEFAULT
// RUN: dpsims-opt %t --dpsims-lower-kernels="points=16 lanes=16 chunk=1024 terms=3000" | FileCheck %s --check-prefixes=CHECK,OTHER
// RUN: dpsims-opt %t --dpsims-lower-kernels="gathers=false" | FileCheck %s --check-prefixes=ALONE

// A flat range: points of `chunk` elements.
// CHECK-LABEL: dpsims.entry @flat
// CHECK: launch @[[FLAT:k[0-9]+]]
dpsims.program @flat {
  %x = input "x" <shape = [2, 64, 64, 256]>
  %y = exp %x
  output "y" %y
}

// Sums over pixels: `lanes` channels a point.
// CHECK-LABEL: dpsims.entry @channels
// CHECK: launch @{{k[0-9]+}}
// CHECK: launch @[[CHANNELS:k[0-9]+]]
dpsims.program @channels {
  %x = input "x" <shape = [2, 64, 64, 48]>
  %y = reduce %x <kind = "mean", axes = [1, 2]>
  output "y" %y
}

// Small rows: a point takes several, as long as `points` are left; each its own without `gathers`.
// CHECK-LABEL: dpsims.entry @rows
// CHECK: launch @[[ROWS:k[0-9]+]]
// ALONE-LABEL: dpsims.entry @rows
// ALONE: launch @[[ROWS:k[0-9]+]]
dpsims.program @rows {
  %x = input "x" <shape = [512, 6]>
  %y = softmax %x
  output "y" %y
}

// One sum: parts of at most `terms`.
// CHECK-LABEL: dpsims.entry @long
// CHECK: launch @[[LONG:k[0-9]+]]
dpsims.program @long {
  %x = input "x" <shape = [6, 1000]>
  %y = reduce %x <kind = "sum", axes = [0, 1]>
  output "y" %y
}

// CHECK: func.func @[[FLAT]](
// DEFAULT: scf.forall (%{{.*}}) in (512) {
// OTHER: scf.forall (%{{.*}}) in (2048) {

// CHECK: func.func @[[CHANNELS]](
// DEFAULT: scf.forall (%{{.*}}) in (2) {
// OTHER: scf.forall (%{{.*}}, %{{.*}}) in (2, 3) {

// CHECK: func.func @[[ROWS]](
// DEFAULT: scf.forall (%{{.*}}) in (256) {
// OTHER: scf.forall (%{{.*}}) in (32) {
// ALONE: func.func @[[ROWS]](
// ALONE: scf.forall (%{{.*}}) in (512) {

// CHECK: func.func @[[LONG]](
// DEFAULT: scf.for %{{.*}} = %c0{{.*}} to %c6
// OTHER: scf.for %{{.*}} = %c0{{.*}} to %c2
