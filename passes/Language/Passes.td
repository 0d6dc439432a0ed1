// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From text to graphs.

#ifndef DPSIMS_LANGUAGE_PASSES
#define DPSIMS_LANGUAGE_PASSES

include "mlir/Pass/PassBase.td"

def ResolveImports : Pass<"dpsims-resolve-imports", "mlir::ModuleOp"> {
  let summary = "Replaces every import by the imported file's blocks";
  let description = [{
    Paths are relative to the importing file. Each file is read once, whoever imports it. With

    ```mlir
    // scale.mlir
    dpsims.block @Scale<by: float>(%x) {
      %c = constant <value = by>
      %y = mul %x, %c
      return %y
    }
    ```
    beside it

    ```mlir
    dpsims.import "scale.mlir"
    dpsims.program @p<> {
      %x = input "x" <shape = [3]>
      %y = instance @Scale<by = 2.0>(%x)
      output "y" %y
    }
    ```
    becomes
    ```mlir
    dpsims.program @p<> {
      %x = input "x" <shape = [3]>
      %y = instance @Scale<by = 2.0>(%x)
      output "y" %y
    }
    dpsims.block @Scale<by: float>(%x) {
      %c = constant <value = by>
      %y = mul %x, %c
      return %y
    }
    ```

    Statistics: `files`.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def Elaborate : Pass<"dpsims-elaborate", "mlir::ModuleOp"> {
  let summary = "Programs become graphs: parameters are numbers, blocks are instantiated, types are inferred";
  let description = [{
    Every program (or those named) becomes a `dpsims.graph` of static tensors; weights get the names of their paths.
    Blocks, networks and programs are removed. A program's parameters come from the configuration: its top-level keys,
    its sections as records, and the batch.

    ```mlir
    dpsims.block @Scale<by: float>(%x) {
      %c = constant <value = by>
      %y = mul %x, %c
      return %y
    }
    dpsims.program @p<batch: int = 2> {
      %x = input "x" <shape = [batch, 3]>
      %y = instance @Scale<by = 2.0>(%x)
      output "y" %y
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p {
      %0 = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
      %1 = constant <value = 2.000000e+00> : () -> tensor<f32>
      %2 = mul %0, %1 : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
      output "y" %2 : tensor<2x3xf32>
    }
    ```

    Statistics: `graphs`, `ops`.
  }];
  let options = [
    ListOption<"programs", "programs", "std::string", "programs to elaborate; all if none is named">,
    Option<"config", "config", "std::string", "", "configuration file (JSON)">,
    ListOption<"settings", "set", "std::string", "key=value, key as section.name, over the configuration's">
  ];
  let dependentDialects = ["DpsimsDialect"];
}

#endif
