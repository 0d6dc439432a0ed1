// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// dpsims-reduce: makes a small file of a large one that still shows a fault.
#include "passes/Registration.h"
#include "tools/common/version_and_help.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

#include "llvm/Support/LogicalResult.h"

namespace {

const char help[] =
    "OVERVIEW: dpsims-reduce: removes ops from a file as long as a test script finds it interesting (exit status 1)\n"
    "\n"
    "Example:\n"
    "  printf '#!/bin/sh\\n! dpsims-opt --dpsims-schedule \"$1\" 2>&1 | grep -q \"my message\"\\n' > test.sh; chmod +x "
    "test.sh\n"
    "  dpsims-reduce --reduction-tree='traversal-mode=0 test=./test.sh' graph.mlir -o small.mlir\n"
    "\n"
    "The library's own options:\n";

} // namespace

int main(int argc, char **argv) {
  if (dpsims::handleVersionAndHelp(argc, argv, "dpsims-reduce", help))
    return 0;
  dpsims::registerPassesAndPipelines();
  mlir::DialectRegistry registry;
  dpsims::registerDialects(registry);
  mlir::MLIRContext context(registry);
  return llvm::failed(mlir::mlirReduceMain(argc, argv, context));
}
