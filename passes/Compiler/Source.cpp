// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Compiler/Source.h"
#include "dialect/Dialect.h"
#include "passes/Language/ModelFile.h"
#include "passes/Language/TextFile.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;

namespace dpsims {
namespace {

// Of a dump's module, so that the model made from it says the same of its origin.
constexpr StringLiteral configAttrName = "dpsims.config", hashAttrName = "dpsims.source_hash";

InFlightDiagnostic fail(MLIRContext *context, const Twine &message) {
  return emitError(UnknownLoc::get(context), message);
}

std::string hashOf(ArrayRef<std::string> files, StringRef config) {
  llvm::SHA256 hash;
  for (const std::string &file : files)
    if (auto buffer = llvm::MemoryBuffer::getFile(file))
      hash.update((*buffer)->getBuffer());
  hash.update(config);
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

OwningOpRef<ModuleOp> parseText(MLIRContext *context, StringRef path) {
  if (llvm::sys::fs::exists(path))
    return parseModelText(context, path);
  fail(context, path + ": no such file");
  return {};
}

Stage stageOf(ModuleOp module) {
  if (!module.getOps<EntryOp>().empty())
    return module.getOps<func::FuncOp>().empty() ? Stage::Schedule : Stage::Kernels;
  if (module.getOps<GraphOp>().empty())
    return Stage::Parse;
  for (auto graph : module.getOps<GraphOp>())
    if (!graph.getBody().getOps<PrepareOp>().empty())
      return Stage::Optimized;
  return Stage::Graph;
}

/// Text that stopped after some stage; that of `parse` has no programs with parameters.
FailureOr<Source> readDump(MLIRContext *context, const CompileOptions &options) {
  Source source;
  source.module = parseText(context, options.input);
  if (!source.module)
    return failure();
  source.stage = stageOf(*source.module);
  source.hash = hashOf({options.input}, "");
  if (auto config = (*source.module)->getAttrOfType<StringAttr>(configAttrName))
    source.config = config.str();
  if (auto hash = (*source.module)->getAttrOfType<StringAttr>(hashAttrName))
    source.hash = hash.str();
  if (source.stage == Stage::Parse && failed(elaborate(*source.module, options.programs, DictionaryAttr())))
    return failure();
  source.stage = std::max(source.stage, Stage::Graph);
  return source;
}

/// The configuration with its settings; `files` gets the paths of others that were read for it.
FailureOr<llvm::json::Object> readSettings(MLIRContext *context, const CompileOptions &options,
                                           SmallVectorImpl<std::string> &files) {
  FailureOr<llvm::json::Object> configuration = readConfiguration(context, options.input);
  if (failed(configuration))
    return failure();
  for (const std::string &setting : options.settings)
    if (failed(applySetting(context, *configuration, setting)))
      return failure();
  if (failed(embedDataset(context, *configuration, options.input, files)))
    return failure();
  if (configuration->get("batch"))
    return fail(context, options.input + ": batch: a configuration has none, and serves for all: give it as --batch N");
  return configuration;
}

/// Makes graphs of the module's programs by the configuration, and checks what else it says.
LogicalResult elaborateBy(llvm::json::Object configuration, Source &source, const CompileOptions &options) {
  configuration["batch"] = options.batch;
  auto parameters = configurationParameters(*source.module, configuration, options.input);
  if (failed(parameters))
    return failure();
  if (options.lastStage == Stage::Parse)
    return success();
  if (failed(elaborate(*source.module, options.programs, *parameters)))
    return failure();
  source.stage = Stage::Graph;
  if (!options.dataSectionFault || !configuration.get("data") || !configuration.get("num_classes"))
    return success();
  std::string fault = options.dataSectionFault(source.config, options.input);
  return fault.empty() ? success() : LogicalResult(fail(source.module->getContext(), fault));
}

FailureOr<Source> readConfigured(MLIRContext *context, const CompileOptions &options) {
  SmallVector<std::string> read, texts{options.modelText};
  FailureOr<llvm::json::Object> configuration = readSettings(context, options, read);
  if (failed(configuration))
    return failure();
  Source source;
  source.module = parseText(context, options.modelText);
  if (!source.module || failed(resolveImports(*source.module, texts)))
    return failure();
  llvm::append_range(read, texts);
  for (const std::string &file : read)
    if (failed(checkOverwriting(context, options, file)))
      return failure();
  source.config.clear();
  llvm::raw_string_ostream(source.config) << llvm::json::Value(llvm::json::Object(*configuration));
  source.hash = hashOf(texts, source.config);
  if (failed(elaborateBy(std::move(*configuration), source, options)))
    return failure();
  return source;
}

SmallString<128> normalPath(StringRef path) {
  SmallString<128> normal(path);
  (void)llvm::sys::fs::make_absolute(normal); // without a current folder the path stays as it is
  llvm::sys::path::remove_dots(normal, /*remove_dot_dot=*/true);
  return normal;
}

} // namespace

FailureOr<Source> readSource(MLIRContext *context, const CompileOptions &options) {
  return StringRef(options.input).ends_with(".mlir") ? readDump(context, options) : readConfigured(context, options);
}

std::string dumpSource(Source &source) {
  Builder builder(source.module->getContext());
  (*source.module)->setAttr(configAttrName, builder.getStringAttr(source.config));
  (*source.module)->setAttr(hashAttrName, builder.getStringAttr(source.hash));
  std::string text;
  llvm::raw_string_ostream os(text);
  source.module->print(os, OpPrintingFlags().enableDebugInfo(false));
  os << "\n";
  return text;
}

LogicalResult checkOverwriting(MLIRContext *context, const CompileOptions &options, StringRef read) {
  for (const std::string &written : options.outputs)
    if (!read.empty() && isSamePath(written, read))
      return fail(context, written + ": is read, and cannot be the output too: name another");
  return success();
}

bool isSamePath(StringRef a, StringRef b) { return normalPath(a) == normalPath(b) || llvm::sys::fs::equivalent(a, b); }

} // namespace dpsims
