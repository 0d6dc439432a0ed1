// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// dpsims-opt: runs passes and pipelines on dpsims text.
#include "passes/Language/TextFile.h"
#include "passes/Registration.h"

#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

static llvm::cl::extrahelp
    examples("\nExamples:\n"
             "  dpsims-opt models/generator.mlir\n"
             "  dpsims-opt models/programs.mlir --dpsims-resolve-imports --dpsims-elaborate=\"programs=generator "
             "config=models/configs/tiny.json set=batch=2\"\n"
             "  dpsims-opt graph.mlir --graph-to-optimized --optimized-to-schedule --schedule-to-kernels\n"
             "  dpsims-opt graph.mlir "
             "--pass-pipeline=\"builtin.module(dpsims.graph(dpsims-decompose,dpsims-fold-into-weights))\"\n");

static bool isBytecode(llvm::StringRef path) {
  auto begin = llvm::MemoryBuffer::getFileSlice(path, /*MapSize=*/4, /*Offset=*/0);
  return begin && mlir::isBytecode(**begin);
}

int main(int argc, char **argv) {
  llvm::cl::SetVersionPrinter([](llvm::raw_ostream &os) { os << "dpsims-opt " DPSIMS_VERSION "\n"; });
  mlir::DialectRegistry registry;
  dpsims::registerDialects(registry);
  dpsims::registerPassesAndPipelines();
  auto [input, output] = mlir::registerAndParseCLIOptions(argc, argv, "dpsims-opt: passes on dpsims text\n", registry);
  if (input != "-" && !isBytecode(input)) { // of text too deep for the parser's recursion a line is better than a crash
    mlir::MLIRContext context;
    if (!dpsims::readTextFile(&context, input, uint64_t(1) << 30))
      return EXIT_FAILURE;
  }
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, input, output, registry));
}
