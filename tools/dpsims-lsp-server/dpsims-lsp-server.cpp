// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// dpsims-lsp-server: tells editors about dpsims text: errors as they are typed, definitions, uses, what may be written.
#include "passes/Registration.h"
#include "tools/common/version_and_help.h"
#include "tools/dpsims-lsp-server/server.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

#include "llvm/Support/LogicalResult.h"

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
  if (dpsims::handleVersionAndHelp(argc, argv, "dpsims-lsp-server", help))
    return 0;
  return dpsims::serveEditor(argc, argv, [](int count, char **arguments) {
    mlir::DialectRegistry registry;
    dpsims::registerDialects(registry);
    return int(llvm::failed(mlir::MlirLspServerMain(count, arguments, registry)));
  });
}
