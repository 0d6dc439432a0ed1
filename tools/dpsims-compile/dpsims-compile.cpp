// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// dpsims-compile: from a configuration and the models' text to a compiled model.
#include "passes/Registration.h"
#include "passes/Statistics.h"
#include "tools/dpsims-compile/flags.h"
#include "tools/dpsims-compile/onnx_flags.h"
#include "tools/dpsims-compile/output.h"

#include "mlir/Support/Timing.h"

#include "llvm/Support/InitLLVM.h"

using namespace mlir;
using namespace dpsims;

/// Runs `body` in a context whose diagnostics are printed; `options` get what it needs for the time it takes.
template <typename Body> static auto inContext(CompileOptions &options, bool tellStatistics, Body body) {
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  ScopedDiagnosticHandler handler(&context, [](Diagnostic &diagnostic) {
    printDiagnostic(diagnostic);
    return success();
  });
  DefaultTimingManager timing;
  applyDefaultTimingManagerCLOptions(timing);
  TimingScope root = timing.getRootScope();
  options.timing = &root;
  if (!tellStatistics)
    return body(&context);
  StatisticsTable statistics(context);
  auto result = body(&context);
  statistics.print(llvm::errs());
  return result;
}

static bool write(StringRef path, StringRef bytes) {
  std::string fault = writeFile(path, bytes);
  if (!fault.empty())
    printError(path + ": cannot be written: " + fault);
  return fault.empty();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  std::optional<Invocation> invocation = parseFlags(argc, argv);
  if (!invocation)
    return EXIT_FAILURE;
  if (invocation->onnx) {
    LogicalResult exported = inContext(invocation->options, invocation->statistics, [&](MLIRContext *context) {
      return exportByFlags(context, invocation->options, *invocation->onnx);
    });
    return succeeded(exported) ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  FailureOr<CompileResult> result = inContext(invocation->options, invocation->statistics, [&](MLIRContext *context) {
    return compile(context, invocation->options);
  });
  if (failed(result))
    return EXIT_FAILURE;
  if (invocation->report.empty())
    llvm::errs() << result->report;
  else if (!write(invocation->report, result->report))
    return EXIT_FAILURE;
  return write(invocation->output, result->output) ? EXIT_SUCCESS : EXIT_FAILURE;
}
