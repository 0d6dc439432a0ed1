// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every kind of kernel: its grid, the views that it reads and writes, its payload.
// RUN: dpsims-opt %s --dpsims-elaborate --graph-to-kernels -split-input-file | FileCheck %s

// Elementwise on equal shapes: dimensions collapse into one.
// CHECK-LABEL: dpsims.entry @pointwise
// CHECK: func.func @k0(%arg0: memref<512xf32>, %arg1: memref<512xf32>) attributes {dpsims.kernel} {
// CHECK-NEXT: scf.forall (%{{.*}}) in (1) {
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]}
// CHECK: arith.maximumf
dpsims.program @pointwise {
  %x = input "x" <shape = [2, 8, 8, 4]>
  %y = relu %x
  output "y" %y
}

// -----

// A long range is cut into chunks, each a grid point.
// CHECK-LABEL: dpsims.entry @long
// CHECK: func.func @k0(%arg0: memref<48x4096xf32>, %arg1: memref<48x4096xf32>)
// CHECK: scf.forall (%[[I:.*]]) in (48) {
// CHECK: memref.subview %arg1[%[[I]], 0] [1, 4096] [1, 1]
// CHECK: math.exp
dpsims.program @long {
  %x = input "x" <shape = [1, 64, 64, 48]>
  %y = exp %x
  output "y" %y
}

// -----

// A vector per channel: rows of channels; a scalar constant is part of the payload.
// CHECK-LABEL: dpsims.entry @channels
// CHECK: launch @k0 {{.*}} {ops = "add+mul"}
// CHECK: func.func @k0(%arg0: memref<128x4xf32>, %arg1: memref<1x4xf32>, %arg2: memref<128x4xf32>)
// CHECK: scf.forall (%[[I:.*]]) in (128) {
// CHECK-DAG: memref.subview %arg0[%[[I]], 0] [1, 4] [1, 1]
// CHECK-DAG: memref.subview %arg1[0, 0] [1, 4] [1, 1]
// CHECK: ^bb0(%[[X:.*]]: f32, %[[B:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[S:.*]] = arith.addf %[[X]], %[[B]]
// CHECK: %[[C:.*]] = arith.constant 5.000000e-01
// CHECK: arith.mulf %[[S]], %[[C]]
dpsims.program @channels {
  %x = input "x" <shape = [2, 8, 8, 4]>
  %b = input "b" <shape = [4]>
  %c = constant <value = 0.5>
  %a = add %x, %b
  %m = mul %a, %c
  output "y" %m
}

// -----

// A value per image and a value per row: what does not vary along the vector is a scalar.
// CHECK-LABEL: dpsims.entry @outer
// CHECK: func.func @k0(%arg0: memref<2x256xf32>, %arg1: memref<2x1xf32>, %arg2: memref<2x256xf32>)
// CHECK: scf.forall (%[[I:.*]]) in (2) {
// CHECK: memref.subview %arg1[%[[I]], 0] [1, 1] [1, 1] : memref<2x1xf32> to memref<f32, strided<[], offset: ?>>
dpsims.program @outer {
  %x = input "x" <shape = [2, 8, 8, 4]>
  %b = input "b" <shape = [2, 1, 1, 1]>
  %y = mul %x, %b
  output "y" %y
}

// -----

// An upsampling reads rows at half the place.
// CHECK: #[[HALF:.*]] = affine_map<(d0) -> (d0 floordiv 2)>
// CHECK-LABEL: dpsims.entry @upsample
// CHECK: scf.forall (%[[N:.*]], %[[Y:.*]], %[[X:.*]]) in (1, 8, 8) {
// CHECK-DAG: %[[Y2:.*]] = affine.apply #[[HALF]](%[[Y]])
// CHECK-DAG: %[[X2:.*]] = affine.apply #[[HALF]](%[[X]])
// CHECK: memref.subview %arg0[0, %[[Y2]], %[[X2]], 0] [1, 1, 1, 8]
dpsims.program @upsample {
  %x = input "x" <shape = [1, 4, 4, 8]>
  %u = upsample %x <factor = 2>
  output "y" %u
}

// -----

// A slice reads at start + i * step, its last dimension with a stride.
// CHECK: #[[ROW:.*]] = affine_map<(d0) -> (d0 * 2 + 1)>
// CHECK: #[[COLUMN:.*]] = affine_map<(d0) -> (d0 * 4 + 2)>
// CHECK-LABEL: dpsims.entry @slice
// CHECK: scf.forall (%[[N:.*]], %[[Y:.*]], %[[X:.*]]) in (1, 4, 2) {
// CHECK-DAG: %[[Y2:.*]] = affine.apply #[[ROW]](%[[Y]])
// CHECK-DAG: %[[X2:.*]] = affine.apply #[[COLUMN]](%[[X]])
// CHECK: memref.subview %arg0[0, %[[Y2]], %[[X2]], 3] [1, 1, 1, 2] [1, 1, 1, 2]
dpsims.program @slice {
  %x = input "x" <shape = [1, 9, 9, 8]>
  %y = slice %x <start = [0, 1, 2, 3], step = [1, 2, 4, 2], size = [1, 4, 2, 2]>
  output "y" %y
}

// -----

// one_hot compares the id with the lane.
// CHECK-LABEL: dpsims.entry @one_hot
// CHECK: scf.forall (%[[N:.*]], %[[Y:.*]], %[[X:.*]]) in (1, 4, 4) {
// CHECK: memref.subview %arg0[0, %[[Y]], %[[X]]] [1, 1, 1] [1, 1, 1] : memref<1x4x4xi32> to memref<i32,
// CHECK: %[[L:.*]] = linalg.index 0
// CHECK: %[[I:.*]] = arith.index_cast %[[L]] : index to i32
// CHECK: %[[E:.*]] = arith.cmpi eq, %{{.*}}, %[[I]] : i32
// CHECK: arith.select %[[E]]
dpsims.program @one_hot {
  %x = input "x" <shape = [1, 4, 4], type = "i32">
  %y = one_hot %x <classes = 35>
  output "y" %y
}

// -----

// A transposition reads along a dimension with a stride.
// CHECK-LABEL: dpsims.entry @transpose
// CHECK: scf.forall (%[[N:.*]], %[[C:.*]], %[[Y:.*]]) in (1, 3, 4) {
// CHECK: memref.subview %arg0[0, %[[Y]], 0, %[[C]]] [1, 1, 6, 1] [1, 1, 1, 1] : memref<1x4x6x3xf32> to memref<6xf32, strided<[3], offset: ?>>
dpsims.program @transpose {
  %x = input "x" <shape = [1, 4, 6, 3]>
  %t = transpose %x <perm = [0, 3, 1, 2]>
  output "y" %t
}

// -----

// A list constant: the entry of the lane.
// CHECK-LABEL: dpsims.entry @list
// CHECK: %[[I:.*]] = arith.index_cast %{{.*}} : index to i32
// CHECK: %[[IS1:.*]] = arith.cmpi eq, %[[I]], %c1_i32
// CHECK: %[[V1:.*]] = arith.select %[[IS1]]
// CHECK: %[[IS2:.*]] = arith.cmpi eq, %[[I]], %c2_i32
// CHECK: %[[V2:.*]] = arith.select %[[IS2]], %{{.*}}, %[[V1]]
// CHECK: arith.subf %{{.*}}, %[[V2]]
dpsims.program @list {
  %x = input "x" <shape = [2, 3]>
  %c = constant <value = [0.5, 1, 2.0]>
  %y = sub %x, %c
  output "y" %y
}

// -----

// A concat along the last axis: a piece of each row after another, producers computed in place.
// CHECK-LABEL: dpsims.entry @concat_last
// CHECK: launch @k0 {{.*}} {ops = "upsample+neg+concat"}
// CHECK: scf.forall (%[[N:.*]], %[[Y:.*]], %[[X:.*]]) in (1, 4, 4) {
// CHECK: memref.subview %arg2[%[[N]], %[[Y]], %[[X]], 0] [1, 1, 1, 4] [1, 1, 1, 1]
// CHECK: memref.subview %arg0[0, %{{.*}}, %{{.*}}, 0] [1, 1, 1, 4]
// CHECK: linalg.generic
// CHECK: memref.subview %arg2[%[[N]], %[[Y]], %[[X]], 4] [1, 1, 1, 3] [1, 1, 1, 1]
// CHECK: linalg.generic
// CHECK: arith.negf
dpsims.program @concat_last {
  %x = input "x" <shape = [1, 2, 2, 4]>
  %z = input "z" <shape = [1, 4, 4, 3]>
  %u = upsample %x <factor = 2>
  %n = neg %z
  %y = concat %u, %n <axis = 3>
  output "y" %y
}

// -----

// A concat along another axis: a grid point copies the row of the piece in which it is.
// CHECK: #[[SHIFT:.*]] = affine_map<(d0) -> (d0 - 2)>
// CHECK-LABEL: dpsims.entry @concat_rows
// CHECK: scf.forall (%[[I:.*]]) in (5) {
// CHECK: scf.if
// CHECK-DAG: memref.subview %arg2[%[[I]], 0] [1, 4]
// CHECK-DAG: memref.subview %arg0[%[[I]], 0] [1, 4]
// CHECK: %[[J:.*]] = affine.apply #[[SHIFT]](%[[I]])
// CHECK: scf.if
// CHECK-DAG: memref.subview %arg2[%[[I]], 0] [1, 4]
// CHECK-DAG: memref.subview %arg1[%[[J]], 0] [1, 4]
dpsims.program @concat_rows {
  %x = input "x" <shape = [2, 4]>
  %z = input "z" <shape = [3, 4]>
  %y = concat %x, %z <axis = 0>
  output "y" %y
}

// -----

// Zeros, then the row inside of the border.
// CHECK: #[[UP:.*]] = affine_map<(d0) -> (d0 - 1)>
// CHECK-LABEL: dpsims.entry @pad
// CHECK: scf.forall (%[[N:.*]], %[[Y:.*]], %[[X:.*]]) in (1, 7, 4) {
// CHECK: memref.subview %arg1[%[[N]], %[[Y]], %[[X]], 0] [1, 1, 1, 4]
// CHECK: linalg.generic
// CHECK: arith.constant 0.000000e+00
// CHECK: %[[Y0:.*]] = affine.apply #[[UP]](%[[Y]])
// CHECK: scf.if
// CHECK-NOT: scf.if
// CHECK: memref.subview %arg1[%[[N]], %[[Y]], %[[X]], 1] [1, 1, 1, 3]
// CHECK: memref.subview %arg0[0, %{{.*}}, %[[X]], 0] [1, 1, 1, 3]
// CHECK: linalg.generic
dpsims.program @pad {
  %x = input "x" <shape = [1, 4, 4, 3]>
  %y = pad %x <low = [0, 1, 0, 1], high = [0, 2, 0, 0]>
  output "y" %y
}

// -----

// The scaled maximum, exponentials, their sum, the quotient: row by row.
// CHECK-LABEL: dpsims.entry @softmax
// CHECK: func.func @k0(%arg0: memref<10x7xf32>, %arg1: memref<10x7xf32>)
// CHECK: scf.forall (%{{.*}}) in (10) {
// CHECK: arith.constant 0xFF800000
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]}
// CHECK: arith.constant 1.250000e-01
// CHECK: arith.mulf
// CHECK: arith.maximumf
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]}
// CHECK: arith.mulf
// CHECK: arith.subf
// CHECK: math.exp
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]}
// CHECK: arith.addf
// CHECK: arith.divf
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]}
// CHECK: arith.mulf
dpsims.program @softmax {
  %x = input "x" <shape = [2, 5, 7]>
  %y = softmax %x <scale = 0.125>
  output "y" %y
}

// -----

// Short rows, of which there are many, go together.
// CHECK: #[[BY16:.*]] = affine_map<(d0) -> (d0 * 16)>
// CHECK-LABEL: dpsims.entry @short_rows
// CHECK: scf.forall (%[[I:.*]]) in (512) {
// CHECK: %[[R:.*]] = affine.apply #[[BY16]](%[[I]])
// CHECK: memref.subview %arg1[%[[R]], 0] [16, 12] [1, 1]
// CHECK: memref.alloca() : memref<16xf32>
dpsims.program @short_rows {
  %x = input "x" <shape = [2, 64, 64, 12]>
  %y = softmax %x
  output "y" %y
}

// -----

// Mean and variance of a row in two passes; weight and bias are vectors of the row.
// CHECK-LABEL: dpsims.entry @layer_norm
// CHECK: func.func @k0(%arg0: memref<10x8xf32>, %arg1: memref<1x8xf32>, %arg2: memref<1x8xf32>, %arg3: memref<10x8xf32>)
// CHECK: scf.forall (%{{.*}}) in (10) {
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]}
// CHECK: arith.addf
// CHECK: arith.constant 1.250000e-01
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]}
// CHECK: %[[D:.*]] = arith.subf
// CHECK: arith.mulf %[[D]], %[[D]]
// CHECK: arith.constant 5.000000e-01
// CHECK: arith.addf
// CHECK: math.sqrt
// CHECK: arith.divf
// CHECK: %[[W:.*]] = memref.subview %arg1[0, 0] [1, 8]
// CHECK: %[[B:.*]] = memref.subview %arg2[0, 0] [1, 8]
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}}, %[[W]], %[[B]] :
// CHECK: arith.subf
// CHECK: arith.mulf
// CHECK: arith.mulf
// CHECK: arith.addf
dpsims.program @layer_norm {
  %x = input "x" <shape = [2, 5, 8]>
  %w = input "w" <shape = [8]>
  %b = input "b" <shape = [8]>
  %y = layer_norm %x, %w, %b <eps = 0.5>
  output "y" %y
}

// -----

// A mean over the image: the grid runs over images and blocks of channels; dimensions collapse.
// CHECK: #[[BLOCK:.*]] = affine_map<(d0) -> (d0 * 64)>
// CHECK-LABEL: dpsims.entry @mean
// CHECK: func.func @k0(%arg0: memref<2x32x128xf32>, %arg1: memref<2x128xf32>)
// CHECK: scf.forall (%[[N:.*]], %[[C:.*]]) in (2, 2) {
// CHECK: memref.subview %arg1[%[[N]], %{{.*}}] [1, 64]
// CHECK: %[[C64:.*]] = affine.apply #[[BLOCK]](%[[C]])
// CHECK: memref.subview %arg0[%[[N]], 0, %[[C64]]] [1, 32, 64]
// CHECK: linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]}
// CHECK: arith.addf
// CHECK: arith.constant 3.125000e-02
dpsims.program @mean {
  %x = input "x" <shape = [2, 8, 4, 128]>
  %y = reduce %x <kind = "mean", axes = [1, 2]>
  output "y" %y
}

// -----

// A maximum over the last axis.
// CHECK-LABEL: dpsims.entry @rows
// CHECK: scf.forall (%[[I:.*]]) in (6) {
// CHECK: memref.subview %arg1[%[[I]]] [1]
// CHECK: arith.constant 0xFF800000
// CHECK: memref.subview %arg0[%[[I]], 0] [1, 10]
// CHECK: linalg.generic {{.*}} iterator_types = ["reduction"]}
// CHECK: arith.maximumf
dpsims.program @rows {
  %x = input "x" <shape = [6, 10]>
  %y = reduce %x <kind = "max", axes = [1]>
  output "y" %y
}

// -----

// A long sum is added up in parts.
// CHECK-LABEL: dpsims.entry @sum
// CHECK: func.func @k0(%arg0: memref<6000xf32>, %arg1: memref<f32>)
// CHECK: scf.forall (%{{.*}}) in (1) {
// CHECK: scf.for %[[I:.*]] = %c0{{.*}} to %c6
// CHECK: %[[PART:.*]] = memref.alloca() : memref<f32>
// CHECK: memref.subview %arg0[%{{.*}}] [1000]
// CHECK: linalg.generic {{.*}} iterator_types = ["reduction"]} {{.*}} outs(%[[PART]]
// CHECK: arith.addf
// CHECK: linalg.generic {{.*}} ins(%arg1, %[[PART]]
// CHECK: arith.addf
dpsims.program @sum {
  %x = input "x" <shape = [6, 1000]>
  %y = reduce %x <kind = "sum", axes = [0, 1]>
  output "y" %y
}

// -----

// The gradient of an upsampling: kept dimensions between the reduced ones are loops of one linalg.generic.
// CHECK: #[[IN:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK: #[[OUT:.*]] = affine_map<(d0, d1, d2, d3) -> (d1, d3)>
// CHECK-LABEL: dpsims.entry @pixels
// CHECK: func.func @k0(%arg0: memref<512x2x64x2x16xf32>, %arg1: memref<512x64x16xf32>)
// CHECK: scf.forall (%{{.*}}, %[[X:.*]]) in (512, 4) {
// CHECK: memref.subview %arg0[%{{.*}}, 0, %{{.*}}, 0, 0] [1, 2, 16, 2, 16]
// CHECK: linalg.generic {indexing_maps = [#[[IN]], #[[OUT]]], iterator_types = ["reduction", "parallel", "reduction", "parallel"]}
dpsims.program @pixels {
  %x = input "x" <shape = [8, 64, 2, 64, 2, 16]>
  %y = reduce %x <kind = "sum", axes = [2, 4]>
  output "y" %y
}

// -----

// The logarithm of a softmax: less the maximum, less the logarithm of the sum.
// CHECK-LABEL: dpsims.entry @log_softmax
// CHECK: scf.forall (%{{.*}}) in (10) {
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]}
// CHECK: arith.maximumf
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]}
// CHECK: arith.subf
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: math.log
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]}
// CHECK: arith.subf
// CHECK: arith.subf
dpsims.program @log_softmax {
  %x = input "x" <shape = [2, 5, 7]>
  %y = log_softmax %x
  output "y" %y
}

// -----

// The gradient of a maximum: the windows over a pixel, in each the pixels before it.
// CHECK-LABEL: dpsims.entry @max_pool_gradient
// CHECK: scf.forall (%[[N:.*]], %[[Y:.*]], %[[X:.*]]) in (2, 8, 8) {
// CHECK: scf.for %[[WY:.*]] = %{{.*}} to
// CHECK: scf.for %[[WX:.*]] = %{{.*}} to
// CHECK: memref.subview %arg1[%[[N]], %[[WY]], %[[WX]], 0]
// CHECK: %[[TAKEN:.*]] = memref.alloca() : memref<5xf32>
// CHECK: scf.for %[[PY:.*]] = %{{.*}} to %[[Y]]
// CHECK: scf.for %[[PX:.*]] = %{{.*}} to
// CHECK: memref.subview %arg0[%[[N]], %[[PY]], %[[PX]], 0]
// CHECK: scf.for %[[PX:.*]] = %{{.*}} to %[[X]]
// CHECK: memref.subview %arg0[%[[N]], %[[Y]], %[[PX]], 0]
// CHECK: memref.subview %arg0[%[[N]], %[[Y]], %[[X]], 0]
// CHECK: memref.subview %arg2[%[[N]], %[[WY]], %[[WX]], 0]
// CHECK: arith.select
// CHECK: arith.addf
dpsims.program @max_pool_gradient {
  %x = input "x" <shape = [2, 8, 8, 5]>
  %y = input "y" <shape = [2, 4, 4, 5]>
  %g = input "g" <shape = [2, 4, 4, 5]>
  %d = max_pool_gradient %x, %y, %g <kernel = 3, stride = 2, padding = 1>
  output "d" %d
}

// -----

// Zeros between elements too: the row is written with a step, where the grid point is on one.
// CHECK: #[[BY3:.*]] = affine_map<(d0) -> ((d0 - 1) floordiv 3)>
// CHECK: #[[BACK:.*]] = affine_map<(d0) -> (((d0 - 1) floordiv 3) * 3 + 1)>
// CHECK-LABEL: dpsims.entry @interior
// CHECK: scf.forall (%[[Y:.*]]) in (9) {
// CHECK: affine.apply #[[BY3]](%[[Y]])
// CHECK: scf.if
// CHECK: %[[ON:.*]] = affine.apply #[[BACK]](%[[Y]])
// CHECK: arith.cmpi eq, %[[Y]], %[[ON]]
// CHECK: scf.if
// CHECK: memref.subview %arg1[%[[Y]], 0] [1, 4] [1, 2]
dpsims.program @interior {
  %x = input "x" <shape = [3, 4]>
  %y = pad %x <low = [1, 0], high = [1, 0], interior = [2, 1]>
  output "y" %y
}

// -----

// Powers: by multiplication, by roots, by the logarithm.
// CHECK-LABEL: dpsims.entry @powers
// CHECK: ^bb0(%[[X:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[X2:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK: %[[X3:.*]] = arith.mulf %[[X2]], %[[X]]
// CHECK: arith.divf %{{.*}}, %[[X3]]
// CHECK: ^bb0(%[[X:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[R:.*]] = math.sqrt %[[X]]
// CHECK: arith.divf %{{.*}}, %[[R]]
// CHECK: ^bb0(%[[X:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[L:.*]] = math.log %[[X]]
// CHECK: %[[E:.*]] = arith.mulf %[[L]]
// CHECK: math.exp %[[E]]
dpsims.program @powers {
  %x = input "x" <shape = [4]>
  %y = input "y" <shape = [4]>
  %z = input "z" <shape = [4]>
  %a = pow %x <exponent = -3.0>
  %b = pow %y <exponent = -0.5>
  %c = pow %z <exponent = 1.5>
  output "a" %a
  output "b" %b
  output "c" %c
}

// -----

// Where the condition is not 0; the index along an axis.
// CHECK-LABEL: dpsims.entry @select
// CHECK: scf.forall (%[[Y:.*]]) in (3) {
// CHECK: arith.cmpf une
// CHECK: arith.select
// CHECK: arith.index_cast %[[Y]] : index to i32
dpsims.program @select {
  %c = input "c" <shape = [3, 4]>
  %x = input "x" <shape = [4]>
  %i = iota <shape = [3, 4], axis = 0>
  %f = cast %i <type = "f32">
  %s = select %c, %x, %x
  %y = add %s, %f
  output "y" %y
}

// -----

// Images with few channels: vectors run along the pixels.
// CHECK-LABEL: dpsims.entry @channels_last
// CHECK: scf.forall (%[[N:.*]], %[[Y:.*]], %{{.*}}) in (2, 6, 1) {
// CHECK: memref.subview %arg1[%[[N]], %[[Y]], 0, 0] [1, 1, 8, 3]
// CHECK: memref.subview %arg0[%[[N]], 0, %[[Y]], 0] [1, 3, 1, 8]
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]}
dpsims.program @channels_last {
  %x = input "x" <shape = [2, 3, 6, 8]>
  %y = transpose %x <perm = [0, 2, 3, 1]>
  output "y" %y
}

// -----

// Windows: what is outside of the image does not count.
// CHECK-LABEL: dpsims.entry @max_pool
// CHECK: scf.forall (%[[N:.*]], %[[Y:.*]], %[[X:.*]]) in (1, 3, 3) {
// CHECK: arith.constant 0xFF800000
// CHECK-COUNT-4: arith.maximumf
// CHECK-NOT: arith.maximumf
dpsims.program @max_pool {
  %x = input "x" <shape = [1, 5, 5, 3]>
  %y = max_pool %x <kernel = 2, stride = 2, padding = 1>
  output "y" %y
}

// -----

// Neighbors above and below, then on both sides.
// CHECK-LABEL: dpsims.entry @edges
// CHECK: scf.forall (%[[N:.*]], %[[Y:.*]]) in (1, 4) {
// CHECK-DAG: %[[ABOVE:.*]] = arith.maxsi
// CHECK-DAG: %[[BELOW:.*]] = arith.minsi
// CHECK: memref.subview %arg0[%[[N]], %[[Y]], 0] [1, 1, 6]
// CHECK: memref.subview %arg0[%[[N]], %[[ABOVE]], 0] [1, 1, 6]
// CHECK: memref.subview %arg0[%[[N]], %[[BELOW]], 0] [1, 1, 6]
// CHECK: arith.ori
// CHECK-DAG: memref.subview %arg0[%[[N]], %[[Y]], 0] [1, 1, 5]
// CHECK-DAG: memref.subview %arg0[%[[N]], %[[Y]], 1] [1, 1, 5]
// CHECK-DAG: memref.subview %arg1[%[[N]], %[[Y]], 0] [1, 1, 5]
// CHECK: linalg.generic
// CHECK: memref.subview %arg1[%[[N]], %[[Y]], 1] [1, 1, 5]
// CHECK: linalg.generic
dpsims.program @edges {
  %x = input "x" <shape = [1, 4, 6], type = "i32">
  %y = instance_edges %x
  output "y" %y
}

// -----

// To bytes: rounded, kept within 0 to 255; a byte is a plain i8 in a kernel.
// CHECK-LABEL: dpsims.entry @to_u8
// CHECK: launch @k0 ins(%{{.*}} : memref<4xf32>) outs(%{{.*}} : memref<4xui8>)
// CHECK: func.func @k0(%arg0: memref<4xf32>, %arg1: memref<4xi8>)
// CHECK: math.roundeven
// CHECK: arith.maximumf
// CHECK: 2.550000e+02
// CHECK: arith.minimumf
// CHECK: arith.fptosi {{.*}} to i32
// CHECK: arith.trunci {{.*}} to i8
dpsims.program @to_u8 {
  %x = input "x" <shape = [4]>
  %y = cast %x <type = "u8">
  output "y" %y
}

// -----

// From bytes: without a sign.
// CHECK-LABEL: dpsims.entry @from_u8
// CHECK: func.func @k0(%arg0: memref<4xi8>, %arg1: memref<4xf32>)
// CHECK: arith.extui {{.*}} to i32
// CHECK: arith.sitofp
dpsims.program @from_u8 {
  %x = input "x" <shape = [4], type = "u8">
  %y = cast %x <type = "f32">
  output "y" %y
}

// -----

// An input that is an output: a copy.
// CHECK-LABEL: dpsims.entry @copy
// CHECK: launch @k0 {{.*}} {ops = "copy"}
// CHECK: ^bb0(%[[X:.*]]: i8, %{{.*}}: i8):
// CHECK-NEXT: linalg.yield %[[X]]
dpsims.program @copy {
  %x = input "x" <shape = [4], type = "u8">
  output "y" %x
}

// -----

// Equal kernels are made once.
// CHECK-LABEL: dpsims.entry @equal
// CHECK: launch @k0 ins(%{{.*}} : memref<4xf32>)
// CHECK: launch @k1 ins(%{{.*}} : memref<4xf32>)
// CHECK: launch @k0 ins(%{{.*}} : memref<4xf32>)
// CHECK: func.func @k0
// CHECK: func.func @k1
// CHECK-NOT: func.func
dpsims.program @equal {
  %x = input "x" <shape = [4]>
  %a = softmax %x
  %b = log_softmax %a
  %c = softmax %b
  output "c" %c
}

// -----

// A tensor without dimensions.
// CHECK-LABEL: dpsims.entry @scalar
// CHECK: func.func @k0(%arg0: memref<f32>, %arg1: memref<f32>, %arg2: memref<1xf32>)
// CHECK: scf.forall (%{{.*}}) in (1) {
// CHECK: ins(%arg0, %arg1 : memref<f32>, memref<f32>)
// CHECK: arith.addf
dpsims.program @scalar {
  %x = input "x" <shape = []>
  %y = input "y" <shape = []>
  %z = add %x, %y
  output "z" %z
}

// -----

// A value that is read often is computed once, however long the chain.
// CHECK-LABEL: dpsims.entry @squares
// CHECK-COUNT-40: arith.mulf
// CHECK-NOT: arith.mulf
dpsims.program @squares {
  %x = input "x" <shape = [4]>
  %y = repeat i to 40 (%a = %x) {
    %b = mul %a, %a
    yield %b
  }
  output "y" %y
}

// -----

// Two stages of reductions: the mean and the sum need nothing of one another and share a loop, the variance needs the
// mean; what is one number for a row is computed once.
// CHECK-LABEL: dpsims.entry @row_group
// CHECK: func.func @k0(%arg0: memref<10x80xf32>, %arg1: memref<10x80xf32>)
// CHECK: scf.forall (%{{.*}}) in (10) {
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]}
// CHECK: arith.addf
// CHECK-NEXT: %{{.*}} = arith.addf
// CHECK-NEXT: linalg.yield %{{.*}}, %{{.*}} : f32, f32
// CHECK: arith.constant 1.250000e-02
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]}
// CHECK: %[[D:.*]] = arith.subf
// CHECK: arith.mulf %[[D]], %[[D]]
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]}
// CHECK: math.sqrt
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]}
// CHECK-NOT: math.sqrt
// CHECK-NOT: func.func
dpsims.program @row_group {
  %x = input "x" <shape = [2, 5, 80]>
  %mean = reduce %x <kind = "mean", axes = [2]>
  %sum = reduce %x <kind = "sum", axes = [2]>
  %d = sub %x, %mean
  %q = square %d
  %variance = reduce %q <kind = "mean", axes = [2]>
  %s = rsqrt %variance
  %n = mul %d, %s
  %y = sub %n, %sum
  output "y" %y
}
