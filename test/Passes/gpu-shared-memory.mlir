// REQUIRES: ptxas
// LLVM reads shared memory 16 bytes at a time, so that it must be aligned to 16, and no access may go beyond its end.
// RUN: dpsims-opt %s --dpsims-lower-kernels-to-gpu --dpsims-assemble-gpu | FileCheck %s
// RUN: kernel-check --gpu %s

// The exchange of 2 warps (8 bytes, 16 with what keeps the next buffer aligned), and a buffer of 8 floats of which one
// thread reads 4 at once.
// CHECK: gpu.binary @kernels
// CHECK-SAME: .visible .entry k(
// CHECK-SAME: .shared .align 16 .b8 {{[_a-zA-Z0-9$]+}}[48];
// CHECK-SAME: ld.shared.v4

#id = affine_map<(d0) -> (d0)>
!row = memref<200xf32, strided<[1], offset: ?>>

func.func @k(%x: memref<8x200xf32>, %t: memref<8xf32>, %y: memref<8x200xf32>) attributes {dpsims.kernel} {
  %zero = arith.constant 0.0 : f32
  scf.forall (%r) in (8) {
    %xs = memref.subview %x[%r, 0] [1, 200] [1, 1] : memref<8x200xf32> to !row
    %ys = memref.subview %y[%r, 0] [1, 200] [1, 1] : memref<8x200xf32> to !row
    %sum = memref.alloca() : memref<f32>
    %factors = memref.alloca() : memref<8xf32>
    memref.store %zero, %sum[] : memref<f32>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%t : memref<8xf32>)
        outs(%factors : memref<8xf32>) {
    ^bb0(%a: f32, %o: f32):
      %e = arith.mulf %a, %a : f32
      linalg.yield %e : f32
    }
    linalg.generic {indexing_maps = [#id, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
        ins(%xs : !row) outs(%sum : memref<f32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.addf %a, %o : f32
      linalg.yield %s : f32
    }
    %total = memref.load %sum[] : memref<f32>
    linalg.generic {indexing_maps = [#id, affine_map<(d0) -> (0)>, affine_map<(d0) -> (1)>,
        affine_map<(d0) -> (2)>, affine_map<(d0) -> (3)>, #id], iterator_types = ["parallel"]}
      ins(%xs, %factors, %factors, %factors, %factors : !row, memref<8xf32>, memref<8xf32>, memref<8xf32>,
          memref<8xf32>) outs(%ys : !row) {
    ^bb0(%a: f32, %b0: f32, %b1: f32, %b2: f32, %b3: f32, %o: f32):
      %q = arith.divf %a, %total : f32
      %q1 = arith.addf %q, %b0 : f32
      %q2 = arith.mulf %q1, %b1 : f32
      %q3 = arith.addf %q2, %b2 : f32
      %q4 = arith.mulf %q3, %b3 : f32
      linalg.yield %q4 : f32
    }
  }
  return
}
