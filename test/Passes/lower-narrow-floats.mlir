// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels of floats of 16 bits: arithmetic in f32 between conversions, which become integer operations.
// RUN: dpsims-opt %s --dpsims-lower-kernels --canonicalize | FileCheck %s --check-prefix=KERNEL
// RUN: dpsims-opt %s --dpsims-lower-kernels --dpsims-lower-narrow-floats | FileCheck %s --check-prefix=BITS

// One rounding of the sum; the product's is never made.
// KERNEL-LABEL: func.func @k0(%{{.*}}: memref<4xbf16>, %{{.*}}: memref<4xbf16>)
// KERNEL: arith.extf %{{.*}} : bf16 to f32
// KERNEL-NEXT: arith.mulf %{{.*}} : f32
// KERNEL-NEXT: arith.addf %{{.*}} : f32
// KERNEL-NEXT: arith.truncf %{{.*}} : f32 to bf16
// BITS-LABEL: func.func @k0(%{{.*}}: memref<4xi16>, %{{.*}}: memref<4xi16>)
// BITS-NOT: bf16
// BITS: arith.extui %{{.*}} : i16 to i32
// BITS: arith.bitcast %{{.*}} : i32 to f32
// BITS: arith.bitcast %{{.*}} : f32 to i32
// BITS: arith.trunci %{{.*}} : i32 to i16
// BITS-NEXT: linalg.yield %{{.*}} : i16

// A sum over rows of f16 is kept in f32 until it is whole.
// KERNEL-LABEL: func.func @k1(
// KERNEL: %[[SUM:.*]] = memref.alloca() : memref<{{.*}}xf32>
// KERNEL: arith.addf %{{.*}} : f32
// KERNEL: ins(%[[SUM]]
// KERNEL: arith.truncf %{{.*}} : f32 to f16
// BITS-LABEL: func.func @k1(%{{.*}}: memref<{{.*}}xi16>, %{{.*}}: memref<{{.*}}xi16>)
// BITS: arith.bitcast %{{.*}} : i16 to f16
// BITS-NEXT: arith.extf %{{.*}} : f16 to f32
// BITS: arith.truncf %{{.*}} : f32 to f16
// BITS-NEXT: arith.bitcast %{{.*}} : f16 to i16
dpsims.entry @p prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<4xbf16>
  %h = buffer "input" {index = 1 : i64, name = "h"} : memref<8x4xf16>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4xbf16>
  %s = buffer "output" {index = 1 : i64, name = "s"} : memref<1x4xf16>
  compute ins(%x : memref<4xbf16>) outs(%y : memref<4xbf16>) {
  ^bb0(%a: tensor<4xbf16>):
    %q = mul %a, %a : (tensor<4xbf16>, tensor<4xbf16>) -> tensor<4xbf16>
    %r = add %q, %a : (tensor<4xbf16>, tensor<4xbf16>) -> tensor<4xbf16>
    yield %r : tensor<4xbf16>
  }
  compute ins(%h : memref<8x4xf16>) outs(%s : memref<1x4xf16>) {
  ^bb0(%a: tensor<8x4xf16>):
    %r = reduce %a <axes = [0], kind = "sum"> : (tensor<8x4xf16>) -> tensor<1x4xf16>
    yield %r : tensor<1x4xf16>
  }
}
