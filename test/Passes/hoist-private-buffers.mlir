// RUN: dpsims-opt %s --split-input-file --verify-diagnostics --dpsims-hoist-private-buffers | FileCheck %s

// CHECK-LABEL: func.func @loop
// CHECK-NEXT:    %[[A:.*]] = memref.alloca() {alignment = 64 : i64} : memref<64xf32>
// CHECK:         scf.for
// CHECK-NEXT:      memref.store %{{.*}}, %[[A]]
func.func @loop(%y: memref<6xf32>, %begin: index, %end: index) attributes {dpsims.kernel} {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  scf.for %i = %begin to %end step %c1 {
    %a = memref.alloca() : memref<64xf32>
    memref.store %zero, %a[%i] : memref<64xf32>
  }
  return
}

// -----

// expected-error @below {{kernel has 4194304 bytes of private buffers, more than 1048576}}
func.func @stack(%y: memref<6xf32>) attributes {dpsims.kernel} {
  scf.forall (%i) in (6) {
    %a = memref.alloca() : memref<1048576xf32>
  }
  return
}
