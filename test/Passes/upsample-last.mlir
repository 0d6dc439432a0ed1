// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// 1x1 convolutions go before upsamplings.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-upsample-last | FileCheck %s

// CHECK-LABEL: dpsims.graph @skip {
// CHECK: %[[X:.*]] = input "x"
// CHECK: %[[C:.*]] = conv2d %[[X]], %{{.*}}, %{{.*}} {{.*}}(tensor<1x4x4x6xf32>, tensor<3x6x1x1xf32>, tensor<3xf32>) -> tensor<1x4x4x3xf32>
// CHECK-NEXT: %[[U:.*]] = upsample %[[C]] <factor = 2> : (tensor<1x4x4x3xf32>) -> tensor<1x8x8x3xf32>
// CHECK-NEXT: output "y" %[[U]]
dpsims.program @skip {
  %x = input "x" <shape = [1, 4, 4, 6]>
  %w = input "w" <shape = [3, 6, 1, 1]>
  %b = input "b" <shape = [3]>
  %u = upsample %x <factor = 2>
  %y = conv2d %u, %w, %b
  output "y" %y
}

// Others stay: with neighbors, a border, or fewer pixels.
// CHECK-LABEL: dpsims.graph @stay {
// CHECK: %[[U:.*]] = upsample
// CHECK: conv2d %[[U]]
// CHECK: conv2d %[[U]]
// CHECK: conv2d %[[U]]
dpsims.program @stay {
  %x = input "x" <shape = [1, 4, 4, 6]>
  %w = input "w" <shape = [3, 6, 1, 1]>
  %v = input "v" <shape = [3, 6, 3, 3]>
  %u = upsample %x <factor = 2>
  %y0 = conv2d %u, %v <padding = 1>
  %y1 = conv2d %u, %w <padding = 1>
  %y2 = conv2d %u, %w <stride = 2>
  output "y0" %y0
  output "y1" %y1
  output "y2" %y2
}
