// RUN: dpsims-opt %s --lower-kernels-to-gpu --split-input-file --verify-diagnostics

// expected-error @below {{is no kernel: its body must be one scf.forall}}
func.func @empty(%x: memref<4xf32>) attributes {dpsims.kernel} {
  return
}

// -----

// expected-error @below {{is no kernel: argument of type 'memref<?xf32>', not a static contiguous memref}}
func.func @dynamic(%x: memref<?xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (4) {
  }
  return
}

// -----

func.func @two(%x: memref<4xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (4) {
  }
  // expected-error @below {{cannot stand in a kernel beside its scf.forall}}
  scf.forall (%i) in (4) {
  }
  return
}

// -----

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

func.func @call(%x: memref<4xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (4) {
    // expected-error @below {{cannot stand in a kernel}}
    memref.copy %x, %x : memref<4xf32> to memref<4xf32>
  }
  return
}

// -----

// A difference is not commutative: threads cannot reduce parts of it.
func.func @difference(%x: memref<64xf32>, %y: memref<f32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    // expected-error @below {{reduces its last dimension by something else than one commutative operation}}
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
      ins(%x : memref<64xf32>) outs(%y : memref<f32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.subf %o, %a : f32
      linalg.yield %s : f32
    }
  }
  return
}

// -----

func.func @window(%x: memref<66xf32>, %w: memref<3xf32>, %y: memref<64xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    // expected-error @below {{in a kernel must index by plain dimensions, not by affine_map<(d0, d1) -> (d0 + d1)>}}
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 + d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
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

// -----

func.func @escapes(%y: memref<64xf32>, %z: memref<64xf32>) attributes {dpsims.kernel} {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %zero = arith.constant 0.0 : f32
  scf.forall (%i) in (1) {
    %a = memref.alloca() : memref<64xf32>
    // expected-error @below {{cannot take a private buffer of a kernel}}
    %either = arith.select %true, %a, %y : memref<64xf32>
    memref.store %zero, %either[%c0] : memref<64xf32>
  }
  return
}
