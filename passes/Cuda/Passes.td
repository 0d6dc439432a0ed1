// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From kernel functions to code for NVIDIA GPUs.

#ifndef DPSIMS_CUDA_PASSES
#define DPSIMS_CUDA_PASSES

include "mlir/Pass/PassBase.td"

def MarkDisjointArguments : Pass<"dpsims-mark-disjoint-arguments", "mlir::ModuleOp"> {
  let summary = "kernels' arguments that never share memory with others are marked as such (CUDA)";
  let description = [{
    The plan tells which buffers of a launch overlap. An argument of a kernel gets `dpsims.disjoint` if in no launch it
    has a byte in common with an argument that the kernel writes, nor, if the kernel writes it, with any other. Then
    threads need not wait for accesses of other arguments, and what is only read may be cached.

    ```mlir
    dpsims.entry @p prepare {
    } main {
      %a = buffer "arena" {offset = 0 : i64} : memref<8xf32>
      %b = buffer "arena" {offset = 64 : i64} : memref<8xf32>
      launch @k ins(%a : memref<8xf32>) outs(%b : memref<8xf32>)
    }
    func.func @k(%x: memref<8xf32>, %y: memref<8xf32>) attributes {dpsims.kernel} {
      scf.forall (%i) in (8) {
        %a = memref.load %x[%i] : memref<8xf32>
        memref.store %a, %y[%i] : memref<8xf32>
      }
      return
    }
    ```
    becomes
    ```mlir
    dpsims.entry @p prepare {
    } main {
      %0 = buffer "arena" {offset = 0 : i64} : memref<8xf32>
      %1 = buffer "arena" {offset = 64 : i64} : memref<8xf32>
      launch @k ins(%0 : memref<8xf32>) outs(%1 : memref<8xf32>)
    }
    func.func @k(%arg0: memref<8xf32> {dpsims.disjoint}, %arg1: memref<8xf32> {dpsims.disjoint})
        attributes {dpsims.kernel} {
      scf.forall (%arg2) in (8) {
        %0 = memref.load %arg0[%arg2] : memref<8xf32>
        memref.store %0, %arg1[%arg2] : memref<8xf32>
      }
      return
    }
    ```

    Statistics: `disjoint` arguments.
  }];
}

def LowerKernelsToGpu : Pass<"dpsims-lower-kernels-to-gpu", "mlir::ModuleOp"> {
  let summary = "Kernels become gpu.func in one gpu.module (CUDA)";
  let description = [{
    Takes the kernel functions of docs/kernels.md. The last dimension of every `linalg.generic` is spread over the
    threads of a grid point, reductions end in an exchange between threads, barriers are between steps that depend on
    one another. A grid point is a block, or several are, where they share nothing in it.

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
    becomes
    ```mlir
    module attributes {gpu.container_module} {
      gpu.module @kernels {
        gpu.func @k(%arg0: memref<12xf32> {llvm.align = 16 : i64, llvm.readonly},
                    %arg1: memref<12xf32> {llvm.align = 16 : i64}) kernel
            attributes {known_block_size = array<i32: 32, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
          %thread_id_x = gpu.thread_id  x upper_bound 32
          %block_id_x = gpu.block_id  x upper_bound 1
          %c4 = arith.constant 4 : index
          %0 = arith.muli %thread_id_x, %c4 : index
          %c12 = arith.constant 12 : index
          %1 = arith.cmpi ult, %0, %c12 : index
          scf.if %1 {
            %c1 = arith.constant 1 : index
            %2 = arith.addi %0, %c1 : index
            %c2 = arith.constant 2 : index
            %3 = arith.addi %0, %c2 : index
            %c3 = arith.constant 3 : index
            %4 = arith.addi %0, %c3 : index
            %5 = memref.load %arg0[%0] : memref<12xf32>
            %6 = memref.load %arg0[%2] : memref<12xf32>
            %7 = memref.load %arg0[%3] : memref<12xf32>
            %8 = memref.load %arg0[%4] : memref<12xf32>
            %9 = arith.negf %5 : f32
            %10 = arith.negf %6 : f32
            %11 = arith.negf %7 : f32
            %12 = arith.negf %8 : f32
            memref.store %9, %arg1[%0] : memref<12xf32>
            memref.store %10, %arg1[%2] : memref<12xf32>
            memref.store %11, %arg1[%3] : memref<12xf32>
            memref.store %12, %arg1[%4] : memref<12xf32>
          }
          gpu.return
        }
      }
    }
    ```

    Statistics: `kernels`, `barriers`.
  }];
  let dependentDialects = ["mlir::gpu::GPUDialect", "mlir::LLVM::LLVMDialect", "mlir::NVVM::NVVMDialect",
                           "mlir::scf::SCFDialect", "mlir::arith::ArithDialect", "mlir::memref::MemRefDialect",
                           "mlir::affine::AffineDialect",
                           "mlir::math::MathDialect"];
}

def ShareGpuBuffers : Pass<"dpsims-share-gpu-buffers", "mlir::gpu::GPUFuncOp"> {
  let summary = "buffers private to a grid point become memory that the threads of a block share (CUDA)";
  let description = [{
    The last part of lower-kernels-to-gpu. A kernel has one workgroup buffer, and its buffers are views of it at
    multiples of 16 bytes: LLVM takes 16 for the alignment of shared memory, and merges neighboring accesses
    accordingly. A buffer that nothing reads or writes takes no room.

    ```mlir
    gpu.func @k(%x: memref<4xf32>) kernel {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %a = memref.alloca() : memref<7xf32>
      memref.store %zero, %a[%c0] : memref<7xf32>
      gpu.return
    }
    ```
    becomes
    ```mlir
    gpu.func @k(%x: memref<4xf32>)
        workgroup(%shared: memref<32xi8, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}) kernel {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %start = arith.constant 0 : index
      %a = memref.view %shared[%start][] : memref<32xi8, #gpu.address_space<workgroup>>
        to memref<7xf32, #gpu.address_space<workgroup>>
      memref.store %zero, %a[%c0] : memref<7xf32, #gpu.address_space<workgroup>>
      gpu.return
    }
    ```

    Statistics: `buffers`, `bytes` of a block.
  }];
  let dependentDialects = ["mlir::gpu::GPUDialect", "mlir::memref::MemRefDialect", "mlir::arith::ArithDialect"];
}

def ExpandGpuMath : Pass<"dpsims-expand-gpu-math", "mlir::gpu::GPUModuleOp"> {
  let summary = "functions that the hardware lacks become arithmetic, others its instructions (CUDA)";
  let description = [{
    No device library is linked: `tanh`, `erf`, `log` and the like become polynomials. What NVPTX has an instruction for
    is called by its name, because convert-gpu-to-nvvm would call libdevice for it. `exp` is `ex2.approx` of a product
    whose rounding is made good.

    ```mlir
    gpu.module @kernels {
      gpu.func @k(%x: f32) -> f32 {
        %y = math.floor %x : f32
        gpu.return %y : f32
      }
    }
    ```
    becomes
    ```mlir
    gpu.module @kernels {
      gpu.func @k(%arg0: f32) -> f32 {
        %0 = llvm.call_intrinsic "llvm.floor.f32"(%arg0) : (f32) -> f32
        gpu.return %0 : f32
      }
    }
    ```

    Statistics: `functions`, and the `instructions` that they became.
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect", "mlir::arith::ArithDialect", "mlir::math::MathDialect",
                           "mlir::vector::VectorDialect"];
}

def AssembleGpu : Pass<"dpsims-assemble-gpu", "mlir::ModuleOp"> {
  let summary = "gpu.module becomes gpu.binary: its PTX and its machine code (needs ptxas of the CUDA toolkit)";
  let description = [{
    Takes the result of lower-kernels-to-gpu, and runs lower-gpu-to-nvvm on it. dpsims-compile does the same without
    this pass, and keeps both texts in the compiled model.

    Statistics: `ptx-bytes`, `code-bytes`.
  }];
  let options = [Option<"chip", "chip", "std::string", "\"sm_90\"", "the chip to compile for">];
}

#endif
