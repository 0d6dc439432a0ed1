// RUN: dpsims-opt %s --lower-kernels-to-gpu --canonicalize | FileCheck %s

#id = affine_map<(d0) -> (d0)>
#none = affine_map<(d0) -> ()>
#id2 = affine_map<(d0, d1) -> (d0, d1)>
#first = affine_map<(d0, d1) -> (d0)>
#last = affine_map<(d0, d1) -> (d1)>
!row = memref<64xf32, strided<[1], offset: ?>>

// CHECK: module attributes {gpu.container_module}
// CHECK: func.func @host
// CHECK-NOT: dpsims.kernel
// CHECK: gpu.module @kernels

// Other functions stay.
func.func @host() {
  return
}

// The last dimension is spread over the threads; a grid point is a block; no barrier is needed.
// CHECK-LABEL: gpu.func @add_bias
// CHECK-SAME: (%[[X:.*]]: memref<4096x64xf32>, %[[B:.*]]: memref<64xf32>, %[[Y:.*]]: memref<4096x64xf32>)
// CHECK-SAME: kernel attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 4096, 1, 1>}
// CHECK-DAG: %[[THREADS:.*]] = arith.constant 64 : index
// CHECK-DAG: %[[T:.*]] = gpu.thread_id x upper_bound 64
// CHECK-DAG: %[[P:.*]] = gpu.block_id x upper_bound 4096
// CHECK: %[[XS:.*]] = memref.subview %[[X]][%[[P]], 0]
// CHECK: %[[YS:.*]] = memref.subview %[[Y]][%[[P]], 0]
// CHECK-NOT: gpu.barrier
// CHECK: scf.for %[[I:.*]] = %[[T]] to %[[THREADS]] step %[[THREADS]]
// CHECK: memref.load %[[XS]][%[[I]]]
// CHECK: memref.load %[[B]][%[[I]]]
// CHECK: memref.store %{{.*}}, %[[YS]][%[[I]]]
// CHECK-NOT: gpu.barrier
// CHECK: gpu.return
func.func @add_bias(%x: memref<4096x64xf32>, %b: memref<64xf32>, %y: memref<4096x64xf32>) attributes {dpsims.kernel} {
  scf.forall (%r) in (4096) {
    %xs = memref.subview %x[%r, 0] [1, 64] [1, 1] : memref<4096x64xf32> to !row
    %ys = memref.subview %y[%r, 0] [1, 64] [1, 1] : memref<4096x64xf32> to !row
    linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%xs, %b : !row, memref<64xf32>) outs(%ys : !row) {
    ^bb0(%a: f32, %c: f32, %o: f32):
      %s = arith.addf %a, %c : f32
      linalg.yield %s : f32
    }
  }
  return
}

// A sum over the last dimension: in the thread, in the warp, over the warps through memory; thread 0 adds what the
// output held. Private buffers become views of the block's.
// CHECK-LABEL: gpu.func @sum
// CHECK-SAME: workgroup(%[[SHARED:.*]] : memref<32xi8, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG: %[[WARPS:.*]] = memref.view %[[SHARED]][%[[C0]]][] : {{.*}} to memref<2xf32, #gpu.address_space<workgroup>>
// CHECK-DAG: %[[SUM:.*]] = memref.view %[[SHARED]][%[[C16]]][] : {{.*}} to memref<f32, #gpu.address_space<workgroup>>
// CHECK-DAG: %[[T:.*]] = gpu.thread_id x
// CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[T]]
// CHECK: scf.if %[[FIRST]] {
// CHECK-NEXT: memref.store %{{.*}}, %[[SUM]][]
// CHECK: scf.for %{{.*}} = %[[T]] to %{{.*}} iter_args(%{{.*}} = %{{.*}}) -> (f32)
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: scf.if
// CHECK: memref.store %{{.*}}, %[[WARPS]]
// CHECK: gpu.barrier
// CHECK: %[[W0:.*]] = memref.load %[[WARPS]]
// CHECK: %[[W1:.*]] = memref.load %[[WARPS]]
// CHECK: arith.addf %[[W0]], %[[W1]]
// CHECK: scf.if
// CHECK: memref.load %[[SUM]][]
// CHECK: memref.store %{{.*}}, %[[SUM]][]
// CHECK: gpu.barrier
// CHECK: %[[TOTAL:.*]] = memref.load %[[SUM]][]
// CHECK: scf.for %{{.*}} = %[[T]]
// CHECK: arith.divf %{{.*}}, %[[TOTAL]]
// CHECK: gpu.return
func.func @sum(%x: memref<8x64xf32>, %y: memref<8x64xf32>) attributes {dpsims.kernel} {
  %zero = arith.constant 0.0 : f32
  scf.forall (%r) in (8) {
    %xs = memref.subview %x[%r, 0] [1, 64] [1, 1] : memref<8x64xf32> to !row
    %ys = memref.subview %y[%r, 0] [1, 64] [1, 1] : memref<8x64xf32> to !row
    %sum = memref.alloca() : memref<f32>
    memref.store %zero, %sum[] : memref<f32>
    linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]} ins(%xs : !row) outs(%sum : memref<f32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.addf %a, %o : f32
      linalg.yield %s : f32
    }
    %total = memref.load %sum[] : memref<f32>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%xs : !row) outs(%ys : !row) {
    ^bb0(%a: f32, %o: f32):
      %q = arith.divf %a, %total : f32
      linalg.yield %q : f32
    }
  }
  return
}

// A sum over another dimension stays in each thread's register. Whoever wrote an element of %sum reads it again: no
// barrier.
// CHECK-LABEL: gpu.func @column_sum
// CHECK-NOT: gpu.barrier
// CHECK-NOT: gpu.shuffle
// CHECK: scf.for %[[C:.*]] = %{{.*}} {
// CHECK: %[[START:.*]] = memref.load %[[SUM:.*]][%[[C]]]
// CHECK: %[[S:.*]] = scf.for %[[R:.*]] = {{.*}} iter_args(%{{.*}} = %[[START]]) -> (f32)
// CHECK: memref.load %{{.*}}[%[[R]], %[[C]]]
// CHECK: memref.store %[[S]], %[[SUM]][%[[C]]]
// CHECK: gpu.return
func.func @column_sum(%x: memref<100x32xf32>, %z: memref<1xf32>) attributes {dpsims.kernel} {
  %zero = arith.constant 0.0 : f32
  scf.forall (%p) in (1) {
    %sum = memref.alloca() : memref<32xf32>
    linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%sum : memref<32xf32>) {
    ^bb0(%o: f32):
      linalg.yield %zero : f32
    }
    linalg.generic {indexing_maps = [#id2, #last], iterator_types = ["reduction", "parallel"]} ins(%x : memref<100x32xf32>) outs(%sum : memref<32xf32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.addf %a, %o : f32
      linalg.yield %s : f32
    }
  }
  return
}

// One warp needs no exchange memory. A buffer read in another order than it was written needs a barrier; a loop needs
// one before its next iteration writes again.
// CHECK-LABEL: gpu.func @transposed
// CHECK: %[[BUFFER:.*]] = memref.view
// CHECK: scf.for %{{.*}} = %{{.*}} {
// CHECK: memref.store %{{.*}}, %[[BUFFER]][%{{.*}}, %{{.*}}]
// CHECK: gpu.barrier
// CHECK: memref.load %[[BUFFER]][%{{.*}}, %{{.*}}]
// CHECK: memref.store
// CHECK: gpu.barrier
// CHECK-NEXT: }
// CHECK-NEXT: gpu.return
func.func @transposed(%x: memref<4x8x8xf32>, %y: memref<4x8x8xf32>) attributes {dpsims.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.forall (%p) in (1) {
    %buffer = memref.alloca() : memref<8x8xf32>
    scf.for %i = %c0 to %c4 step %c1 {
      %xs = memref.subview %x[%i, 0, 0] [1, 8, 8] [1, 1, 1] : memref<4x8x8xf32> to memref<8x8xf32, strided<[8, 1], offset: ?>>
      %ys = memref.subview %y[%i, 0, 0] [1, 8, 8] [1, 1, 1] : memref<4x8x8xf32> to memref<8x8xf32, strided<[8, 1], offset: ?>>
      linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%xs : memref<8x8xf32, strided<[8, 1], offset: ?>>) outs(%buffer : memref<8x8xf32>) {
      ^bb0(%a: f32, %o: f32):
        linalg.yield %a : f32
      }
      linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, #id2], iterator_types = ["parallel", "parallel"]} ins(%buffer : memref<8x8xf32>) outs(%ys : memref<8x8xf32, strided<[8, 1], offset: ?>>) {
      ^bb0(%a: f32, %o: f32):
        linalg.yield %a : f32
      }
    }
  }
  return
}

// Several dimensions, bounds and steps of the grid come from the block's number.
// CHECK-LABEL: gpu.func @grid
// CHECK-SAME: known_grid_size = array<i32: 6, 1, 1>
// CHECK-DAG: %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG: %[[C32:.*]] = arith.constant 32 : index
// CHECK-DAG: %[[P:.*]] = gpu.block_id x upper_bound 6
// CHECK-DAG: %[[REM:.*]] = arith.remui %[[P]], %[[C2]]
// CHECK-DAG: %[[DIV:.*]] = arith.divui %[[P]], %[[C2]]
// CHECK-DAG: %[[J:.*]] = arith.muli %[[REM]], %[[C32]]
// CHECK: memref.load %{{.*}}[%[[DIV]], %[[J]]]
func.func @grid(%x: memref<3x64xf32>, %y: memref<3x64xf32>) attributes {dpsims.kernel} {
  scf.forall (%i, %j) = (0, 0) to (3, 64) step (1, 32) {
    %v = memref.load %x[%i, %j] : memref<3x64xf32>
    memref.store %v, %y[%i, %j] : memref<3x64xf32>
  }
  return
}
