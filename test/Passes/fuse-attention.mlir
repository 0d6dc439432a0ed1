// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention to few keys becomes one op, and so does its gradient.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-fuse-attention | FileCheck %s
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-fuse-attention --dpsims-differentiate | FileCheck %s --check-prefix GRADIENT
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-fuse-attention=keys=2 | FileCheck %s --check-prefix FEW
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-fuse-attention=memory=1024 | FileCheck %s --check-prefix FEW

// The sum with the queries, through reshapes.
// CHECK-LABEL: dpsims.graph @residual {
// CHECK: %[[F:.*]], %{{.*}} = fused_attention %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} <residual = true, scale = 5.000000e-01> : (tensor<2x16x8xf32>, tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<2x1x3xf32>) -> (tensor<2x16x8xf32>, tensor<2x16x1xf32>)
// CHECK-NEXT: %[[Y:.*]] = reshape %[[F]] <shape = [2, 4, 4, 8]>
// CHECK-NEXT: output "y" %[[Y]]
// FEW-LABEL: dpsims.graph @residual {
// FEW: attention {{.*}}tensor<2x1x3xf32>
// FEW: add
dpsims.program @residual {
  %e = input "e" <shape = [2, 4, 4, 8]>
  %k = input "k" <shape = [2, 3, 8]>
  %b = input "b" <shape = [2, 1, 3]>
  %q = reshape %e <shape = [2, 16, 8]>
  %a = attention %q, %k, %k, %b <scale = 0.5>
  %r = reshape %a <shape = [2, 4, 4, 8]>
  %y = add %e, %r
  output "y" %y
}

// Other sums stay; a bias of queries and one that matrices share are not fused, nor is bf16.
// CHECK-LABEL: dpsims.graph @others {
// CHECK: %[[F:.*]], %{{.*}} = fused_attention %{{.*}}, %{{.*}}, %{{.*}} <scale = 5.000000e-01>
// CHECK: add %{{.*}}, %[[F]]
// CHECK: = attention {{.*}}tensor<2x16x3xf32>
// CHECK: = attention {{.*}}tensor<1x1x3xf32>
// CHECK: = attention {{.*}}tensor<2x16x8xbf16>
dpsims.program @others {
  %q = input "q" <shape = [2, 16, 8]>
  %k = input "k" <shape = [2, 3, 8]>
  %b = input "b" <shape = [2, 16, 3]>
  %s = input "s" <shape = [1, 1, 3]>
  %n = input "n" <shape = [2, 16, 8], type = "bf16">
  %a0 = attention %q, %k, %k <scale = 0.5>
  %p = square %q
  %y0 = add %p, %a0
  output "y0" %y0
  %a1 = attention %q, %k, %k, %b <scale = 0.5>
  output "y1" %a1
  %a2 = attention %q, %k, %k, %s <scale = 0.5>
  output "y2" %a2
  %a3 = attention %n, %n, %n <scale = 0.5>
  output "y3" %a3
}

// Keys and values have a gradient of each part of the rows.
// GRADIENT-LABEL: dpsims.graph @gradient {
// GRADIENT: %{{.*}}, %[[S:.*]] = fused_attention
// GRADIENT: %{{.*}}, %[[G:.*]], %{{.*}}, %{{.*}} = fused_attention_gradient %{{.*}}, %{{.*}}, %{{.*}}, %[[S]], %{{.*}} <parts = 2, scale = 5.000000e-01> : {{.*}} -> (tensor<1x512x8xf32>, tensor<1x2x3x8xf32>, tensor<1x2x3x4xf32>, tensor<1x2x1x3xf32>)
// GRADIENT-NEXT: %[[K:.*]] = reduce %[[G]] <axes = [1], kind = "sum"> : (tensor<1x2x3x8xf32>) -> tensor<1x1x3x8xf32>
// GRADIENT-NEXT: reshape %[[K]] <shape = [1, 3, 8]>
dpsims.program @gradient {
  %q = input "q" <shape = [1, 512, 8]>
  %k = input "k" <shape = [1, 3, 8]>
  %v = input "v" <shape = [1, 3, 4]>
  %a = attention %q, %k, %v <scale = 0.5>
  %r = reshape %a <shape = [1, -1]>
  %l = reduce %r <kind = "sum", axes = [1]>
  %list = list(%q, %k)
  %all = gradient %l, %list
  %dq = get %all <index = 0>
  %dk = get %all <index = 1>
  output "dq" %dq
  output "dk" %dk
}

// The kernel of a gradient has no derivative.
// CHECK-LABEL: dpsims.graph @second {
// CHECK: = attention
dpsims.program @second {
  %q = input "q" <shape = [1, 4, 8]>
  %k = input "k" <shape = [1, 3, 8]>
  %a = attention %q, %k, %k <scale = 0.5>
  %r = reshape %a <shape = [1, -1]>
  %l = reduce %r <kind = "sum", axes = [1]>
  %list = list(%q)
  %all = gradient %l, %list
  %dq = get %all <index = 0>
  %s = square %dq
  %t = reshape %s <shape = [1, -1]>
  %m = reduce %t <kind = "sum", axes = [1]>
  %more = gradient %m, %list
  %d2 = get %more <index = 0>
  output "d2" %d2
}
