// RUN: dpsims-opt %s --split-input-file --dpsims-lower-kernel-grids --canonicalize --cse | FileCheck %s

// One division for each range: the grid's counters are carried from point to point.
// CHECK-LABEL: func.func @grid
// CHECK-DAG:     arith.remui
// CHECK-DAG:     arith.divui
// CHECK:         scf.for {{.*}} iter_args(%[[I:.*]] = %{{.*}}, %[[J:.*]] = %{{.*}})
// CHECK-NOT:       arith.divui
// CHECK:           memref.store %{{.*}}, %{{.*}}[%[[I]], %[[J]]]
// CHECK:           %[[NEXT:.*]] = arith.addi %[[J]]
// CHECK:           %[[WRAPS:.*]] = arith.cmpi eq, %[[NEXT]]
// CHECK:           arith.select %[[WRAPS]]
// CHECK:           scf.yield
func.func @grid(%y: memref<6x7xf32>) attributes {dpsims.kernel} {
  scf.forall (%i, %j) in (6, 7) {
    %one = arith.constant 1.0 : f32
    memref.store %one, %y[%i, %j] : memref<6x7xf32>
  }
  return
}

// -----

// The grid is run in order: the last point of those that are counted is known by its number.
// CHECK-LABEL: func.func @last_point
// CHECK-DAG:     %[[LAST:.*]] = arith.constant 5 : index
// CHECK:         scf.for %[[POINT:.*]] = %{{.*}} to
// CHECK:           %[[IS:.*]] = arith.cmpi eq, %[[POINT]], %[[LAST]]
// CHECK:           scf.if %[[IS]]
func.func @last_point(%y: memref<8xf32>) attributes {dpsims.kernel} {
  %one = arith.constant 1.0 : f32
  scf.forall (%i) in (8) {
    %last = dpsims.last_point %i first 2 count 4
    scf.if %last {
      memref.store %one, %y[%i] : memref<8xf32>
    }
  }
  return
}
