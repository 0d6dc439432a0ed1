// A GPU wants more grid points than a CPU, of each half of a split reduction.
// RUN: dpsims-opt %s --elaborate --split-reductions | FileCheck %s --check-prefix=CPU
// RUN: dpsims-opt %s --elaborate --split-reductions=points=1056 | FileCheck %s --check-prefix=GPU

// CPU-LABEL: dpsims.graph @channels {
// CPU: reduce %{{.*}} <axes = [1], kind = "sum"> : (tensor<64x1024x64xf32>) -> tensor<64x1x64xf32>
// GPU-LABEL: dpsims.graph @channels {
// GPU: reduce %{{.*}} <axes = [1], kind = "sum"> : (tensor<2048x32x64xf32>) -> tensor<2048x1x64xf32>
// GPU: reduce %{{.*}} <axes = [0], kind = "sum"> : (tensor<2048x1x64xf32>) -> tensor<1x1x64xf32>
dpsims.program @channels {
  %x = input "x" <shape = [65536, 64]>
  %y = reduce %x <kind = "sum", axes = [0]>
  output "y" %y
}

// Enough for a CPU as it is.
// CPU-LABEL: dpsims.graph @rows {
// CPU: reduce %{{.*}} <axes = [1, 2], kind = "max"> : (tensor<32x64x128x1xf32>) -> tensor<32x1x1x1xf32>
// GPU-LABEL: dpsims.graph @rows {
// GPU: reduce %{{.*}} <axes = [2], kind = "max"> : (tensor<32x64x128x1xf32>) -> tensor<32x64x1x1xf32>
// GPU: reduce %{{.*}} <axes = [1], kind = "max"> : (tensor<32x64x1x1xf32>) -> tensor<32x1x1x1xf32>
dpsims.program @rows {
  %x = input "x" <shape = [32, 64, 128, 1]>
  %y = reduce %x <kind = "max", axes = [1, 2]>
  output "y" %y
}
