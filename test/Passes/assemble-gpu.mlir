// REQUIRES: ptxas
// One kernel of every kind through PTX to machine code. The texts are those of the LLVM back end and of ptxas.
// RUN: dpsims-opt %s --dpsims-lower-kernels-to-gpu --dpsims-assemble-gpu | FileCheck %s
// RUN: dpsims-opt %s --dpsims-lower-kernels-to-gpu --dpsims-assemble-gpu=chip=sm_80 | FileCheck %s --check-prefix=CHIP
// RUN: not dpsims-opt %s --dpsims-lower-kernels-to-gpu --dpsims-assemble-gpu=chip=gfx90a 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// CHECK: gpu.binary @kernels
// CHECK-SAME: chip = "sm_90"
// CHECK-SAME: assembly = "
// CHECK-SAME: .version 8.0
// CHECK-SAME: .visible .entry broadcast(
// CHECK-SAME: .visible .entry layer_norm(
// CHECK-SAME: .visible .entry maths(
// CHECK-SAME: ex2.approx.f32
// CHECK-SAME: .visible .entry scalars(
// CHECK-SAME: bin = "\7FELF
// CHIP: .target sm_80
// UNKNOWN: error: unknown CUDA chip 'gfx90a' (a name like sm_90 is wanted)

#id = affine_map<(d0) -> (d0)>
#none = affine_map<(d0) -> ()>
#id2 = affine_map<(d0, d1) -> (d0, d1)>
!row = memref<200xf32, strided<[1], offset: ?>>

// y = x + b with rows of 64, broadcast over rows; extra scalar and column operands.
func.func @broadcast(%x: memref<6x5x64xf32>, %b: memref<64xf32>, %c: memref<6xf32>,
    %y: memref<6x5x64xf32>) attributes {dpsims.kernel} {
  scf.forall (%n) in (6) {
    %xs = memref.subview %x[%n, 0, 0] [1, 5, 64] [1, 1, 1] : memref<6x5x64xf32>
        to memref<5x64xf32, strided<[64, 1], offset: ?>>
    %ys = memref.subview %y[%n, 0, 0] [1, 5, 64] [1, 1, 1] : memref<6x5x64xf32>
        to memref<5x64xf32, strided<[64, 1], offset: ?>>
    %cs = memref.subview %c[%n] [1] [1] : memref<6xf32> to memref<f32, strided<[], offset: ?>>
    linalg.generic {indexing_maps = [#id2, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> ()>,
        #id2], iterator_types = ["parallel", "parallel"]}
      ins(%xs, %b, %cs : memref<5x64xf32, strided<[64, 1], offset: ?>>, memref<64xf32>,
          memref<f32, strided<[], offset: ?>>) outs(%ys : memref<5x64xf32, strided<[64, 1], offset: ?>>) {
    ^bb0(%a: f32, %bb: f32, %cc: f32, %o: f32):
      %s = arith.addf %a, %bb : f32
      %m = arith.mulf %s, %cc : f32
      linalg.yield %m : f32
    }
  }
  return
}

// Layer norm over rows of 200: two reductions, exact.
func.func @layer_norm(%x: memref<7x200xf32>, %w: memref<200xf32>, %b: memref<200xf32>,
    %y: memref<7x200xf32>) attributes {dpsims.kernel} {
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 200.0 : f32
  %eps = arith.constant 1.0e-6 : f32
  scf.forall (%r) in (7) {
    %xs = memref.subview %x[%r, 0] [1, 200] [1, 1] : memref<7x200xf32> to !row
    %ys = memref.subview %y[%r, 0] [1, 200] [1, 1] : memref<7x200xf32> to !row
    %sum = memref.alloca() : memref<f32>
    %squares = memref.alloca() : memref<f32>
    memref.store %zero, %sum[] : memref<f32>
    memref.store %zero, %squares[] : memref<f32>
    linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]} ins(%xs : !row)
        outs(%sum : memref<f32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.addf %a, %o : f32
      linalg.yield %s : f32
    }
    %total = memref.load %sum[] : memref<f32>
    %mean = arith.divf %total, %n : f32
    linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]} ins(%xs : !row)
        outs(%squares : memref<f32>) {
    ^bb0(%a: f32, %o: f32):
      %d = arith.subf %a, %mean : f32
      %q = arith.mulf %d, %d : f32
      %s = arith.addf %o, %q : f32
      linalg.yield %s : f32
    }
    %total2 = memref.load %squares[] : memref<f32>
    %var = arith.divf %total2, %n : f32
    %vare = arith.addf %var, %eps : f32
    %rstd = math.rsqrt %vare : f32
    linalg.generic {indexing_maps = [#id, #id, #id, #id], iterator_types = ["parallel"]}
        ins(%xs, %w, %b : !row, memref<200xf32>, memref<200xf32>) outs(%ys : !row) {
    ^bb0(%a: f32, %ww: f32, %bb: f32, %o: f32):
      %d = arith.subf %a, %mean : f32
      %s = arith.mulf %d, %rstd : f32
      %t = arith.mulf %s, %ww : f32
      %u = arith.addf %t, %bb : f32
      linalg.yield %u : f32
    }
  }
  return
}

// Softmax of several rows a block; the exponentials are stored and summed by one generic.
func.func @softmax(%x: memref<6x300xf32>, %y: memref<6x300xf32>) attributes {dpsims.kernel} {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  scf.forall (%b) in (2) {
    %r = affine.apply affine_map<(d0) -> (d0 * 3)>(%b)
    %xs = memref.subview %x[%r, 0] [3, 300] [1, 1] : memref<6x300xf32>
        to memref<3x300xf32, strided<[300, 1], offset: ?>>
    %ys = memref.subview %y[%r, 0] [3, 300] [1, 1] : memref<6x300xf32>
        to memref<3x300xf32, strided<[300, 1], offset: ?>>
    %max = memref.alloca() : memref<3xf32>
    %sum = memref.alloca() : memref<3xf32>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        outs(%max, %sum : memref<3xf32>, memref<3xf32>) {
    ^bb0(%o: f32, %p: f32):
      linalg.yield %low, %zero : f32, f32
    }
    linalg.generic {indexing_maps = [#id2, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%xs : memref<3x300xf32, strided<[300, 1], offset: ?>>) outs(%max : memref<3xf32>) {
    ^bb0(%a: f32, %o: f32):
      %m = arith.maximumf %a, %o : f32
      linalg.yield %m : f32
    }
    linalg.generic {indexing_maps = [#id2, affine_map<(d0, d1) -> (d0)>, #id2],
        iterator_types = ["parallel", "parallel"]}
      ins(%xs, %max : memref<3x300xf32, strided<[300, 1], offset: ?>>, memref<3xf32>)
          outs(%ys : memref<3x300xf32, strided<[300, 1], offset: ?>>) {
    ^bb0(%a: f32, %m: f32, %o: f32):
      %d = arith.subf %a, %m : f32
      %e = math.exp %d : f32
      linalg.yield %e : f32
    }
    linalg.generic {indexing_maps = [#id2, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%ys : memref<3x300xf32, strided<[300, 1], offset: ?>>) outs(%sum : memref<3xf32>) {
    ^bb0(%e: f32, %acc: f32):
      %s = arith.addf %acc, %e : f32
      linalg.yield %s : f32
    }
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%sum : memref<3xf32>) outs(%ys : memref<3x300xf32, strided<[300, 1], offset: ?>>) {
    ^bb0(%s: f32, %e: f32):
      %q = arith.divf %e, %s : f32
      linalg.yield %q : f32
    }
  }
  return
}

// Mean of the columns: the reduction is a loop in each thread; a grid point has 32 columns.
func.func @column_mean(%x: memref<100x96xf32>, %y: memref<96xf32>) attributes {dpsims.kernel} {
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 0.01 : f32
  scf.forall (%i) = (0) to (96) step (32) {
    %xs = memref.subview %x[0, %i] [100, 32] [1, 1] : memref<100x96xf32>
        to memref<100x32xf32, strided<[96, 1], offset: ?>>
    %ys = memref.subview %y[%i] [32] [1] : memref<96xf32> to memref<32xf32, strided<[1], offset: ?>>
    %sum = memref.alloca() : memref<32xf32>
    linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%sum : memref<32xf32>) {
    ^bb0(%o: f32):
      linalg.yield %zero : f32
    }
    linalg.generic {indexing_maps = [#id2, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]}
      ins(%xs : memref<100x32xf32, strided<[96, 1], offset: ?>>) outs(%sum : memref<32xf32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.addf %a, %o : f32
      linalg.yield %s : f32
    }
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%sum : memref<32xf32>)
        outs(%ys : memref<32xf32, strided<[1], offset: ?>>) {
    ^bb0(%a: f32, %o: f32):
      %m = arith.mulf %a, %n : f32
      linalg.yield %m : f32
    }
  }
  return
}

// NHWC to NCHW.
func.func @transpose(%x: memref<2x6x5x3xf32>, %y: memref<2x3x6x5xf32>) attributes {dpsims.kernel} {
  scf.forall (%n, %h) in (2, 6) {
    %xs = memref.subview %x[%n, %h, 0, 0] [1, 1, 5, 3] [1, 1, 1, 1] : memref<2x6x5x3xf32>
        to memref<5x3xf32, strided<[3, 1], offset: ?>>
    %ys = memref.subview %y[%n, 0, %h, 0] [1, 3, 1, 5] [1, 1, 1, 1] : memref<2x3x6x5xf32>
        to memref<3x5xf32, strided<[30, 1], offset: ?>>
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%xs : memref<5x3xf32, strided<[3, 1], offset: ?>>) outs(%ys : memref<3x5xf32, strided<[30, 1], offset: ?>>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    }
  }
  return
}

// Nearest upsampling by 2.
func.func @upsample(%x: memref<2x3x4x16xf32>, %y: memref<2x6x8x16xf32>) attributes {dpsims.kernel} {
  scf.forall (%n, %h, %w) in (2, 6, 8) {
    %hi = affine.apply affine_map<(d0) -> (d0 floordiv 2)>(%h)
    %wi = affine.apply affine_map<(d0) -> (d0 floordiv 2)>(%w)
    %xs = memref.subview %x[%n, %hi, %wi, 0] [1, 1, 1, 16] [1, 1, 1, 1] : memref<2x3x4x16xf32>
        to memref<16xf32, strided<[1], offset: ?>>
    %ys = memref.subview %y[%n, %h, %w, 0] [1, 1, 1, 16] [1, 1, 1, 1] : memref<2x6x8x16xf32>
        to memref<16xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%xs : memref<16xf32, strided<[1], offset: ?>>) outs(%ys : memref<16xf32, strided<[1], offset: ?>>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    }
  }
  return
}

// One row of classes a point: linalg.index against a scalar load.
func.func @one_hot(%ids: memref<40xi32>, %y: memref<40x70xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (40) {
    %id = memref.load %ids[%i] : memref<40xi32>
    %ys = memref.subview %y[%i, 0] [1, 70] [1, 1] : memref<40x70xf32> to memref<70xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]}
        outs(%ys : memref<70xf32, strided<[1], offset: ?>>) {
    ^bb0(%o: f32):
      %c = linalg.index 0 : index
      %ci = arith.index_cast %c : index to i32
      %same = arith.cmpi eq, %ci, %id : i32
      %v = arith.uitofp %same : i1 to f32
      linalg.yield %v : f32
    }
  }
  return
}

// 3x3 maximum with stride 2 and padding 1: taps in scf.for, those outside skipped by scf.if.
func.func @max_pool(%x: memref<9x7x24xf32>, %y: memref<5x4x24xf32>) attributes {dpsims.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c7 = arith.constant 7 : index
  %c9 = arith.constant 9 : index
  %low = arith.constant 0xFF800000 : f32
  scf.forall (%h, %w) in (5, 4) {
    %max = memref.alloca() : memref<24xf32>
    linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%max : memref<24xf32>) {
    ^bb0(%o: f32):
      linalg.yield %low : f32
    }
    scf.for %ky = %c0 to %c3 step %c1 {
      %iy = affine.apply affine_map<(d0, d1) -> (d0 * 2 + d1 - 1)>(%h, %ky)
      scf.for %kx = %c0 to %c3 step %c1 {
        %ix = affine.apply affine_map<(d0, d1) -> (d0 * 2 + d1 - 1)>(%w, %kx)
        %iny = arith.cmpi ult, %iy, %c9 : index
        %inx = arith.cmpi ult, %ix, %c7 : index
        %in = arith.andi %iny, %inx : i1
        scf.if %in {
          %xs = memref.subview %x[%iy, %ix, 0] [1, 1, 24] [1, 1, 1] : memref<9x7x24xf32>
              to memref<24xf32, strided<[1], offset: ?>>
          linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
              ins(%xs : memref<24xf32, strided<[1], offset: ?>>) outs(%max : memref<24xf32>) {
          ^bb0(%a: f32, %o: f32):
            %m = arith.maximumf %a, %o : f32
            linalg.yield %m : f32
          }
        }
      }
    }
    %ys = memref.subview %y[%h, %w, 0] [1, 1, 24] [1, 1, 1] : memref<5x4x24xf32>
        to memref<24xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%max : memref<24xf32>)
        outs(%ys : memref<24xf32, strided<[1], offset: ?>>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    }
  }
  return
}

// All functions the ops need.
func.func @maths(%x: memref<8x128xf32>, %e: memref<8x128xf32>, %t: memref<8x128xf32>, %g: memref<8x128xf32>,
    %l: memref<8x128xf32>, %r: memref<8x128xf32>, %q: memref<8x128xi8>) attributes {dpsims.kernel} {
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %c0 = arith.constant 0.0 : f32
  %c255 = arith.constant 255.0 : f32
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#id2, #id2, #id2, #id2, #id2, #id2, #id2],
        iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<8x128xf32>)
          outs(%e, %t, %g, %l, %r, %q : memref<8x128xf32>, memref<8x128xf32>, memref<8x128xf32>,
          memref<8x128xf32>, memref<8x128xf32>, memref<8x128xi8>) {
    ^bb0(%a: f32, %o0: f32, %o1: f32, %o2: f32, %o3: f32, %o4: f32, %o5: i8):
      %ex = math.exp %a : f32
      %th = math.tanh %a : f32
      %er = math.erf %a : f32
      %abs = math.absf %a : f32
      %lg = math.log %abs : f32
      %sq = math.rsqrt %abs : f32
      %rd = math.roundeven %a : f32
      %lo = arith.maximumf %rd, %c0 : f32
      %hi = arith.minimumf %lo, %c255 : f32
      %u = arith.fptoui %hi : f32 to i8
      linalg.yield %ex, %th, %er, %lg, %sq, %u : f32, f32, f32, f32, f32, i8
    }
  }
  return
}

// Scalars in private memory, stored in a loop and read by every thread in the next iteration; a buffer read shifted.
func.func @scalars(%x: memref<16x40xf32>, %y: memref<16x40xf32>) attributes {dpsims.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%p) in (1) {
    %s = memref.alloca() : memref<2xf32>
    %buffer = memref.alloca() : memref<40xf32>
    memref.store %zero, %s[%c0] : memref<2xf32>
    scf.for %i = %c0 to %c16 step %c1 {
      %xs = memref.subview %x[%i, 0] [1, 40] [1, 1] : memref<16x40xf32> to memref<40xf32, strided<[1], offset: ?>>
      %ys = memref.subview %y[%i, 0] [1, 40] [1, 1] : memref<16x40xf32> to memref<40xf32, strided<[1], offset: ?>>
      %v = memref.load %s[%c0] : memref<2xf32>
      linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%xs : memref<40xf32, strided<[1], offset: ?>>) outs(%buffer : memref<40xf32>) {
      ^bb0(%a: f32, %o: f32):
        %m = arith.addf %a, %v : f32
        linalg.yield %m : f32
      }
      %left = memref.subview %buffer[0] [39] [1] : memref<40xf32> to memref<39xf32, strided<[1]>>
      %yr = memref.subview %ys[1] [39] [1] : memref<40xf32, strided<[1], offset: ?>>
          to memref<39xf32, strided<[1], offset: ?>>
      linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%left : memref<39xf32, strided<[1]>>) outs(%yr : memref<39xf32, strided<[1], offset: ?>>) {
      ^bb0(%a: f32, %o: f32):
        linalg.yield %a : f32
      }
      memref.store %v, %ys[%c0] : memref<40xf32, strided<[1], offset: ?>>
      %last = memref.load %buffer[%c1] : memref<40xf32>
      memref.store %last, %s[%c0] : memref<2xf32>
    }
  }
  return
}
