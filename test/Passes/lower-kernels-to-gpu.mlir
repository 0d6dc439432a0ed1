// RUN: dpsims-opt %s --dpsims-lower-kernels-to-gpu --canonicalize | FileCheck %s

#id = affine_map<(d0) -> (d0)>
#none = affine_map<(d0) -> ()>
#id2 = affine_map<(d0, d1) -> (d0, d1)>
#first = affine_map<(d0, d1) -> (d0)>
#last = affine_map<(d0, d1) -> (d1)>
!row = memref<64xf32, strided<[1], offset: ?>>
!wide = memref<1024xf32, strided<[1], offset: ?>>

// CHECK: module attributes {gpu.container_module}
// CHECK: func.func @host
// CHECK-NOT: dpsims.kernel
// CHECK: gpu.module @kernels

// Other functions stay.
func.func @host() {
  return
}

// A row takes 16 threads of 4 elements each, 8 rows a block; no barrier is needed.
// CHECK-LABEL: gpu.func @add_bias
// CHECK-SAME: (%[[X:.*]]: memref<4096x64xf32> {llvm.align = 16 : i64, llvm.readonly}, %[[B:.*]]: memref<64xf32> {llvm.align = 16 : i64, llvm.readonly}, %[[Y:.*]]: memref<4096x64xf32> {llvm.align = 16 : i64})
// CHECK-SAME: kernel attributes {known_block_size = array<i32: 128, 1, 1>, known_grid_size = array<i32: 512, 1, 1>}
// CHECK-DAG: %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG: %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG: %[[T:.*]] = gpu.thread_id x upper_bound 128
// CHECK-DAG: %[[BLOCK:.*]] = gpu.block_id x upper_bound 512
// CHECK: %[[ROW:.*]] = arith.divui %[[T]], %[[C16]]
// CHECK: %[[LANE:.*]] = arith.remui %[[T]], %[[C16]]
// CHECK: %[[FIRST:.*]] = arith.muli %[[BLOCK]], %[[C8]]
// CHECK: %[[P:.*]] = arith.addi %[[FIRST]], %[[ROW]]
// CHECK: %[[XS:.*]] = memref.subview %[[X]][%[[P]], 0]
// CHECK: %[[YS:.*]] = memref.subview %[[Y]][%[[P]], 0]
// CHECK-NOT: gpu.barrier
// CHECK: %[[I:.*]] = arith.muli %[[LANE]], %[[C4]]
// CHECK: memref.load %[[XS]][%[[I]]]
// CHECK-COUNT-3: memref.load %[[XS]]
// CHECK-COUNT-4: memref.load %[[B]]
// CHECK-COUNT-4: memref.store %{{.*}}, %[[YS]]
// CHECK-NOT: gpu.barrier
// CHECK: gpu.return
func.func @add_bias(%x: memref<4096x64xf32>, %b: memref<64xf32>, %y: memref<4096x64xf32>) attributes {dpsims.kernel} {
  scf.forall (%r) in (4096) {
    %xs = memref.subview %x[%r, 0] [1, 64] [1, 1] : memref<4096x64xf32> to !row
    %ys = memref.subview %y[%r, 0] [1, 64] [1, 1] : memref<4096x64xf32> to !row
    linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
        ins(%xs, %b : !row, memref<64xf32>) outs(%ys : !row) {
    ^bb0(%a: f32, %c: f32, %o: f32):
      %s = arith.addf %a, %c : f32
      linalg.yield %s : f32
    }
  }
  return
}

// A sum over the last dimension: in the thread, then in the warp. Each thread has the total in memory of its own. Of x
// and y nothing is known: no thread may write y while another reads x.
// CHECK-LABEL: gpu.func @sum
// CHECK-SAME: private(%[[SUM:.*]] : memref<f32, #gpu.address_space<private>>)
// CHECK-SAME: known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 8, 1, 1>
// CHECK: memref.store %{{.*}}, %[[SUM]][]
// CHECK: scf.if %{{.*}} -> (f32) {
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: memref.load %[[SUM]][]
// CHECK: memref.store %{{.*}}, %[[SUM]][]
// CHECK: %[[TOTAL:.*]] = memref.load %[[SUM]][]
// CHECK: gpu.barrier
// CHECK: arith.divf %{{.*}}, %[[TOTAL]]
// CHECK: gpu.return
func.func @sum(%x: memref<8x64xf32>, %y: memref<8x64xf32>) attributes {dpsims.kernel} {
  %zero = arith.constant 0.0 : f32
  scf.forall (%r) in (8) {
    %xs = memref.subview %x[%r, 0] [1, 64] [1, 1] : memref<8x64xf32> to !row
    %ys = memref.subview %y[%r, 0] [1, 64] [1, 1] : memref<8x64xf32> to !row
    %sum = memref.alloca() : memref<f32>
    memref.store %zero, %sum[] : memref<f32>
    linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]} ins(%xs : !row)
        outs(%sum : memref<f32>) {
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

// Where x and y share no memory, nobody waits; several rows go to a block.
// CHECK-LABEL: gpu.func @sum_apart
// CHECK-SAME: (%{{.*}}: memref<8x64xf32> {llvm.align = 16 : i64, llvm.noalias, llvm.readonly}, %{{.*}}: memref<8x64xf32> {llvm.align = 16 : i64, llvm.noalias})
// CHECK-SAME: known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 2, 1, 1>
// CHECK-NOT: gpu.barrier
// CHECK-COUNT-4: gpu.shuffle xor
// CHECK-NOT: gpu.shuffle
// CHECK: gpu.return
func.func @sum_apart(%x: memref<8x64xf32> {dpsims.disjoint}, %y: memref<8x64xf32> {dpsims.disjoint})
    attributes {dpsims.kernel} {
  %zero = arith.constant 0.0 : f32
  scf.forall (%r) in (8) {
    %xs = memref.subview %x[%r, 0] [1, 64] [1, 1] : memref<8x64xf32> to !row
    %ys = memref.subview %y[%r, 0] [1, 64] [1, 1] : memref<8x64xf32> to !row
    %sum = memref.alloca() : memref<f32>
    memref.store %zero, %sum[] : memref<f32>
    linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]} ins(%xs : !row)
        outs(%sum : memref<f32>) {
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

// Several warps exchange their sums through memory of the block, and all threads add them up in one order.
// Across a barrier, LLVM must not take what is written for the thread's own.
// CHECK-LABEL: gpu.func @sum_wide
// CHECK-SAME: (%{{.*}}: memref<8x1024xf32> {llvm.align = 16 : i64, llvm.noalias, llvm.readonly}, %{{.*}}: memref<8x1024xf32> {llvm.align = 16 : i64})
// CHECK-SAME: workgroup(%[[SHARED:.*]] : memref<32xi8, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
// CHECK-SAME: known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 8, 1, 1>
// CHECK: %[[WARPS:.*]] = memref.view %[[SHARED]]
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: scf.if
// CHECK-NEXT: memref.store %{{.*}}, %[[WARPS]]
// CHECK: gpu.barrier
// CHECK-COUNT-8: memref.load %[[WARPS]]
// CHECK-NOT: gpu.barrier
// CHECK: gpu.return
func.func @sum_wide(%x: memref<8x1024xf32> {dpsims.disjoint}, %y: memref<8x1024xf32> {dpsims.disjoint})
    attributes {dpsims.kernel} {
  %zero = arith.constant 0.0 : f32
  scf.forall (%r) in (8) {
    %xs = memref.subview %x[%r, 0] [1, 1024] [1, 1] : memref<8x1024xf32> to !wide
    %ys = memref.subview %y[%r, 0] [1, 1024] [1, 1] : memref<8x1024xf32> to !wide
    %sum = memref.alloca() : memref<f32>
    memref.store %zero, %sum[] : memref<f32>
    linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]} ins(%xs : !wide)
        outs(%sum : memref<f32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.addf %a, %o : f32
      linalg.yield %s : f32
    }
    %total = memref.load %sum[] : memref<f32>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%xs : !wide) outs(%ys : !wide) {
    ^bb0(%a: f32, %o: f32):
      %q = arith.divf %a, %total : f32
      linalg.yield %q : f32
    }
  }
  return
}

// A sum over another dimension: 8 threads have the 32 columns, 32 of such rows a part of the terms each. In the warp
// they are added by shuffles, then over the warps. Elements of %sum stay with their threads.
// CHECK-LABEL: gpu.func @column_sum
// CHECK-SAME: workgroup(%{{.*}} : memref<1024xi8, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}) private(%[[SUM:.*]] : memref<4xf32, #gpu.address_space<private>>)
// CHECK-SAME: known_block_size = array<i32: 256, 1, 1>
// CHECK-COUNT-4: memref.store %{{.*}}, %[[SUM]]
// CHECK: scf.for %[[R:[a-z0-9]+]] = {{.*}} -> (f32, f32, f32, f32)
// CHECK-COUNT-4: memref.load %{{.*}}[%[[R]], %{{.*}}]
// CHECK-COUNT-8: gpu.shuffle xor
// CHECK: gpu.barrier
// CHECK-COUNT-4: memref.store %{{.*}}, %[[SUM]]
// CHECK-NOT: gpu.barrier
// CHECK: gpu.return
func.func @column_sum(%x: memref<100x32xf32>, %z: memref<1xf32>) attributes {dpsims.kernel} {
  %zero = arith.constant 0.0 : f32
  scf.forall (%p) in (1) {
    %sum = memref.alloca() : memref<32xf32>
    linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%sum : memref<32xf32>) {
    ^bb0(%o: f32):
      linalg.yield %zero : f32
    }
    linalg.generic {indexing_maps = [#id2, #last], iterator_types = ["reduction", "parallel"]}
        ins(%x : memref<100x32xf32>) outs(%sum : memref<32xf32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.addf %a, %o : f32
      linalg.yield %s : f32
    }
  }
  return
}

// A buffer read in another order than it was written needs a barrier; a loop needs
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
      %xs = memref.subview %x[%i, 0, 0] [1, 8, 8] [1, 1, 1] : memref<4x8x8xf32>
          to memref<8x8xf32, strided<[8, 1], offset: ?>>
      %ys = memref.subview %y[%i, 0, 0] [1, 8, 8] [1, 1, 1] : memref<4x8x8xf32>
          to memref<8x8xf32, strided<[8, 1], offset: ?>>
      linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
          ins(%xs : memref<8x8xf32, strided<[8, 1], offset: ?>>) outs(%buffer : memref<8x8xf32>) {
      ^bb0(%a: f32, %o: f32):
        linalg.yield %a : f32
      }
      linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, #id2],
          iterator_types = ["parallel", "parallel"]} ins(%buffer : memref<8x8xf32>)
          outs(%ys : memref<8x8xf32, strided<[8, 1], offset: ?>>) {
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
