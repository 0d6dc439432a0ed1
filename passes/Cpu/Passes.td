// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From kernel functions to code for the CPU.

#ifndef DPSIMS_CPU_PASSES
#define DPSIMS_CPU_PASSES

include "mlir/Pass/PassBase.td"

def VectorizeKernels : Pass<"dpsims-vectorize-kernels", "mlir::func::FuncOp"> {
  let summary = "Kernels' linalg.generic ops become vector loops (CPU)";
  let description = [{
    Each `linalg.generic` of a kernel becomes a loop nest whose last dimension is vectorized, with a masked remainder.

    ```mlir
    func.func @k(%x: memref<12xf32>, %y: memref<12xf32>) attributes {dpsims.kernel} {
      scf.forall (%i) in (1) {
        linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
                        iterator_types = ["parallel"]}
          ins(%x : memref<12xf32>) outs(%y : memref<12xf32>) {
        ^bb0(%a: f32, %o: f32):
          %r = arith.negf %a : f32
          linalg.yield %r : f32
        }
      }
      return
    }
    ```
    becomes (with `vector-width=8`)
    ```mlir
    func.func @k(%arg0: memref<12xf32>, %arg1: memref<12xf32>) attributes {dpsims.kernel} {
      scf.forall (%arg2) in (1) {
        %c0 = arith.constant 0 : index
        %0 = vector.load %arg0[%c0] : memref<12xf32>, vector<8xf32>
        %c8 = arith.constant 8 : index
        %1 = vector.load %arg0[%c8] : memref<12xf32>, vector<4xf32>
        %2 = arith.negf %0 : vector<8xf32>
        %3 = arith.negf %1 : vector<4xf32>
        %c0_0 = arith.constant 0 : index
        vector.store %2, %arg1[%c0_0] : memref<12xf32>, vector<8xf32>
        %c8_1 = arith.constant 8 : index
        vector.store %3, %arg1[%c8_1] : memref<12xf32>, vector<4xf32>
      }
      return
    }
    ```

    Statistics: `loops`.
  }];
  let options = [Option<"vectorWidth", "vector-width", "int64_t", "16", "elements of f32 in a vector">];
  let dependentDialects = ["mlir::scf::SCFDialect", "mlir::vector::VectorDialect", "mlir::arith::ArithDialect",
                           "mlir::memref::MemRefDialect", "mlir::affine::AffineDialect", "mlir::math::MathDialect"];
}

def LowerKernelGrids : Pass<"dpsims-lower-kernel-grids", "mlir::func::FuncOp"> {
  let summary = "Kernels' forall becomes a loop over a range of its grid (CPU)";
  let description = [{
    Each kernel becomes a function `(%args: memrefs..., %begin: index, %end: index)`: a loop over the grid's linear
    indices, in order, so that a `dpsims.last_point` is the last of its points.

    ```mlir
    func.func @k(%x: memref<6xf32>, %y: memref<6xf32>) attributes {dpsims.kernel} {
      scf.forall (%i) in (6) {
        %a = memref.load %x[%i] : memref<6xf32>
        memref.store %a, %y[%i] : memref<6xf32>
      }
      return
    }
    ```
    becomes
    ```mlir
    func.func @k(%arg0: memref<6xf32>, %arg1: memref<6xf32>, %arg2: index, %arg3: index) attributes {dpsims.kernel} {
      %c1 = arith.constant 1 : index
      scf.for %arg4 = %arg2 to %arg3 step %c1 {
        %0 = memref.load %arg0[%arg4] : memref<6xf32>
        memref.store %0, %arg1[%arg4] : memref<6xf32>
      }
      return
    }
    ```

    Statistics: `kernels`.
  }];
  let dependentDialects = ["mlir::scf::SCFDialect", "mlir::arith::ArithDialect"];
}

def HoistPrivateBuffers : Pass<"dpsims-hoist-private-buffers", "mlir::func::FuncOp"> {
  let summary = "Kernels' private buffers are allocated once, before all else (CPU)";
  let description = [{
    A `memref.alloca` in a loop would take new stack in every round: it moves to the function's beginning. A kernel with
    more than a megabyte of them is an error.

    ```mlir
    func.func @k(%x: memref<6xf32>, %y: memref<6xf32>, %begin: index, %end: index) attributes {dpsims.kernel} {
      %c1 = arith.constant 1 : index
      scf.for %i = %begin to %end step %c1 {
        %t = memref.alloca() : memref<1xf32>
        %c0 = arith.constant 0 : index
        %a = memref.load %x[%i] : memref<6xf32>
        memref.store %a, %t[%c0] : memref<1xf32>
        %b = memref.load %t[%c0] : memref<1xf32>
        memref.store %b, %y[%i] : memref<6xf32>
      }
      return
    }
    ```
    becomes
    ```mlir
    func.func @k(%arg0: memref<6xf32>, %arg1: memref<6xf32>, %arg2: index, %arg3: index) attributes {dpsims.kernel} {
      %alloca = memref.alloca() {alignment = 64 : i64} : memref<1xf32>
      %c1 = arith.constant 1 : index
      scf.for %arg4 = %arg2 to %arg3 step %c1 {
        %c0 = arith.constant 0 : index
        %0 = memref.load %arg0[%arg4] : memref<6xf32>
        memref.store %0, %alloca[%c0] : memref<1xf32>
        %1 = memref.load %alloca[%c0] : memref<1xf32>
        memref.store %1, %arg1[%arg4] : memref<6xf32>
      }
      return
    }
    ```

    Statistics: `bytes`.
  }];
}

def LowerLoopsToLLVM : Pass<"dpsims-lower-loops-to-llvm", "mlir::ModuleOp"> {
  let summary = "Kernels as --lower-kernels-to-loops leaves them in the LLVM dialect, "
                "with the runtime's calling convention";
  let description = [{
    Every kernel becomes `void NAME(ptr args, i64 begin, i64 end)`. exp, tanh, erf, log become polynomials: the
    code imports nothing.

    ```mlir
    func.func @k(%y: memref<f32>, %begin: index, %end: index) attributes {dpsims.kernel} {
      %one = arith.constant 1.0 : f32
      memref.store %one, %y[] : memref<f32>
      return
    }
    ```
    becomes
    ```mlir
    llvm.func @k(%args: !llvm.ptr, %begin: i64, %end: i64) {
      %0 = llvm.getelementptr %args[0] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
      %y = llvm.load %0 : !llvm.ptr -> !llvm.ptr
      llvm.call @k.body(%y, %begin, %end) : (!llvm.ptr, i64, i64) -> ()
      llvm.return
    }
    llvm.func internal @k.body(%y: !llvm.ptr, %begin: i64, %end: i64) attributes {always_inline} {
      %0 = llvm.mlir.poison : !llvm.struct<(ptr, ptr, i64)>
      %1 = llvm.insertvalue %y, %0[0] : !llvm.struct<(ptr, ptr, i64)>
      %2 = llvm.insertvalue %y, %1[1] : !llvm.struct<(ptr, ptr, i64)>
      %3 = llvm.mlir.constant(0 : index) : i64
      %4 = llvm.insertvalue %3, %2[2] : !llvm.struct<(ptr, ptr, i64)>
      %one = llvm.mlir.constant(1.0 : f32) : f32
      %5 = llvm.extractvalue %4[1] : !llvm.struct<(ptr, ptr, i64)>
      llvm.store %one, %5 : f32, !llvm.ptr
      llvm.return
    }
    ```

    Statistics: `kernels`.
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect", "mlir::cf::ControlFlowDialect", "mlir::arith::ArithDialect",
                           "mlir::affine::AffineDialect", "mlir::memref::MemRefDialect",
                           "mlir::vector::VectorDialect", "mlir::math::MathDialect"];
}

#endif
