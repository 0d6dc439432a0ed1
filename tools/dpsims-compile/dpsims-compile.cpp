// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// dpsims-compile: from a configuration and the models' text to a compiled model.
#include "passes/Registration.h"
#include "passes/Statistics.h"
#include "tools/dpsims-compile/flags.h"
#include "tools/dpsims-compile/output.h"

#include "mlir/Support/Timing.h"

#include "llvm/Support/InitLLVM.h"

using namespace mlir;
using namespace dpsims;

static FailureOr<CompileResult> compileWith(CompileOptions &options, bool tellStatistics) {
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
    return compile(&context, options);
  StatisticsTable statistics(context);
  FailureOr<CompileResult> result = compile(&context, options);
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
  FailureOr<CompileResult> result = compileWith(invocation->options, invocation->statistics);
  if (failed(result))
    return EXIT_FAILURE;
  if (invocation->report.empty())
    llvm::errs() << result->report;
  else if (!write(invocation->report, result->report))
    return EXIT_FAILURE;
  return write(invocation->output, result->output) ? EXIT_SUCCESS : EXIT_FAILURE;
}
