// RUN: not dpsims-opt %s --dpsims-lower-kernels-to-gpu --dpsims-assemble-gpu 2>&1 | FileCheck %s

// CHECK: [[@LINE+7]]:{{.*}}: error: 'math.erf' op on 'f64' has no implementation for CUDA
#id = affine_map<(d0) -> (d0)>
func.func @double(%x: memref<64xf32>, %y: memref<64xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (1) {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<64xf32>) outs(%y : memref<64xf32>) {
    ^bb0(%a: f32, %o: f32):
      %d = arith.extf %a : f32 to f64
      %s = math.erf %d : f64
      %t = arith.truncf %s : f64 to f32
      linalg.yield %t : f32
    }
  }
  return
}
