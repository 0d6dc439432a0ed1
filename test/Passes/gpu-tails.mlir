// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A kernel whose last block computes what reads the results of all.
// RUN: dpsims-opt %s --pass-pipeline='builtin.module(dpsims-elaborate,dpsims.graph(dpsims-hoist-constants,dpsims-fuse-elementwise,dpsims-attach-tails,dpsims-group-kernels),dpsims-schedule,dpsims.entry(dpsims-plan-memory,dpsims-verify-schedule),schedule-to-kernels{target=cuda})' -o %t
// RUN: FileCheck %s < %t
// RUN: dpsims-opt %t --dpsims-mark-disjoint-arguments --dpsims-lower-kernels-to-gpu --canonicalize | FileCheck %s --check-prefix=GPU
// RUN: kernel-check --gpu %t | FileCheck %s --check-prefix=CHECKED

// Each part of a kernel counts its own points. The second part's results are read in another shape, the third has no
// tail. The last block runs the points of a tail one after another.
// CHECK: launch @k0 {{.*}} {ops = "reduce > reduce > square+add+rsqrt, reduce > exp > reduce, mul"}
// CHECK: launch @k1 {{.*}} {ops = "reduce > reduce > reduce > sub+transpose"}
// CHECK: launch @k2 {{.*}} {ops = "reduce > reduce > reduce+maximum"}
// CHECK: func.func @k0
// CHECK: scf.forall (%[[I:.*]]) in (81) {
// CHECK: %[[A:.*]] = dpsims.last_point %[[I]] first 0 count 64
// CHECK: scf.if %[[A]] {
// CHECK: %[[B:.*]] = dpsims.last_point %[[I]] first 64 count 16
// CHECK: scf.if %[[B]] {
// CHECK: memref.reinterpret_cast
// CHECK-NOT: dpsims.last_point
// CHECK: func.func @k1
// CHECK: dpsims.last_point
// CHECK-NEXT: scf.if
// CHECK: scf.for %{{.*}} = %c0{{.*}} to %c6
// CHECK: func.func @k2

// Two counters. All threads have written before thread 0 counts, and wait for what it finds. What is written and read
// by several blocks is not noalias.
// GPU: llvm.mlir.global internal @k0_counters(#llvm.zero) {addr_space = 1 : i32, alignment = 4 : i64} : !llvm.array<2 x i32>
// GPU: gpu.func @k0({{.*}}%arg3: memref<{{[0-9x]*}}f32> {llvm.align = 16 : i64}
// GPU: gpu.barrier
// GPU: gpu.barrier
// GPU-NEXT: arith.cmpi eq
// GPU-NEXT: scf.if
// GPU-NEXT: llvm.fence syncscope("device") acq_rel
// GPU: llvm.atomicrmw uinc_wrap %{{.*}}, %c63_i32 syncscope("device") monotonic
// GPU-NEXT: llvm.fence syncscope("device") acq_rel
// GPU: gpu.barrier
// GPU: arith.cmpi eq, %{{.*}}, %c63_i32
// GPU: scf.if
// GPU: llvm.atomicrmw uinc_wrap %{{.*}}, %c15_i32
// GPU: gpu.return
dpsims.program @parts {
  %x = input "x" <shape = [64, 32, 9]>
  %p = reduce %x <kind = "sum", axes = [1]>
  %s = reduce %p <kind = "sum", axes = [0]>
  %v = reshape %s <shape = [9]>
  %sq = square %v
  %eps = constant <value = 1.0e-5>
  %a = add %sq, %eps
  %y = rsqrt %a
  output "y" %y
  %z = input "z" <shape = [16, 64]>
  %r = reduce %z <kind = "mean", axes = [1]>
  %e = exp %r
  %ev = reshape %e <shape = [4, 4]>
  %es = reduce %ev <kind = "sum", axes = [0]>
  output "sums" %es
  %m = mul %z, %z
  output "products" %m
}

dpsims.program @points {
  %x = input "x" <shape = [6, 16, 40, 64]>
  %p = reduce %x <kind = "sum", axes = [2]>
  %s = reduce %p <kind = "max", axes = [1]>
  %n = reduce %s <kind = "mean", axes = [3]>
  %d = sub %s, %n
  %y = transpose %d <perm = [0, 3, 1, 2]>
  output "y" %y
}

dpsims.program @channels {
  %x = input "x" <shape = [32, 8, 512]>
  %p = reduce %x <kind = "sum", axes = [1]>
  %s = reduce %p <kind = "sum", axes = [0]>
  %q = reduce %s <kind = "sum", axes = [2]>
  %m = maximum %s, %q
  output "y" %m
}

// CHECKED: k0: {{.*}} ok
// CHECKED: k1: {{.*}} ok
// CHECKED: k2: {{.*}} ok
// CHECKED-NOT: WRONG
