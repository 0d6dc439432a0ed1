// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Language/Elaborator.h"
#include "passes/Language/ModelFile.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_ELABORATE
#include "passes/Passes.h.inc"

namespace {

struct Elaborate : impl::ElaborateBase<Elaborate> {
  using impl::ElaborateBase<Elaborate>::ElaborateBase;

  void runOnOperation() override {
    llvm::json::Object configuration;
    if (!config.empty()) {
      auto read = readConfiguration(&getContext(), config);
      if (failed(read))
        return signalPassFailure();
      configuration = std::move(*read);
    }
    for (const std::string &setting : settings)
      if (failed(applySetting(&getContext(), configuration, setting)))
        return signalPassFailure();
    auto parameters = configurationParameters(getOperation(), configuration,
                                              config.empty() ? std::string("--set") : std::string(config));
    if (failed(parameters) || failed(elaborate(getOperation(), programs, *parameters)))
      return signalPassFailure();
    for (auto graph : getOperation().getOps<GraphOp>())
      recordStatistics(graph, getArgument(),
                       {{"graphs", 1}, {"ops", int64_t(graph.getBody().front().getOperations().size())}});
  }
};

} // namespace

LogicalResult elaborate(ModuleOp module, ArrayRef<std::string> programs, DictionaryAttr parameters) {
  SmallVector<ProgramOp> chosen(module.getOps<ProgramOp>());
  for (const std::string &name : programs)
    if (llvm::none_of(chosen, [&](ProgramOp program) { return program.getSymName() == name; })) {
      SmallVector<StringRef> known = llvm::map_to_vector(chosen, [](ProgramOp p) { return p.getSymName(); });
      return emitError(UnknownLoc::get(module.getContext()))
             << "there is no program '" << name << "'; there are: " << llvm::join(known, ", ");
    }
  SmallVector<Operation *> texts;
  for (Operation &op : *module.getBody())
    if (isa<BlockOp, NetworkOp, ProgramOp, SectionOp, ImportOp>(op))
      texts.push_back(&op);
  SymbolTable symbols(module);
  for (ProgramOp program : chosen)
    if (programs.empty() || llvm::is_contained(programs, program.getSymName()))
      if (failed(Elaborator(module, symbols, parameters).run(program)))
        return failure();
  for (Operation *text : texts)
    text->erase();
  return success();
}

} // namespace dpsims
