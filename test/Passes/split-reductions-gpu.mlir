// A GPU wants more grid points than a CPU of the first half of a split reduction, and few elements in the second.
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-split-reductions | FileCheck %s --check-prefix=CPU
// RUN: dpsims-opt %s --dpsims-elaborate --dpsims-split-reductions='points=512 channels=16 any-axes=true' | FileCheck %s --check-prefix=GPU

// CPU-LABEL: dpsims.graph @channels {
// CPU: reduce %{{.*}} <axes = [1], kind = "sum"> : (tensor<64x1024x64xf32>) -> tensor<64x1x64xf32>
// GPU-LABEL: dpsims.graph @channels {
// GPU: reduce %{{.*}} <axes = [1], kind = "sum"> : (tensor<512x128x64xf32>) -> tensor<512x1x64xf32>
// GPU: reduce %{{.*}} <axes = [0], kind = "sum"> : (tensor<512x1x64xf32>) -> tensor<1x1x64xf32>
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

// The second takes the axis that leaves it the fewest elements.
// CPU-LABEL: dpsims.graph @images {
// CPU: reduce %{{.*}} <axes = [2], kind = "sum"> : (tensor<8x64x64x128xf32>) -> tensor<8x64x1x128xf32>
// CPU: reduce %{{.*}} <axes = [0, 1], kind = "sum"> : (tensor<8x64x1x128xf32>) -> tensor<1x1x1x128xf32>
// GPU-LABEL: dpsims.graph @images {
// GPU: reduce %{{.*}} <axes = [0, 2], kind = "sum"> : (tensor<8x64x64x128xf32>) -> tensor<1x64x1x128xf32>
// GPU: reduce %{{.*}} <axes = [1], kind = "sum"> : (tensor<1x64x1x128xf32>) -> tensor<1x1x1x128xf32>
dpsims.program @images {
  %x = input "x" <shape = [8, 64, 64, 128]>
  %y = reduce %x <kind = "sum", axes = [0, 1, 2]>
  output "y" %y
}
