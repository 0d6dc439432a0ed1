// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What waits long is computed again, until the intermediate results fit the budget.
// RUN: dpsims-opt %s --pass-pipeline='builtin.module(dpsims.graph(dpsims-recompute{budget=13000}))' | FileCheck %s
// RUN: dpsims-opt %s --pass-pipeline='builtin.module(dpsims.graph(dpsims-recompute{budget=100000}))' | FileCheck %s --check-prefix=ALL
// RUN: not dpsims-opt %s --pass-pipeline='builtin.module(dpsims.graph(dpsims-recompute{budget=5000}))' 2>&1 | FileCheck %s --check-prefix=ERROR

// %a waits for the end while two others are alive; it is made again in front of the last op.
// CHECK-LABEL: dpsims.graph @wait
// CHECK: fused %0
// CHECK: neg
// CHECK: exp
// CHECK: softmax
// CHECK: softmax
// CHECK: fused %0
// CHECK: neg
// CHECK: add

// ALL-COUNT-1: neg
// ALL-NOT: neg

// ERROR: error: recompute: wait needs 12800 bytes of intermediate results at least; the budget is 5000
dpsims.graph @wait {
  %x = input "x" <shape = [1024]> : () -> tensor<1024xf32>
  %a = fused %x : tensor<1024xf32> -> tensor<1024xf32> {
  ^bb0(%p: tensor<1024xf32>):
    %q = neg %p : (tensor<1024xf32>) -> tensor<1024xf32>
    yield %q : tensor<1024xf32>
  }
  %b = fused %a : tensor<1024xf32> -> tensor<1024xf32> {
  ^bb0(%p: tensor<1024xf32>):
    %q = exp %p : (tensor<1024xf32>) -> tensor<1024xf32>
    yield %q : tensor<1024xf32>
  }
  %c = fused %b : tensor<1024xf32> -> tensor<1024xf32> {
  ^bb0(%p: tensor<1024xf32>):
    %q = softmax %p : (tensor<1024xf32>) -> tensor<1024xf32>
    yield %q : tensor<1024xf32>
  }
  %d = fused %b, %c : tensor<1024xf32>, tensor<1024xf32> -> tensor<1024xf32> {
  ^bb0(%p: tensor<1024xf32>, %r: tensor<1024xf32>):
    %s = softmax %p : (tensor<1024xf32>) -> tensor<1024xf32>
    %q = add %s, %r : (tensor<1024xf32>, tensor<1024xf32>) -> tensor<1024xf32>
    yield %q : tensor<1024xf32>
  }
  %e = fused %a, %d : tensor<1024xf32>, tensor<1024xf32> -> tensor<1024xf32> {
  ^bb0(%p: tensor<1024xf32>, %r: tensor<1024xf32>):
    %q = add %p, %r : (tensor<1024xf32>, tensor<1024xf32>) -> tensor<1024xf32>
    yield %q : tensor<1024xf32>
  }
  output "y" %e : tensor<1024xf32>
}
