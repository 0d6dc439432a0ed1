// RUN: dpsims-opt %s --split-input-file --verify-diagnostics --lower-kernels-to-loops --dpsims-lower-loops-to-llvm | FileCheck %s

#id = affine_map<(d0) -> (d0)>

// The symbol has the runtime's calling convention; the kernel proper is inlined into it by LLVM. No call is left, and a
// multiplication and an addition may be contracted.
// CHECK-LABEL: llvm.func @scale(
// CHECK-SAME:    %[[ARGS:.*]]: !llvm.ptr, %[[BEGIN:.*]]: i64, %[[END:.*]]: i64) {
// CHECK:         %[[SLOT0:.*]] = llvm.getelementptr %[[ARGS]][0]
// CHECK:         %[[X:.*]] = llvm.load %[[SLOT0]] : !llvm.ptr -> !llvm.ptr
// CHECK:         %[[SLOT1:.*]] = llvm.getelementptr %[[ARGS]][1]
// CHECK:         %[[Y:.*]] = llvm.load %[[SLOT1]] : !llvm.ptr -> !llvm.ptr
// CHECK:         llvm.call @scale.body(%[[X]], %[[Y]], %[[BEGIN]], %[[END]])
// CHECK:       llvm.func internal @scale.body(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64) attributes {always_inline}
// CHECK:         llvm.load %{{.*}} {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
// CHECK:         llvm.fmul {{.*}} {fastmathFlags = #llvm.fastmath<contract>} : vector<16xf32>
// CHECK:         llvm.fadd {{.*}} {fastmathFlags = #llvm.fastmath<contract>} : vector<16xf32>
// CHECK:         llvm.return
func.func @scale(%x: memref<6x32xf32>, %y: memref<6x32xf32>) attributes {dpsims.kernel} {
  %k = arith.constant 0.5 : f32
  scf.forall (%r) in (6) {
    %xs = memref.subview %x[%r, 0] [1, 32] [1, 1] : memref<6x32xf32> to memref<32xf32, strided<[1], offset: ?>>
    %ys = memref.subview %y[%r, 0] [1, 32] [1, 1] : memref<6x32xf32> to memref<32xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%xs : memref<32xf32, strided<[1], offset: ?>>) outs(%ys : memref<32xf32, strided<[1], offset: ?>>) {
    ^bb0(%a: f32, %o: f32):
      %m = arith.mulf %a, %k : f32
      %s = arith.addf %m, %k : f32
      linalg.yield %s : f32
    }
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>

// Every function of libm becomes arithmetic.
// CHECK-LABEL: llvm.func internal @functions.body
// CHECK-NOT:     llvm.intr.{{exp|log|tanh|erf}}
// CHECK-NOT:     llvm.call
// CHECK:         llvm.return
func.func @functions(%x: memref<16xf32>, %y: memref<16xf32>) attributes {dpsims.kernel} {
  scf.forall (%r) in (1) {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : memref<16xf32>) outs(%y : memref<16xf32>) {
    ^bb0(%a: f32, %o: f32):
      %0 = math.exp %a : f32
      %1 = math.tanh %0 : f32
      %2 = math.erf %1 : f32
      %3 = math.log %2 : f32
      %4 = math.expm1 %3 : f32
      %5 = math.log1p %4 : f32
      linalg.yield %5 : f32
    }
  }
  return
}

// -----

// What is not a kernel stays.
// CHECK-LABEL: func.func @other
func.func @other(%x: memref<16xf32>) {
  return
}

// -----

// A kernel's bounds are its last arguments.
// CHECK-LABEL: llvm.func @nothing
func.func @nothing(%x: memref<16xf32>) attributes {dpsims.kernel} {
  scf.forall (%r) in (16) {
  }
  return
}
