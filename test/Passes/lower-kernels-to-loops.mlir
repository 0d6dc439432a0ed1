// RUN: dpsims-opt %s --split-input-file --verify-diagnostics --lower-kernels-to-loops=vector-width=8 --canonicalize --cse | FileCheck %s

#id = affine_map<(d0) -> (d0)>
#scalar = affine_map<(d0) -> ()>

// The grid becomes a range; 21 = 8 + 8 + 5: full vectors, then a masked one. The operand that does not depend on the
// last dimension is a scalar.
// CHECK-LABEL: func.func @elementwise(
// CHECK-SAME:    %[[X:.*]]: memref<10x21xf32>, %[[B:.*]]: memref<10xf32>, %[[Y:.*]]: memref<10x21xf32>, %[[BEGIN:.*]]: index, %[[END:.*]]: index)
// CHECK-DAG:     %[[MASK:.*]] = arith.constant dense<[true, true, true, true, true, false, false, false]> : vector<8xi1>
// CHECK:         scf.for %[[ROW:.*]] = %[[BEGIN]] to %[[END]]
// CHECK-DAG:       %[[S:.*]] = memref.load
// CHECK-DAG:       vector.load {{.*}} vector<8xf32>
// CHECK-DAG:       vector.load {{.*}} vector<8xf32>
// CHECK-DAG:       vector.maskedload %{{.*}}, %[[MASK]]
// CHECK-DAG:       vector.broadcast %[[S]] : f32 to vector<8xf32>
// CHECK-COUNT-3:   arith.addf {{.*}} : vector<8xf32>
// CHECK-COUNT-2:   vector.store
// CHECK:           vector.maskedstore %{{.*}}, %[[MASK]]
// CHECK-NOT:       linalg.generic
func.func @elementwise(%x: memref<10x21xf32>, %b: memref<10xf32>, %y: memref<10x21xf32>) attributes {dpsims.kernel} {
  scf.forall (%r) in (10) {
    %xs = memref.subview %x[%r, 0] [1, 21] [1, 1] : memref<10x21xf32> to memref<21xf32, strided<[1], offset: ?>>
    %bs = memref.subview %b[%r] [1] [1] : memref<10xf32> to memref<f32, strided<[], offset: ?>>
    %ys = memref.subview %y[%r, 0] [1, 21] [1, 1] : memref<10x21xf32> to memref<21xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #scalar, #id], iterator_types = ["parallel"]}
      ins(%xs, %bs : memref<21xf32, strided<[1], offset: ?>>, memref<f32, strided<[], offset: ?>>)
      outs(%ys : memref<21xf32, strided<[1], offset: ?>>) {
    ^bb0(%a: f32, %c: f32, %o: f32):
      %s = arith.addf %a, %c : f32
      linalg.yield %s : f32
    }
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>
#scalar = affine_map<(d0) -> ()>

// A reduction of the last dimension: four accumulators, lanes without element neutral, one reduction at the end. The
// private buffer is the function's.
// CHECK-LABEL: func.func @row_sum
// CHECK-DAG:     memref.alloca() {alignment = 64 : i64} : memref<f32>
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<8xf32>
// CHECK:         scf.for
// CHECK-NOT:       memref.alloca
// CHECK:           scf.for {{.*}} iter_args(%{{.*}} = %[[ZERO]], %{{.*}} = %[[ZERO]], %{{.*}} = %[[ZERO]], %{{.*}} = %[[ZERO]]) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK:           vector.maskedload
// CHECK:           arith.select %{{.*}}, %{{.*}}, %[[ZERO]] : vector<8xi1>, vector<8xf32>
// CHECK:           vector.reduction <add>, %{{.*}} fastmath<reassoc> : vector<8xf32> into f32
func.func @row_sum(%x: memref<10x99xf32>, %y: memref<10xf32>) attributes {dpsims.kernel} {
  %zero = arith.constant 0.0 : f32
  scf.forall (%r) in (10) {
    %sum = memref.alloca() : memref<f32>
    memref.store %zero, %sum[] : memref<f32>
    %xs = memref.subview %x[%r, 0] [1, 99] [1, 1] : memref<10x99xf32> to memref<99xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #scalar], iterator_types = ["reduction"]}
      ins(%xs : memref<99xf32, strided<[1], offset: ?>>) outs(%sum : memref<f32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.addf %a, %o : f32
      linalg.yield %s : f32
    }
    %s = memref.load %sum[] : memref<f32>
    memref.store %s, %y[%r] : memref<10xf32>
  }
  return
}

// -----

// A reduction of another dimension: the vectors' loop is outside, the accumulators are registers of the inner loop.
// CHECK-LABEL: func.func @column_max
// CHECK:         scf.for
// CHECK-NOT:       vector.store
// CHECK:           scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-4:     arith.maximumf {{.*}} : vector<8xf32>
// CHECK:             scf.yield
// CHECK-COUNT-4:   vector.store
func.func @column_max(%x: memref<3x50x32xf32>, %y: memref<3x32xf32>) attributes {dpsims.kernel} {
  scf.forall (%n) in (3) {
    %xs = memref.subview %x[%n, 0, 0] [1, 50, 32] [1, 1, 1] : memref<3x50x32xf32>
        to memref<50x32xf32, strided<[32, 1], offset: ?>>
    %ys = memref.subview %y[%n, 0] [1, 32] [1, 1] : memref<3x32xf32> to memref<32xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>],
                    iterator_types = ["reduction", "parallel"]}
      ins(%xs : memref<50x32xf32, strided<[32, 1], offset: ?>>) outs(%ys : memref<32xf32, strided<[1], offset: ?>>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.maximumf %a, %o : f32
      linalg.yield %s : f32
    }
  }
  return
}

// -----

// A transposed output is stored in vectors; the lanes' loads are in the innermost loop, along the cache lines.
// CHECK-LABEL: func.func @transpose
// CHECK:         scf.for
// CHECK:           scf.for %[[HW:.*]] = %{{.*}} to %c64 step %c8
// CHECK:             scf.for %[[C:.*]] = %{{.*}} to %c24
// CHECK-COUNT-8:       memref.load %{{.*}}[%{{.*}}, %[[C]]]
// CHECK:               %[[V:.*]] = vector.from_elements
// CHECK:               vector.store %[[V]], %{{.*}}[%[[C]], %[[HW]]]
func.func @transpose(%x: memref<64x24xf32>, %y: memref<24x64xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1, d0)>],
                    iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<64x24xf32>) outs(%y : memref<24x64xf32>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    }
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>

// The index of the last dimension is a vector; divisions have no lanes without element.
// CHECK-LABEL: func.func @index
// CHECK-DAG:     dense<[0, 1, 2, 3, 4, 5, 6, 7]> : vector<8xi32>
// CHECK:         arith.divsi {{.*}} : vector<8xi32>
// CHECK:         arith.divsi {{.*}} : vector<2xi32>
// CHECK:         arith.divsi {{.*}} : i32
// CHECK-NOT:     vector.masked
func.func @index(%d: memref<11xi32>, %y: memref<11xi32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%d : memref<11xi32>) outs(%y : memref<11xi32>) {
    ^bb0(%a: i32, %o: i32):
      %k = linalg.index 0 : index
      %n = arith.index_cast %k : index to i32
      %q = arith.divsi %n, %a : i32
      linalg.yield %q : i32
    }
  }
  return
}
