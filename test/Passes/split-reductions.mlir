// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-split-reductions | FileCheck %s

// Channels kept: first over the rows' pixels, then over the rows.
// CHECK-LABEL: dpsims.graph @channels {
// CHECK: %[[B:.*]] = square %
// CHECK-NEXT: %[[P:.*]] = reduce %[[B]] <axes = [2], kind = "mean"> : (tensor<8x128x128x64xf32>) -> tensor<8x128x1x64xf32>
// CHECK-NEXT: %[[Y:.*]] = reduce %[[P]] <axes = [0, 1], kind = "mean"> : (tensor<8x128x1x64xf32>) -> tensor<1x1x1x64xf32>
// CHECK-NEXT: output "y" %[[Y]]
dpsims.program @channels {
  %x = input "x" <shape = [8, 128, 128, 64]>
  %b = square %x
  %y = reduce %b <kind = "mean", axes = [0, 1, 2]>
  output "y" %y
}

// As few axes in the second as make enough grid points; blocks of channels count.
// CHECK-LABEL: dpsims.graph @blocks {
// CHECK: reduce %{{.*}} <axes = [1, 2], kind = "sum"> : (tensor<8x16x16x512xf32>) -> tensor<8x1x1x512xf32>
// CHECK-NEXT: reduce %{{.*}} <axes = [0], kind = "sum"> : (tensor<8x1x1x512xf32>) -> tensor<1x1x1x512xf32>
dpsims.program @blocks {
  %x = input "x" <shape = [8, 16, 16, 512]>
  %y = reduce %x <kind = "sum", axes = [2, 0, 1]>
  output "y" %y
}

// Everything: the square of a weight's norm.
// CHECK-LABEL: dpsims.graph @all {
// CHECK: reduce %{{.*}} <axes = [1, 2, 3], kind = "sum"> : (tensor<512x512x3x3xf32>) -> tensor<512x1x1x1xf32>
// CHECK-NEXT: reduce %{{.*}} <axes = [0], kind = "sum">
dpsims.program @all {
  %x = input "x" <shape = [512, 512, 3, 3]>
  %b = square %x
  %y = reduce %b <kind = "sum", axes = [0, 1, 2, 3]>
  output "y" %y
}

// Axes of size 1 count for nothing.
// CHECK-LABEL: dpsims.graph @image {
// CHECK: reduce %{{.*}} <axes = [2], kind = "max"> : (tensor<1x256x256x64xf32>) -> tensor<1x256x1x64xf32>
// CHECK-NEXT: reduce %{{.*}} <axes = [1], kind = "max"> : (tensor<1x256x1x64xf32>) -> tensor<1x1x1x64xf32>
dpsims.program @image {
  %x = input "x" <shape = [1, 256, 256, 64]>
  %y = reduce %x <kind = "max", axes = [0, 1, 2]>
  output "y" %y
}

// A single axis is cut where that costs nothing; after arithmetic it stays.
// CHECK-LABEL: dpsims.graph @rows {
// CHECK: %[[R:.*]] = reshape %0 <shape = [64, 125, 64]> : (tensor<8000x64xf32>) -> tensor<64x125x64xf32>
// CHECK-NEXT: %[[P:.*]] = reduce %[[R]] <axes = [1], kind = "sum"> : (tensor<64x125x64xf32>) -> tensor<64x1x64xf32>
// CHECK-NEXT: %[[S:.*]] = reduce %[[P]] <axes = [0], kind = "sum"> : (tensor<64x1x64xf32>) -> tensor<1x1x64xf32>
// CHECK-NEXT: %[[Y:.*]] = reshape %[[S]] <shape = [1, 64]> : (tensor<1x1x64xf32>) -> tensor<1x64xf32>
// CHECK-NEXT: %[[N:.*]] = neg %0
// CHECK-NEXT: %[[Z:.*]] = reduce %[[N]] <axes = [0], kind = "sum"> : (tensor<8000x64xf32>) -> tensor<1x64xf32>
// CHECK-NEXT: output "y" %[[Y]]
// CHECK-NEXT: output "z" %[[Z]]
dpsims.program @rows {
  %x = input "x" <shape = [8000, 64]>
  %y = reduce %x <kind = "sum", axes = [0]>
  %n = neg %x
  %z = reduce %n <kind = "sum", axes = [0]>
  output "y" %y
  output "z" %z
}

// Small ones, and those of many elements each, stay.
// CHECK-LABEL: dpsims.graph @others {
// CHECK-NEXT: input "x"
// CHECK-NEXT: input "z"
// CHECK-NEXT: reduce
// CHECK-NEXT: reduce
// CHECK-NEXT: output
// CHECK-NEXT: output
dpsims.program @others {
  %x = input "x" <shape = [8, 4, 4, 512]>
  %z = input "z" <shape = [8, 128, 128, 64]>
  %a = reduce %x <kind = "sum", axes = [0, 1, 2]>
  %b = reduce %z <kind = "sum", axes = [0]>
  output "a" %a
  output "b" %b
}

// Statistics of two parts of a batch: still two reductions, the second of each part's rows.
// CHECK-LABEL: dpsims.graph @groups {
// CHECK: %[[P:.*]] = reduce %0 <axes = [2], kind = "mean"> : (tensor<8x128x128x64xf32>) -> tensor<8x128x1x64xf32>
// CHECK-NEXT: %[[R:.*]] = reshape %[[P]] <shape = [2, 512, 64]>
// CHECK-NEXT: %[[Y:.*]] = reduce %[[R]] <axes = [1], kind = "mean"> : (tensor<2x512x64xf32>) -> tensor<2x1x64xf32>
// CHECK-NEXT: output "y" %[[Y]]
dpsims.program @groups {
  %x = input "x" <shape = [8, 128, 128, 64]>
  %a = reduce %x <kind = "mean", axes = [1, 2]>
  %r = reshape %a <shape = [2, 4, 64]>
  %y = reduce %r <kind = "mean", axes = [1]>
  output "y" %y
}

// A row's sum stays: one grid point adds up all of a short row.
// CHECK-LABEL: dpsims.graph @last {
// CHECK-NEXT: %0 = input "x"
// CHECK-NEXT: %[[Y:.*]] = reduce %0 <axes = [1], kind = "sum"> : (tensor<16x8192xf32>) -> tensor<16x1xf32>
// CHECK-NEXT: output "y" %[[Y]]
dpsims.program @last {
  %x = input "x" <shape = [16, 8192]>
  %y = reduce %x <kind = "sum", axes = [1]>
  output "y" %y
}
