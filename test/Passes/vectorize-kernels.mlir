// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The last dimension of each linalg.generic becomes vectors; the grid stays. What a whole kernel becomes, with its
// grid, is in lower-kernels-to-loops.mlir.
// RUN: dpsims-opt %s --split-input-file --dpsims-vectorize-kernels=vector-width=8 | FileCheck %s
// RUN: dpsims-opt %s --split-input-file --dpsims-vectorize-kernels | FileCheck %s --check-prefix=WIDE
// RUN: not dpsims-opt %s --split-input-file --dpsims-vectorize-kernels=vector-width=12 2>&1 | FileCheck %s --check-prefix=TWELVE
// RUN: not dpsims-opt %s --split-input-file --dpsims-vectorize-kernels=vector-width=0 2>&1 | FileCheck %s --check-prefix=ZERO
// TWELVE: error: vector-width must be a power of two, but is 12
// ZERO: error: vector-width must be a power of two, but is 0
// What is not of the form of kernels is an error: verify-kernels.mlir.

#id = affine_map<(d0) -> (d0)>

// 75 = 2 * 32 + 8 + 3: a loop over four vectors at a time, then straight-line code, the last of it masked. All of a
// round is loaded before any of it is stored, so that an output may be the input's memory.
// CHECK-LABEL: func.func @arithmetic
// CHECK:         scf.forall
// CHECK:           scf.for %[[I:.*]] = %{{.*}} to %c64 step %c32
// CHECK-COUNT-4:     vector.load %arg0[%{{.*}}] : memref<75xf32>, vector<8xf32>
// CHECK-COUNT-4:     arith.negf %{{.*}} : vector<8xf32>
// CHECK-COUNT-4:     vector.store %{{.*}}, %arg1[%{{.*}}] : memref<75xf32>, vector<8xf32>
// CHECK:           }
// CHECK:           vector.load %arg0[%c64{{.*}}] : memref<75xf32>, vector<8xf32>
// CHECK:           %[[MASK:.*]] = arith.constant dense<[true, true, true, false{{.*}}]>
// CHECK:           vector.maskedload %arg0[%c72{{.*}}], %[[MASK]]
// CHECK:           vector.store
// CHECK:           vector.maskedstore %arg1
// CHECK-NOT:     linalg.generic
// WIDE-LABEL:  func.func @arithmetic
// WIDE:          vector.load %arg0{{.*}} vector<16xf32>
func.func @arithmetic(%x: memref<75xf32>, %y: memref<75xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%x : memref<75xf32>) outs(%y : memref<75xf32>) {
    ^bb0(%a: f32, %o: f32):
      %r = arith.negf %a : f32
      linalg.yield %r : f32
    }
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>

// An expensive function fills the processor alone: one vector at a time.
// CHECK-LABEL: func.func @functions
// CHECK:         scf.for {{.*}} to %c64 step %c8
// CHECK:           math.tanh
// CHECK:           math.erf
// CHECK:           math.exp
// CHECK-NOT:       math.
// CHECK:         return
func.func @functions(%x: memref<64xf32>, %y: memref<64xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%x : memref<64xf32>) outs(%y : memref<64xf32>) {
    ^bb0(%a: f32, %o: f32):
      %r = math.tanh %a : f32
      %s = math.erf %r : f32
      %t = math.exp %s : f32
      linalg.yield %t : f32
    }
  }
  return
}

// -----

#all = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>

// What does not depend on the last dimension is loaded once a row, as a scalar, and computed with as one.
// CHECK-LABEL: func.func @uniform
// CHECK:         scf.for %[[ROW:.*]] =
// CHECK:           %[[S:.*]] = memref.load %arg1[%[[ROW]]] : memref<5xf32>
// CHECK:           %[[SQUARE:.*]] = arith.mulf %[[S]], %[[S]] : f32
// CHECK:           %[[LANES:.*]] = vector.broadcast %[[SQUARE]] : f32 to vector<8xf32>
// CHECK:           arith.addf %{{.*}}, %[[LANES]] : vector<8xf32>
func.func @uniform(%x: memref<5x8xf32>, %s: memref<5xf32>, %y: memref<5x8xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#all, #rows, #all], iterator_types = ["parallel", "parallel"]}
        ins(%x, %s : memref<5x8xf32>, memref<5xf32>) outs(%y : memref<5x8xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %q = arith.mulf %b, %b : f32
      %r = arith.addf %a, %q : f32
      linalg.yield %r : f32
    }
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>
#scalar = affine_map<(d0) -> ()>

// Two reductions of one range, each by its own operation, from its neutral element. Masked lanes add nothing.
// CHECK-LABEL: func.func @reductions
// CHECK-DAG:     arith.constant dense<0.000000e+00> : vector<8xf32>
// CHECK-DAG:     arith.constant dense<0xFF800000> : vector<8xf32>
// CHECK:         arith.select %{{.*}} : vector<8xi1>, vector<8xf32>
// CHECK:         arith.select %{{.*}} : vector<8xi1>, vector<8xf32>
// CHECK:         arith.addf {{.*}} : vector<8xf32>
// CHECK:         vector.reduction <add>, %{{.*}} fastmath<reassoc> : vector<8xf32> into f32
// CHECK:         memref.store %{{.*}}, %arg1[] : memref<f32>
// CHECK:         arith.maximumf {{.*}} : vector<8xf32>
// CHECK:         vector.reduction <maximumf>, %{{.*}} fastmath<reassoc> : vector<8xf32> into f32
// CHECK:         memref.store %{{.*}}, %arg2[] : memref<f32>
func.func @reductions(%x: memref<11xf32>, %sum: memref<f32>, %most: memref<f32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#id, #scalar, #scalar], iterator_types = ["reduction"]}
        ins(%x : memref<11xf32>) outs(%sum, %most : memref<f32>, memref<f32>) {
    ^bb0(%a: f32, %o: f32, %p: f32):
      %s = arith.addf %a, %o : f32
      %m = arith.maximumf %a, %p : f32
      linalg.yield %s, %m : f32, f32
    }
  }
  return
}

// -----

#all = affine_map<(d0, d1) -> (d0, d1)>
#turned = affine_map<(d0, d1) -> (d1, d0)>

// A transposition to short rows keeps its loads contiguous: vectors along the other dimension would be narrow.
// CHECK-LABEL: func.func @short_rows
// CHECK:         vector.load %arg0{{.*}} vector<8xf32>
// CHECK-COUNT-8: memref.store %{{.*}}, %arg1
func.func @short_rows(%x: memref<3x8xf32>, %y: memref<8x3xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#all, #turned], iterator_types = ["parallel", "parallel"]}
        ins(%x : memref<3x8xf32>) outs(%y : memref<8x3xf32>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    }
  }
  return
}

// -----

#scalar = affine_map<() -> ()>

// No dimension, no vector.
// CHECK-LABEL: func.func @number
// CHECK:         %[[A:.*]] = memref.load %arg0[] : memref<f32>
// CHECK:         %[[R:.*]] = arith.negf %[[A]] : f32
// CHECK:         memref.store %[[R]], %arg1[] : memref<f32>
// CHECK-NOT:     vector
func.func @number(%x: memref<f32>, %y: memref<f32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#scalar, #scalar], iterator_types = []} ins(%x : memref<f32>)
        outs(%y : memref<f32>) {
    ^bb0(%a: f32, %o: f32):
      %r = arith.negf %a : f32
      linalg.yield %r : f32
    }
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>

// A function that is no kernel stays.
// CHECK-LABEL: func.func @other
// CHECK:         linalg.generic
func.func @other(%x: memref<8xf32>, %y: memref<8xf32>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : memref<8xf32>) outs(%y : memref<8xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  return
}
