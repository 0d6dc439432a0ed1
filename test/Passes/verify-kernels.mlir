// RUN: dpsims-opt %s --split-input-file --verify-diagnostics --dpsims-verify-kernels
// Both targets ask for the form:
// RUN: dpsims-opt %s --split-input-file --verify-diagnostics --dpsims-vectorize-kernels
// RUN: dpsims-opt %s --split-input-file --verify-diagnostics --dpsims-lower-kernels-to-gpu

// expected-error @below {{is a kernel without scf.forall}}
func.func @no_grid(%y: memref<6xf32>) attributes {dpsims.kernel} {
  return
}

// -----

func.func @two_grids(%y: memref<6xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (6) {
  }
  // expected-error @below {{is the second scf.forall of a kernel}}
  scf.forall (%i) in (6) {
  }
  return
}

// -----

// expected-error @below {{argument 0 of a kernel must be a static contiguous memref of f32, bf16, f16, i32, i16 or i8, but is 'memref<?xf32>'}}
func.func @dynamic(%y: memref<?xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (6) {
  }
  return
}

// -----

func.func @dynamic_grid(%y: memref<6xf32>) attributes {dpsims.kernel} {
  %c6 = arith.constant 6 : index
  // expected-error @below {{of a kernel needs a static grid}}
  scf.forall (%i) in (%c6) {
  }
  return
}

// -----

func.func @call(%y: memref<6xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (6) {
    // expected-error @below {{is not supported in a kernel}}
    func.call @f() : () -> ()
  }
  return
}
func.func private @f()

// -----

#id = affine_map<(d0) -> (d0)>
func.func @payload(%x: memref<6xf32>, %y: memref<6xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : memref<6xf32>) outs(%y : memref<6xf32>) {
    ^bb0(%a: f32, %o: f32):
      // expected-error @below {{is not supported in the payload of a kernel's linalg.generic}}
      %s = math.powf %a, %a : f32
      linalg.yield %s : f32
    }
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>
#scalar = affine_map<(d0) -> ()>
func.func @race(%x: memref<6xf32>, %y: memref<f32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    // expected-error @below {{output map must use all parallel dimensions and no reduction}}
    linalg.generic {indexing_maps = [#id, #scalar], iterator_types = ["parallel"]}
      ins(%x : memref<6xf32>) outs(%y : memref<f32>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    }
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>
#scalar = affine_map<(d0) -> ()>
func.func @combiner(%x: memref<6xf32>, %y: memref<f32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    // expected-error @below {{output 0 of a reduction must be combined with its old value by one operation}}
    linalg.generic {indexing_maps = [#id, #scalar], iterator_types = ["reduction"]}
      ins(%x : memref<6xf32>) outs(%y : memref<f32>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    }
  }
  return
}

// -----

// A difference is not commutative: its parts cannot be reduced apart.
#id = affine_map<(d0) -> (d0)>
#scalar = affine_map<(d0) -> ()>
func.func @difference(%x: memref<64xf32>, %y: memref<f32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#id, #scalar], iterator_types = ["reduction"]}
      ins(%x : memref<64xf32>) outs(%y : memref<f32>) {
    ^bb0(%a: f32, %o: f32):
      // expected-error @below {{is not supported as the combiner of a reduction}}
      %s = arith.subf %o, %a : f32
      linalg.yield %s : f32
    }
  }
  return
}

// -----

// A choice of memory.
func.func @escapes(%y: memref<64xf32>, %z: memref<64xf32>) attributes {dpsims.kernel} {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %zero = arith.constant 0.0 : f32
  scf.forall (%i) in (1) {
    %a = memref.alloca() : memref<64xf32>
    // expected-error @below {{is not supported in a kernel}}
    %either = arith.select %true, %a, %y : memref<64xf32>
    memref.store %zero, %either[%c0] : memref<64xf32>
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>
func.func @bits_of_bf16(%x: memref<6xi16>, %y: memref<6xbf16>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : memref<6xi16>) outs(%y : memref<6xbf16>) {
    ^bb0(%a: i16, %o: bf16):
      // expected-error @below {{is not supported in the payload of a kernel's linalg.generic}}
      %s = arith.bitcast %a : i16 to bf16
      linalg.yield %s : bf16
    }
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>
func.func @double(%x: memref<6xf32>, %y: memref<6xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : memref<6xf32>) outs(%y : memref<6xf32>) {
    ^bb0(%a: f32, %o: f32):
      // expected-error @below {{is not supported in the payload of a kernel's linalg.generic}}
      %s = arith.extf %a : f32 to f64
      %t = arith.truncf %s : f64 to f32
      linalg.yield %t : f32
    }
  }
  return
}

// -----

func.func @double_outside(%y: memref<6xf32>) attributes {dpsims.kernel} {
  %c0 = arith.constant 0 : index
  scf.forall (%i) in (6) {
    %a = memref.load %y[%c0] : memref<6xf32>
    // expected-error @below {{is not supported in a kernel}}
    %b = arith.extf %a : f32 to f64
    %c = arith.truncf %b : f64 to f32
    memref.store %c, %y[%c0] : memref<6xf32>
  }
  return
}

// -----

// What is not a kernel is nobody's concern.
func.func @other(%y: memref<?xf32>) {
  return
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @computes_in_bf16(%x: memref<6xbf16>, %y: memref<6xbf16>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : memref<6xbf16>)
        outs(%y : memref<6xbf16>) {
    ^bb0(%in: bf16, %out: bf16):
      // expected-error @below {{is not supported in the payload of a kernel's linalg.generic}}
      %s = arith.addf %in, %in : bf16
      linalg.yield %s : bf16
    }
  }
  return
}
