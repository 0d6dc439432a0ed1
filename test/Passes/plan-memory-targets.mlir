// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whether a convolution's result may take the place of its residual is the target's to say: oneDNN may work in place,
// cuDNN may not. cuBLASLt, too, may add a matrix product to what is there.
// RUN: dpsims-opt %s --dpsims-plan-memory --dpsims-verify-schedule | FileCheck %s --check-prefixes=CHECK,CPU
// RUN: sed 's/groups = 1}/groups = 1, keeps_residual = true}/' %s | dpsims-opt --dpsims-plan-memory --dpsims-verify-schedule | FileCheck %s --check-prefixes=CHECK,CUDA

module {
  // CHECK-LABEL: dpsims.entry @conv
  // CPU-SAME: arena_size = 128
  // CUDA-SAME: arena_size = 256
  dpsims.entry @conv prepare {
  } main {
    %x = buffer "input" {index = 0 : i64, name = "x"} : memref<1x4x4x2xf32>
    %w = buffer "constant" {index = 0 : i64} : memref<2x2x1x1xf32>
    %a = buffer "arena" : memref<1x4x4x2xf32>
    launch @k ins(%x : memref<1x4x4x2xf32>) outs(%a : memref<1x4x4x2xf32>)
    %b = buffer "arena" : memref<1x4x4x2xf32>
    conv_step %x, %w residual %a -> %b {stride = [1, 1], padding = [0, 0, 0, 0], groups = 1} :
      memref<1x4x4x2xf32>, memref<2x2x1x1xf32> residual memref<1x4x4x2xf32> -> memref<1x4x4x2xf32>
    %y = buffer "output" {index = 0 : i64, name = "y"} : memref<1x4x4x2xf32>
    launch @k ins(%b : memref<1x4x4x2xf32>) outs(%y : memref<1x4x4x2xf32>)
  }

  // CHECK-LABEL: dpsims.entry @matmul
  // CHECK-SAME: arena_size = 64
  dpsims.entry @matmul prepare {
  } main {
    %x = buffer "input" {index = 0 : i64, name = "x"} : memref<4x4xf32>
    %w = buffer "constant" {index = 0 : i64} : memref<4x4xf32>
    %a = buffer "arena" : memref<4x4xf32>
    launch @k ins(%x : memref<4x4xf32>) outs(%a : memref<4x4xf32>)
    %b = buffer "arena" : memref<4x4xf32>
    matmul_step %x, %w residual %a -> %b :
      memref<4x4xf32>, memref<4x4xf32> residual memref<4x4xf32> -> memref<4x4xf32>
    %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4x4xf32>
    launch @k ins(%b : memref<4x4xf32>) outs(%y : memref<4x4xf32>)
  }
}
