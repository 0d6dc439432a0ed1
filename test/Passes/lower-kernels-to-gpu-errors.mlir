// RUN: dpsims-opt %s --dpsims-lower-kernels-to-gpu --split-input-file --verify-diagnostics

func.func @huge(%x: memref<4xf32>) attributes {dpsims.kernel} {
  // expected-error @below {{grid has more than 2147483647 points, the most that CUDA launches}}
  scf.forall (%i, %j) in (65536, 65536) {
  }
  return
}

// -----

func.func @none(%x: memref<4xf32>) attributes {dpsims.kernel} {
  // expected-error @below {{grid is empty}}
  scf.forall (%i) in (0) {
  }
  return
}

// -----

func.func @window(%x: memref<66xf32>, %w: memref<3xf32>, %y: memref<64xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    // expected-error @below {{in a kernel must index by plain dimensions, not by affine_map<(d0, d1) -> (d0 + d1)>}}
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 + d1)>, affine_map<(d0, d1) -> (d1)>,
        affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%x, %w : memref<66xf32>, memref<3xf32>) outs(%y : memref<64xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %s = arith.addf %a, %o : f32
      linalg.yield %s : f32
    }
  }
  return
}

// -----

// A buffer from which a generic takes a size alone takes no room.
func.func @unused(%y: memref<f32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    %sizes = memref.alloca() : memref<65536xi8>
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
      ins(%sizes : memref<65536xi8>) outs(%y : memref<f32>) {
    ^bb0(%a: i8, %o: f32):
      %one = arith.constant 1.0 : f32
      %s = arith.addf %o, %one : f32
      linalg.yield %s : f32
    }
  }
  return
}

// -----

// expected-error @below {{needs 65536 bytes of buffers in a block, more than 49152}}
func.func @large(%y: memref<64xf32>) attributes {dpsims.kernel} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%i) in (1) {
    %buffer = memref.alloca() : memref<16384xf32>
    memref.store %zero, %buffer[%c0] : memref<16384xf32>
  }
  return
}
