// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// dpsims-opt: runs passes and pipelines on dpsims text.
#include "passes/Registration.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  dpsims::registerDialects(registry);
  dpsims::registerPassesAndPipelines();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "dpsims-opt: passes on dpsims text\n", registry));
}
