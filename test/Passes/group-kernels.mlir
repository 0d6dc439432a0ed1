// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Small kernels, and updates of weights, that do not depend on one another become one.
// RUN: dpsims-opt %s --dpsims-elaborate --graph-to-optimized | FileCheck %s
// RUN: dpsims-opt %s --dpsims-elaborate --graph-to-optimized --optimized-to-schedule | FileCheck %s --check-prefix=STEPS
// RUN: dpsims-opt %s --dpsims-elaborate --graph-to-kernels | FileCheck %s --check-prefix=KERNELS
// RUN: dpsims-opt %s --pass-pipeline='builtin.module(dpsims-elaborate,dpsims.graph(dpsims-hoist-constants,dpsims-fuse-elementwise,dpsims-group-kernels{small=0 ahead=0}))' | FileCheck %s --check-prefix=NONE

// Updates: one kernel for all weights, however many ops each has. The sum of gradients, the average of squares and the
// weight's own average are parts of it; what reads the old weight comes before, so that all work in place.
// CHECK-LABEL: dpsims.graph @updates
// CHECK: matmul %{{.*}}, %[[W:.*]] <transpose_b = true>
// CHECK: %[[NEW:.*]]:5 = fused
// CHECK-DAG: sqrt
// CHECK-DAG: sqrt
// CHECK: yield
// CHECK-DAG: assign "a.v" %[[NEW]]#0
// CHECK-DAG: assign "a" %[[NEW]]#1
// CHECK-DAG: assign "ema.a" %[[NEW]]#2
// CHECK-DAG: assign "b" %[[NEW]]#4
// CHECK: conv2d %{{.*}}, %[[NEW]]#1
// CHECK-NOT: fused
// CHECK: output "y"

// STEPS-LABEL: dpsims.entry @updates attributes {arena_size = 0 : i64
// STEPS: matmul_step
// STEPS: compute
// STEPS-NOT: compute
// STEPS: conv_step

// One kernel: the points of the first weight, then those of the second.
// KERNELS-LABEL: dpsims.entry @updates
// KERNELS: launch @k0 {{.*}}ops = "add+square+add+sqrt+div+sub+sub+add, square+add+sqrt+div+sub"
// KERNELS: launch @k1 {{.*}}ops = "2x reduce"
// KERNELS: launch @k2 {{.*}}ops = "2x reduce"
// KERNELS: launch @k3 {{.*}}ops = "2x square+softmax"
// KERNELS: launch @{{.*}}ops = "2x add"
// KERNELS: func.func @k0
// KERNELS: scf.forall (%[[I:.*]]) in (2) {
// KERNELS: arith.cmpi slt, %[[I]], %c1
// KERNELS: scf.if
// KERNELS: linalg.generic
// KERNELS: } else {
// KERNELS: linalg.generic
// KERNELS-NOT: linalg.generic
// KERNELS: func.func @k1

// Nothing is small: updates alone are joined.
// NONE-LABEL: dpsims.graph @updates
// NONE: fused
// NONE-NOT: fused
// NONE-LABEL: dpsims.graph @levels
// NONE: fused %{{.*}} -> tensor<1x1x1x1xf32>
// NONE: fused %{{.*}} -> tensor<1x1x1x1xf32>
// NONE: conv2d
dpsims.program @updates {
  %x = input "x" <shape = [1, 2, 2, 3]>
  %r = input "r" <shape = [2, 9]>
  %g1 = input "g1" <shape = [4, 3, 1, 1]>
  %g2 = input "g2" <shape = [4, 3, 1, 1]>
  %h = input "h" <shape = [7, 9]>
  %a = weight "a" <shape = [4, 3, 1, 1], init = "zeros">
  %av = state "a.v" <shape = [4, 3, 1, 1], init = "zeros">
  %ema = state "ema.a" <shape = [4, 3, 1, 1], init = "zeros">
  %b = weight "b" <shape = [7, 9], init = "zeros">
  %bv = state "b.v" <shape = [7, 9], init = "zeros">
  %g = add %g1, %g2
  %gg = square %g
  %av2 = add %av, %gg
  %as = sqrt %av2
  %ad = div %g, %as
  %a2 = sub %a, %ad
  assign "a.v" %av2
  assign "a" %a2
  %hh = square %h
  %bv2 = add %bv, %hh
  %bs = sqrt %bv2
  %bd = div %h, %bs
  %b2 = sub %b, %bd
  assign "b.v" %bv2
  assign "b" %b2
  %z = matmul %r, %b <transpose_b = true>
  output "z" %z
  %y = conv2d %x, %a2
  output "y" %y
  %d = sub %a2, %ema
  %ema2 = add %ema, %d
  assign "ema.a" %ema2
}

// Chains of small kernels go side by side: each level is one, and waits until a library op needs it. Large results of
// weights are made ahead, as far as there is room.
// CHECK-LABEL: dpsims.graph @levels
// CHECK: %[[ROWS:.*]]:2 = fused
// CHECK: %[[SUMS:.*]]:2 = fused %[[ROWS]]#0, %[[ROWS]]#1
// CHECK: %[[ROOTS:.*]]:2 = fused %[[SUMS]]#0, %[[SUMS]]#1
// CHECK: output "r1" %[[ROOTS]]#0
// CHECK: %[[NORMAL:.*]]:2 = fused {{.*}}%[[ROOTS]]#0, {{.*}}%[[ROOTS]]#1
// CHECK: %[[Y:.*]] = conv2d %{{.*}}, %[[NORMAL]]#0
// CHECK: conv2d %[[Y]], %[[NORMAL]]#1
// CHECK: %[[NEW:.*]]:2 = fused
// CHECK: assign "w1" %[[NEW]]#0
dpsims.program @levels {
  %x = input "x" <shape = [1, 4, 4, 64]>
  %w1 = weight "w1" <shape = [1024, 64, 3, 3], init = "zeros">
  %w2 = weight "w2" <shape = [512, 1024, 1, 1], init = "zeros">
  %w3 = add %w1, %w1
  assign "w1" %w3
  %w4 = add %w2, %w2
  assign "w2" %w4
  %s1 = reduce %w1 <kind = "sum", axes = [0, 1, 2, 3]>
  %q1 = square %s1
  %r1 = softmax %q1
  %n1 = div %w1, %r1
  %y1 = conv2d %x, %n1 <padding = 1>
  output "r1" %r1
  %s2 = reduce %w2 <kind = "sum", axes = [0, 1, 2, 3]>
  %q2 = square %s2
  %r2 = softmax %q2
  %n2 = div %w2, %r2
  %y2 = conv2d %y1, %n2
  output "y" %y2
}
