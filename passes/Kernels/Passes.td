// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From compute steps to kernel functions, for all targets.

#ifndef DPSIMS_KERNELS_PASSES
#define DPSIMS_KERNELS_PASSES

include "mlir/Pass/PassBase.td"

def LowerKernels : Pass<"dpsims-lower-kernels", "mlir::ModuleOp"> {
  let summary = "every compute step becomes a launch of a kernel function";
  let description = [{
    Kernel functions are those of docs/kernels.md; equal ones are made once.

    ```mlir
    dpsims.entry @p prepare {
    } main {
      %x = buffer "input" {index = 0 : i64, name = "x"} : memref<4xf32>
      %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4xf32>
      compute ins(%x : memref<4xf32>) outs(%y : memref<4xf32>) {
      ^bb0(%a: tensor<4xf32>):
        %r = neg %a : (tensor<4xf32>) -> tensor<4xf32>
        yield %r : tensor<4xf32>
      }
    }
    ```
    becomes
    ```mlir
    #map = affine_map<(d0) -> (d0)>
    dpsims.entry @p prepare {
    } main {
      %0 = buffer "input" {index = 0 : i64, name = "x"} : memref<4xf32>
      %1 = buffer "output" {index = 0 : i64, name = "y"} : memref<4xf32>
      launch @k0 ins(%0 : memref<4xf32>) outs(%1 : memref<4xf32>) {ops = "neg"}
    }
    func.func @k0(%arg0: memref<4xf32>, %arg1: memref<4xf32>) attributes {dpsims.kernel} {
      scf.forall (%arg2) in (1) {
        %subview = memref.subview %arg1[0] [4] [1] : memref<4xf32> to memref<4xf32, strided<[1]>>
        %subview_0 = memref.subview %arg0[0] [4] [1] : memref<4xf32> to memref<4xf32, strided<[1]>>
        linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
            ins(%subview_0 : memref<4xf32, strided<[1]>>) outs(%subview : memref<4xf32, strided<[1]>>) {
        ^bb0(%in: f32, %out: f32):
          %0 = arith.negf %in : f32
          linalg.yield %0 : f32
        }
      }
      return
    }
    ```

    Statistics: `launches`, `kernels`.
  }];
  let options = [
    Option<"points", "points", "int64_t", "256", "grid points that keep all of a device busy">,
    Option<"lanes", "lanes", "int64_t", "64",
           "elements of a point where channels or a flat range are split: enough to fill vectors, "
           "few enough for many points">,
    Option<"chunk", "chunk", "int64_t", "4096", "elements of a flat range that a grid point takes">,
    Option<"terms", "terms", "int64_t", "1024", "terms of one sum; a longer one is the sum of several">,
    Option<"gathers", "gathers", "bool", "true", "a grid point takes several small pieces of work">,
    Option<"tails", "tails", "bool", "false", "the last point of a kernel may compute what reads the results of all">
  ];
  let dependentDialects = ["DpsimsDialect", "mlir::func::FuncDialect", "mlir::scf::SCFDialect",
                           "mlir::linalg::LinalgDialect", "mlir::memref::MemRefDialect", "mlir::arith::ArithDialect",
                           "mlir::math::MathDialect", "mlir::affine::AffineDialect"];
}

def VerifyKernels : Pass<"dpsims-verify-kernels", "mlir::func::FuncOp"> {
  let summary = "Kernel functions are of the form that both targets take";
  let description = [{
    The form is that of docs/kernels.md. Fails where a function with `dpsims.kernel` has anything
    else; changes nothing. `vectorize-kernels` and `lower-kernels-to-gpu` ask the same.

    ```mlir
    func.func @k(%x: memref<6xf32>) attributes {dpsims.kernel} {
      return
    }
    ```
    is an error: `'func.func' op is a kernel without scf.forall`
  }];
}

def LowerNarrowFloats : Pass<"dpsims-lower-narrow-floats", "mlir::func::FuncOp"> {
  let summary = "bf16 and f16 in kernels become integers of 16 bits";
  let description = [{
    Kernels only convert them: arithmetic is in f32. bf16 is converted by shifts, so that no chip needs instructions for
    it and all round alike, to nearest, halves to even; f16 by the processor's own conversions.

    ```mlir
    #map = affine_map<(d0) -> (d0)>
    func.func @k(%x: memref<4xbf16>, %y: memref<4xf32>) attributes {dpsims.kernel} {
      scf.forall (%i) in (1) {
        linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : memref<4xbf16>)
            outs(%y : memref<4xf32>) {
        ^bb0(%in: bf16, %out: f32):
          %a = arith.extf %in : bf16 to f32
          linalg.yield %a : f32
        }
      }
      return
    }
    ```
    becomes
    ```mlir
    #map = affine_map<(d0) -> (d0)>
    func.func @k(%arg0: memref<4xi16>, %arg1: memref<4xf32>) attributes {dpsims.kernel} {
      scf.forall (%arg2) in (1) {
        linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%arg0 : memref<4xi16>)
            outs(%arg1 : memref<4xf32>) {
        ^bb0(%in: i16, %out: f32):
          %0 = arith.extui %in : i16 to i32
          %c16_i32 = arith.constant 16 : i32
          %1 = arith.shli %0, %c16_i32 : i32
          %2 = arith.bitcast %1 : i32 to f32
          linalg.yield %2 : f32
        }
      }
      return
    }
    ```

    Statistics: `conversions`.
  }];
  let dependentDialects = ["mlir::arith::ArithDialect"];
}

#endif
