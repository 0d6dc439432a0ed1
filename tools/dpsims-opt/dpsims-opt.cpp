// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// dpsims-opt: runs passes and pipelines on dpsims text.
#include "passes/Registration.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

static llvm::cl::extrahelp examples(
    "\nExamples:\n"
    "  dpsims-opt models/generator.mlir\n"
    "  dpsims-opt models/programs.mlir --resolve-imports --elaborate=\"programs=generator "
    "config=models/configs/tiny.json set=batch=2\"\n"
    "  dpsims-opt graph.mlir --graph-to-optimized --optimized-to-schedule --schedule-to-kernels\n"
    "  dpsims-opt graph.mlir --pass-pipeline=\"builtin.module(dpsims.graph(decompose,fold-into-weights))\"\n");

int main(int argc, char **argv) {
  llvm::cl::SetVersionPrinter([](llvm::raw_ostream &os) { os << "dpsims-opt " DPSIMS_VERSION "\n"; });
  mlir::DialectRegistry registry;
  dpsims::registerDialects(registry);
  dpsims::registerPassesAndPipelines();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "dpsims-opt: passes on dpsims text\n", registry));
}
