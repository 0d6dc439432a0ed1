// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// dpsims-lsp-server: tells editors about dpsims text: errors as they are typed, definitions, uses.
#include "passes/Registration.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/LogicalResult.h"
#include "llvm/Support/raw_ostream.h"

namespace {

const char help[] = "OVERVIEW: dpsims-lsp-server: language server for dpsims text, over standard input and output\n"
                    "\n"
                    "Example, for an editor's settings:\n"
                    "  command: dpsims-lsp-server, file type: mlir\n"
                    "Example, a session of the protocol in a file, one JSON message before each line `// -----`:\n"
                    "  dpsims-lsp-server --lit-test < session.json\n"
                    "\n"
                    "The library's own options:\n";

} // namespace

int main(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    llvm::StringRef argument(argv[i]);
    if (argument == "--version") {
      llvm::outs() << "dpsims-lsp-server " DPSIMS_VERSION "\n";
      return 0;
    }
    if (argument == "--help")
      llvm::outs() << help;
  }
  mlir::DialectRegistry registry;
  dpsims::registerDialects(registry);
  return llvm::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
