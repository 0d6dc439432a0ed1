// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Language/ModelFile.h"
#include "passes/Language/TextFile.h"
#include "passes/Passes.h"
#include "passes/Statistics.h"

#include "mlir/IR/Verifier.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_RESOLVEIMPORTS
#include "passes/Passes.h.inc"

namespace {

/// The file that an import names, relative to the file in which it is.
std::string importedPath(ImportOp import) {
  llvm::SmallString<128> path;
  if (auto location = import.getLoc()->findInstanceOf<FileLineColLoc>())
    path = llvm::sys::path::parent_path(location.getFilename().getValue());
  llvm::sys::path::append(path, import.getPath());
  llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  return std::string(path);
}

std::string identity(StringRef path) {
  llvm::SmallString<128> real;
  return llvm::sys::fs::real_path(path, real) ? path.str() : std::string(real);
}

LogicalResult import(ModuleOp module, ImportOp op, llvm::StringSet<> &seen, SmallVectorImpl<std::string> &files) {
  std::string path = importedPath(op);
  if (!llvm::sys::fs::exists(path))
    return op.emitError() << "cannot import \"" << op.getPath() << "\": there is no file " << path;
  if (!seen.insert(identity(path)).second)
    return success();
  files.push_back(path);
  OwningOpRef<ModuleOp> imported = parseModelText(module.getContext(), path);
  if (!imported)
    return op.emitError() << "cannot import \"" << op.getPath() << "\"";
  for (auto nested : llvm::make_early_inc_range(imported->getOps<ImportOp>()))
    if (failed(import(module, nested, seen, files)))
      return failure();
  for (Operation &moved : llvm::make_early_inc_range(*imported->getBody()))
    if (!isa<ImportOp>(moved))
      moved.moveBefore(module.getBody(), module.getBody()->end());
  return success();
}

struct ResolveImports : impl::ResolveImportsBase<ResolveImports> {
  void runOnOperation() override {
    SmallVector<std::string> files;
    if (failed(resolveImports(getOperation(), files)))
      return signalPassFailure();
    recordStatistics(getOperation(), getArgument(), {{"files", int64_t(files.size())}});
  }
};

} // namespace

LogicalResult resolveImports(ModuleOp module, SmallVectorImpl<std::string> &files) {
  llvm::StringSet<> seen;
  if (auto location = module.getLoc()->findInstanceOf<FileLineColLoc>())
    seen.insert(identity(location.getFilename().getValue()));
  for (auto op : llvm::make_early_inc_range(module.getOps<ImportOp>())) {
    if (failed(import(module, op, seen, files)))
      return failure();
    op.erase();
  }
  llvm::StringMap<Operation *> symbols;
  for (Operation &op : *module.getBody()) {
    auto name = op.getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
    if (!name || symbols.try_emplace(name.getValue(), &op).second)
      continue;
    InFlightDiagnostic diagnostic = op.emitError() << "name clash: @" << name.getValue() << " is defined twice";
    diagnostic.attachNote(symbols[name.getValue()]->getLoc()) << "the other one is here";
    return diagnostic;
  }
  return verify(module); // all blocks are known now
}

} // namespace dpsims
