// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From graphs to steps on buffers in planned memory.

#ifndef DPSIMS_SCHEDULE_PASSES
#define DPSIMS_SCHEDULE_PASSES

include "mlir/Pass/PassBase.td"

def Schedule : Pass<"dpsims-schedule", "mlir::ModuleOp"> {
  let summary = "graphs become entries: straight lists of steps on buffers";
  let description = [{

    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [4]> : () -> tensor<4xf32>
      %w = input "w" <shape = [4]> : () -> tensor<4xf32>
      %y = fused %x, %w : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32> {
      ^bb0(%p: tensor<4xf32>, %q: tensor<4xf32>):
        %r = mul %p, %q : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
        yield %r : tensor<4xf32>
      }
      output "y" %y : tensor<4xf32>
    }
    ```
    becomes
    ```mlir
    dpsims.entry @p prepare {
    } main {
      %0 = buffer "input" {index = 0 : i64, name = "x"} : memref<4xf32>
      %1 = buffer "input" {index = 1 : i64, name = "w"} : memref<4xf32>
      %2 = buffer "output" {index = 0 : i64, name = "y"} : memref<4xf32>
      compute ins(%0, %1 : memref<4xf32>, memref<4xf32>) outs(%2 : memref<4xf32>) {
      ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
        %3 = mul %arg0, %arg1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
        yield %3 : tensor<4xf32>
      }
    }
    ```

    Statistics: `steps`.
  }];
  let options = [Option<"keepResiduals", "keep-residuals", "bool", "false",
                        "the result of a convolution must not take the memory of its residual">];
  let dependentDialects = ["DpsimsDialect", "mlir::memref::MemRefDialect"];
}

def PlanMemory : Pass<"dpsims-plan-memory", "EntryOp"> {
  let summary = "buffers get their places in the arena";
  let description = [{
    By liveness: two buffers share bytes only where no step needs both. Largest first, at the lowest free offset; every
    offset is a multiple of 64 bytes.

    ```mlir
    dpsims.entry @p prepare {
    } main {
      %x = buffer "input" {index = 0 : i64, name = "x"} : memref<4xf32>
      %t = buffer "arena" : memref<4xf32>
      compute ins(%x : memref<4xf32>) outs(%t : memref<4xf32>) {
      ^bb0(%a: tensor<4xf32>):
        %r = exp %a : (tensor<4xf32>) -> tensor<4xf32>
        yield %r : tensor<4xf32>
      }
      %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4xf32>
      compute ins(%t : memref<4xf32>) outs(%y : memref<4xf32>) {
      ^bb0(%a: tensor<4xf32>):
        %r = neg %a : (tensor<4xf32>) -> tensor<4xf32>
        yield %r : tensor<4xf32>
      }
    }
    ```
    becomes
    ```mlir
    dpsims.entry @p attributes {arena_size = 64 : i64, load_size = 0 : i64} prepare {
    } main {
      %0 = buffer "input" {index = 0 : i64, name = "x"} : memref<4xf32>
      %1 = buffer "arena" {offset = 0 : i64} : memref<4xf32>
      compute ins(%0 : memref<4xf32>) outs(%1 : memref<4xf32>) {
      ^bb0(%arg0: tensor<4xf32>):
        %3 = exp %arg0 : (tensor<4xf32>) -> tensor<4xf32>
        yield %3 : tensor<4xf32>
      }
      %2 = buffer "output" {index = 0 : i64, name = "y"} : memref<4xf32>
      compute ins(%1 : memref<4xf32>) outs(%2 : memref<4xf32>) {
      ^bb0(%arg0: tensor<4xf32>):
        %3 = neg %arg0 : (tensor<4xf32>) -> tensor<4xf32>
        yield %3 : tensor<4xf32>
      }
    }
    ```

    Statistics: `arena-bytes`, `shared-bytes` that buffers would take beyond them if each had its own.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def VerifySchedule : Pass<"dpsims-verify-schedule", "EntryOp"> {
  let summary = "checks that no two live buffers overlap and every value is written before it is read";
  let description = [{
    It asks each step what it reads, writes and may overwrite, and knows none by name. Every place is a multiple of 64
    bytes, inside of the arena. Changes nothing.

    ```mlir
    dpsims.entry @p attributes {arena_size = 64 : i64} prepare {
    } main {
      %x = buffer "input" {index = 0 : i64, name = "x"} : memref<4xf32>
      %a = buffer "arena" {offset = 0 : i64} : memref<4xf32>
      %b = buffer "arena" {offset = 0 : i64} : memref<4xf32>
      %y = buffer "output" {index = 0 : i64, name = "y"} : memref<4xf32>
      launch @k ins(%x : memref<4xf32>) outs(%a : memref<4xf32>)
      launch @k ins(%x : memref<4xf32>) outs(%b : memref<4xf32>)
      launch @k ins(%a, %b : memref<4xf32>, memref<4xf32>) outs(%y : memref<4xf32>)
    }
    ```
    is an error: `overlaps another live buffer`
  }];
}

#endif
