// Sizes of kernels that suit a GPU: short pieces of flat ranges, a row a grid point, few channels where there are few
// points, sums in one generic, of which each thread adds up a part.
// RUN: dpsims-opt %s --dpsims-elaborate --graph-to-optimized --optimized-to-schedule --schedule-to-kernels=target=cuda -split-input-file | FileCheck %s

// CHECK-LABEL: dpsims.entry @flat
// CHECK: func.func @k0(%arg0: memref<192x1024xf32>, %arg1: memref<192x1024xf32>)
// CHECK: scf.forall (%{{.*}}) in (192) {
dpsims.program @flat {
  %x = input "x" <shape = [1, 64, 64, 48]>
  %y = exp %x
  output "y" %y
}

// -----

// CHECK-LABEL: dpsims.entry @short_rows
// CHECK: scf.forall (%{{.*}}) in (65536) {
dpsims.program @short_rows {
  %x = input "x" <shape = [65536, 11]>
  %y = softmax %x
  output "y" %y
}

// -----

// CHECK-LABEL: dpsims.entry @channels
// CHECK: scf.forall (%{{.*}}) in (4) {
// CHECK-NOT: scf.for
// CHECK: linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]} ins(%{{.*}} : memref<1500x16xf32
dpsims.program @channels {
  %x = input "x" <shape = [1500, 64]>
  %y = reduce %x <kind = "sum", axes = [0]>
  output "y" %y
}
