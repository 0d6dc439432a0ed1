// REQUIRES: ptxas
// How kernels reach global memory: 16 bytes at a time where rows allow it, through the read-only cache what is apart
// and only read.
// RUN: dpsims-opt %s --dpsims-lower-kernels-to-gpu --dpsims-assemble-gpu | FileCheck %s
// RUN: kernel-check --gpu %s

// CHECK: gpu.binary @kernels
// CHECK-SAME: .visible .entry apart(
// CHECK-SAME: ld.global.nc.v4.b32
// CHECK-SAME: st.global.v4.b32
// CHECK-SAME: .visible .entry in_place(
// CHECK-SAME: ld.global.v4.b32
// CHECK-SAME: st.global.v4.b32
// CHECK-SAME: .visible .entry bytes(
// CHECK-SAME: ld.global.nc.v4.b32
// CHECK-SAME: st.global.b32
// CHECK-SAME: .visible .entry odd(
// CHECK-SAME: ld.global.nc.b32
// CHECK-SAME: st.global.b32
// CHECK-SAME: .visible .entry shifted(
// CHECK-SAME: ld.global.nc.b32
// CHECK-SAME: .visible .entry mixed(
// CHECK-SAME: ld.global.nc.v4.b32
// CHECK-SAME: st.global.v4.b32
// CHECK-SAME: bin =

#id = affine_map<(d0) -> (d0)>
!row64 = memref<64xf32, strided<[1], offset: ?>>

func.func @apart(%x: memref<100x64xf32> {dpsims.disjoint}, %y: memref<100x64xf32> {dpsims.disjoint})
    attributes {dpsims.kernel} {
  scf.forall (%r) in (100) {
    %xs = memref.subview %x[%r, 0] [1, 64] [1, 1] : memref<100x64xf32> to !row64
    %ys = memref.subview %y[%r, 0] [1, 64] [1, 1] : memref<100x64xf32> to !row64
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%xs : !row64) outs(%ys : !row64) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.mulf %a, %a : f32
      linalg.yield %s : f32
    }
  }
  return
}

func.func @in_place(%x: memref<100x64xf32>, %y: memref<100x64xf32>) attributes {dpsims.kernel} {
  scf.forall (%r) in (100) {
    %xs = memref.subview %x[%r, 0] [1, 64] [1, 1] : memref<100x64xf32> to !row64
    %ys = memref.subview %y[%r, 0] [1, 64] [1, 1] : memref<100x64xf32> to !row64
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%xs : !row64) outs(%ys : !row64) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.mulf %a, %a : f32
      linalg.yield %s : f32
    }
  }
  return
}

func.func @bytes(%x: memref<4096xf32> {dpsims.disjoint}, %y: memref<4096xi8> {dpsims.disjoint})
    attributes {dpsims.kernel} {
  scf.forall (%r) in (1) {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<4096xf32>)
        outs(%y : memref<4096xi8>) {
    ^bb0(%a: f32, %o: i8):
      %s = arith.mulf %a, %a : f32
      %u = arith.fptoui %s : f32 to i8
      linalg.yield %u : i8
    }
  }
  return
}

// Rows of three: 85 of them in a block, but for the last one.
func.func @odd(%x: memref<1000x3xf32> {dpsims.disjoint}, %y: memref<1000x3xf32> {dpsims.disjoint})
    attributes {dpsims.kernel} {
  scf.forall (%r) in (1000) {
    %xs = memref.subview %x[%r, 0] [1, 3] [1, 1] : memref<1000x3xf32> to memref<3xf32, strided<[1], offset: ?>>
    %ys = memref.subview %y[%r, 0] [1, 3] [1, 1] : memref<1000x3xf32> to memref<3xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%xs : memref<3xf32, strided<[1], offset: ?>>) outs(%ys : memref<3xf32, strided<[1], offset: ?>>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.mulf %a, %a : f32
      linalg.yield %s : f32
    }
  }
  return
}

// One element on: 16 bytes would be misaligned.
func.func @shifted(%x: memref<100x65xf32> {dpsims.disjoint}, %y: memref<100x64xf32> {dpsims.disjoint})
    attributes {dpsims.kernel} {
  scf.forall (%r) in (100) {
    %xs = memref.subview %x[%r, 1] [1, 64] [1, 1] : memref<100x65xf32> to !row64
    %ys = memref.subview %y[%r, 0] [1, 64] [1, 1] : memref<100x64xf32> to !row64
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%xs : !row64) outs(%ys : !row64) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.mulf %a, %a : f32
      linalg.yield %s : f32
    }
  }
  return
}

// Work on other memory in other branches: each takes elements as it can.
func.func @mixed(%x: memref<64xf32> {dpsims.disjoint}, %a: memref<3xf32> {dpsims.disjoint},
    %y: memref<64xf32> {dpsims.disjoint}, %b: memref<3xf32> {dpsims.disjoint}) attributes {dpsims.kernel} {
  %c0 = arith.constant 0 : index
  scf.forall (%p) in (2) {
    %first = arith.cmpi eq, %p, %c0 : index
    scf.if %first {
      linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<64xf32>)
          outs(%y : memref<64xf32>) {
      ^bb0(%v: f32, %o: f32):
        %s = arith.mulf %v, %v : f32
        linalg.yield %s : f32
      }
    } else {
      linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : memref<3xf32>)
          outs(%b : memref<3xf32>) {
      ^bb0(%v: f32, %o: f32):
        %s = arith.mulf %v, %v : f32
        linalg.yield %s : f32
      }
    }
  }
  return
}
