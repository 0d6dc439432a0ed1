// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Functions of kernels become what a GPU has instructions for: no device library is linked.
// RUN: dpsims-opt %s --split-input-file --verify-diagnostics --dpsims-expand-gpu-math | FileCheck %s
// RUN: dpsims-opt %s --split-input-file --verify-diagnostics --dpsims-expand-gpu-math | FileCheck %s --check-prefix=NONE
// NONE-NOT: math.

// Within bounds beyond which the result is 0 or infinity: 2 to the rounded product, and what the rounding lost.
// CHECK-LABEL: gpu.func @exponential(
// CHECK-SAME:    %[[X:.*]]: f32)
// CHECK-DAG:     %[[MOST:.*]] = arith.constant 8.900000e+01 : f32
// CHECK-DAG:     %[[LEAST:.*]] = arith.constant -1.040000e+02 : f32
// CHECK-DAG:     %[[LOG2E:.*]] = arith.constant 1.44269502 : f32
// CHECK-DAG:     %[[REST:.*]] = arith.constant 1.92596303E-8 : f32
// CHECK-DAG:     %[[LN2:.*]] = arith.constant 0.693147182 : f32
// CHECK-DAG:     %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK:         %[[BELOW:.*]] = arith.minimumf %[[X]], %[[MOST]]
// CHECK:         %[[IN:.*]] = arith.maximumf %[[BELOW]], %[[LEAST]]
// CHECK:         %[[HIGH:.*]] = arith.mulf %[[IN]], %[[LOG2E]]
// CHECK:         %[[NEGATED:.*]] = arith.negf %[[HIGH]]
// CHECK:         %[[LOST:.*]] = llvm.call_intrinsic "llvm.fma.f32"(%[[IN]], %[[LOG2E]], %[[NEGATED]])
// CHECK:         %[[LOW:.*]] = llvm.call_intrinsic "llvm.fma.f32"(%[[IN]], %[[REST]], %[[LOST]])
// CHECK:         %[[POWER:.*]] = llvm.call_intrinsic "llvm.exp2.f32"(%[[HIGH]])
// CHECK:         %[[FACTOR:.*]] = llvm.call_intrinsic "llvm.fma.f32"(%[[LOW]], %[[LN2]], %[[ONE]])
// CHECK:         %[[Y:.*]] = arith.mulf %[[POWER]], %[[FACTOR]]
// CHECK:         gpu.return %[[Y]]
gpu.module @kernels {
  gpu.func @exponential(%x: f32) -> f32 {
    %y = math.exp %x : f32
    gpu.return %y : f32
  }
}

// -----

// What has an instruction is called by its name, an operand or several.
// CHECK-LABEL: gpu.func @instructions
// CHECK-NEXT:    llvm.call_intrinsic "llvm.fabs.f32"(%arg0) : (f32) -> f32
// CHECK-NEXT:    llvm.call_intrinsic "llvm.ceil.f32"
// CHECK-NEXT:    llvm.call_intrinsic "llvm.floor.f32"
// CHECK-NEXT:    llvm.call_intrinsic "llvm.round.f32"
// CHECK-NEXT:    llvm.call_intrinsic "llvm.roundeven.f32"
// CHECK-NEXT:    llvm.call_intrinsic "llvm.trunc.f32"
// CHECK-NEXT:    llvm.call_intrinsic "llvm.sqrt.f32"
// CHECK-NEXT:    llvm.call_intrinsic "llvm.nvvm.rsqrt.approx.f"
// CHECK-NEXT:    llvm.call_intrinsic "llvm.exp2.f32"
// CHECK-NEXT:    llvm.call_intrinsic "llvm.copysign.f32"(%{{.*}}, %arg1) : (f32, f32) -> f32
// CHECK-NEXT:    llvm.call_intrinsic "llvm.fma.f32"(%{{.*}}, %arg0, %arg1) : (f32, f32, f32) -> f32
gpu.module @kernels {
  gpu.func @instructions(%x: f32, %s: f32) -> f32 {
    %a = math.absf %x : f32
    %b = math.ceil %a : f32
    %c = math.floor %b : f32
    %d = math.round %c : f32
    %e = math.roundeven %d : f32
    %f = math.trunc %e : f32
    %g = math.sqrt %f : f32
    %h = math.rsqrt %g : f32
    %i = math.exp2 %h : f32
    %j = math.copysign %i, %s : f32
    %k = math.fma %j, %x, %s : f32
    gpu.return %k : f32
  }
}

// -----

// Others become polynomials: arithmetic, choices, and the instructions above.
// CHECK-LABEL: gpu.func @polynomials
// CHECK:         llvm.call_intrinsic "llvm.fma.f32"
// CHECK:         gpu.return
gpu.module @kernels {
  gpu.func @polynomials(%x: f32) -> f32 {
    %a = math.tanh %x : f32
    %b = math.erf %a : f32
    %c = math.log %b : f32
    %d = math.log1p %c : f32
    %e = math.expm1 %d : f32
    gpu.return %e : f32
  }
}

// -----

// f16 is converted by intrinsics that LLVM does not look into; bf16 is integers by then.
// CHECK-LABEL: gpu.func @halves(
// CHECK-SAME:    %[[X:.*]]: f16)
// CHECK:         %[[BITS:.*]] = arith.bitcast %[[X]] : f16 to i16
// CHECK:         %[[WIDE:.*]] = llvm.call_intrinsic "llvm.convert.from.fp16.f32"(%[[BITS]]) : (i16) -> f32
// CHECK:         %[[SUM:.*]] = arith.addf %[[WIDE]], %[[WIDE]]
// CHECK:         %[[ROUNDED:.*]] = llvm.call_intrinsic "llvm.convert.to.fp16.f32"(%[[SUM]]) : (f32) -> i16
// CHECK:         arith.bitcast %[[ROUNDED]] : i16 to f16
gpu.module @kernels {
  gpu.func @halves(%x: f16) -> f16 {
    %a = arith.extf %x : f16 to f32
    %b = arith.addf %a, %a : f32
    %c = arith.truncf %b : f32 to f16
    gpu.return %c : f16
  }
}

// -----

// Conversions of other types are left alone.
// CHECK-LABEL: gpu.func @wider
// CHECK-NEXT:    arith.extf %{{.*}} : f32 to f64
gpu.module @kernels {
  gpu.func @wider(%x: f32) -> f64 {
    %a = arith.extf %x : f32 to f64
    gpu.return %a : f64
  }
}

// -----

gpu.module @kernels {
  gpu.func @power(%x: f32) -> f32 {
    // expected-error @below {{'math.powf' op on 'f32' has no implementation for CUDA}}
    %y = math.powf %x, %x : f32
    gpu.return %y : f32
  }
}

// -----

gpu.module @kernels {
  gpu.func @wide(%x: f64) -> f64 {
    // expected-error @below {{'math.floor' op on 'f64' has no implementation for CUDA}}
    %y = math.floor %x : f64
    gpu.return %y : f64
  }
}

// -----

gpu.module @kernels {
  gpu.func @vector(%x: vector<4xf32>) -> vector<4xf32> {
    // expected-error @below {{'math.sqrt' op on 'vector<4xf32>' has no implementation for CUDA}}
    %y = math.sqrt %x : vector<4xf32>
    gpu.return %y : vector<4xf32>
  }
}
