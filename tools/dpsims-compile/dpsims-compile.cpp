// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// dpsims-compile: from a configuration and the models' text to a compiled model.
#include "dialect/Dialect.h"
#include "passes/Cpu/CpuCode.h"
#include "passes/Cuda/GpuCode.h"
#include "passes/Language/ModelFile.h"
#include "passes/Language/TextFile.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"
#include "passes/Registration.h"
#include "passes/Schedule/Serialize.h"
#include "tools/dpsims-compile/data_section.h"
#include "tools/dpsims-compile/output.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace dpsims;
namespace cl = llvm::cl;

namespace {

cl::OptionCategory category("Options");
cl::opt<std::string> input(cl::Positional, cl::Required, cl::desc("CONFIG.json | DUMP.mlir"), cl::cat(category));
cl::list<std::string> programs("program", cl::desc("program to compile; may be given several times"),
                               cl::value_desc("name"), cl::cat(category));
cl::opt<bool> training("training",
                       cl::desc("all that dpsims-run train needs: the programs train, sample, features and "
                                "statistics"),
                       cl::cat(category));
cl::opt<std::string> target("target", cl::desc("cpu (default) or cuda"), cl::init("cpu"), cl::cat(category));
cl::list<std::string> chips("chip",
                            cl::desc("processor to generate code for: native (default) or an LLVM CPU name; for cuda "
                                     "one or several as sm_80,sm_90 (default sm_90)"),
                            cl::value_desc("name"), cl::cat(category));
cl::alias cpu("cpu", cl::desc("same as --chip"), cl::aliasopt(chips), cl::cat(category));
cl::opt<std::string> batchText("batch", cl::desc("images at a time (default 1)"), cl::value_desc("N"), cl::init("1"),
                               cl::cat(category));
cl::opt<std::string>
    recompute("recompute",
              cl::desc("bytes that a program's intermediate results may take (1.5G, 800M): what does not "
                       "fit is computed again where it is needed"),
              cl::value_desc("bytes"), cl::cat(category));
cl::list<std::string> settings("set", cl::desc("key=value over the configuration's, as generator.noise=concat"),
                               cl::value_desc("key=value"), cl::cat(category));
cl::opt<std::string> compileTo("compile-to",
                               cl::desc("stop at a stage and write text: parse, graph, optimized, schedule, kernels"),
                               cl::value_desc("stage"), cl::cat(category));
cl::opt<std::string> modelText("model-text",
                               cl::desc("the text that declares the programs (default: programs.mlir of "
                                        "the models that come with the compiler)"),
                               cl::value_desc("FILE.mlir"), cl::cat(category));
cl::opt<std::string> report("report",
                            cl::desc("cuda: write what each kernel takes of each chip (registers, spills, shared "
                                     "memory) to standard error; with --report=FILE, to FILE"),
                            cl::value_desc("FILE"), cl::ValueOptional, cl::cat(category));
cl::opt<std::string> output("o", cl::desc("output file; - is standard output"), cl::value_desc("file"),
                            cl::cat(category));
cl::extrahelp examples("\nExamples:\n"
                       "  dpsims-compile models/configs/camvid-128.json --program sample -o camvid.dpsims\n"
                       "  dpsims-compile models/configs/tiny.json --program generator --program features --batch 2 "
                       "-o tiny.dpsims\n"
                       "  dpsims-compile models/configs/camvid-128.json --training --batch 8 -o training.dpsims\n"
                       "  dpsims-compile models/configs/camvid-128.json --program sample --target cuda "
                       "--chip sm_80,sm_90 -o camvid-cuda.dpsims\n"
                       "  dpsims-compile models/configs/tiny.json --program generator --set generator.noise=concat "
                       "--compile-to=graph -o -\n");

int fail(const llvm::Twine &message) {
  llvm::errs() << "dpsims-compile: error: " << message << "\n";
  return 1;
}

//===-- Diagnostics: one line each --------------------------------------------------------------------------------===//

std::string placeText(Location location) {
  auto file = location->findInstanceOf<FileLineColLoc>();
  if (!file)
    return "dpsims-compile: ";
  return (file.getFilename().getValue() + ":" + llvm::Twine(file.getLine()) + ":" + llvm::Twine(file.getColumn()) +
          ": ")
      .str();
}

void printDiagnostic(Diagnostic &diagnostic) {
  StringRef kind = diagnostic.getSeverity() == DiagnosticSeverity::Error     ? "error: "
                   : diagnostic.getSeverity() == DiagnosticSeverity::Warning ? "warning: "
                                                                             : "note: ";
  llvm::errs() << placeText(diagnostic.getLocation()) << kind << diagnostic << "\n";
  for (Diagnostic &note : diagnostic.getNotes())
    llvm::errs() << "  " << placeText(note.getLocation()) << note << "\n";
}

/// Whether an output is that file, which is read.
bool refuseOverwriting(StringRef read) {
  for (StringRef written : {StringRef(output), StringRef(report)})
    if (!written.empty() && written != "-" && !read.empty() && isSamePath(written, read))
      return fail(written + ": is read, and cannot be the output too: name another");
  return false;
}

//===-- Numbers ---------------------------------------------------------------------------------------------------===//

/// Decimal, whatever it begins with, or hexadecimal after "0x"; nothing where the text is no such number.
std::optional<int64_t> wholeNumber(StringRef text) {
  int64_t number;
  text.consume_front("+");
  if (text.consume_front_insensitive("0x") ? text.starts_with("-") || text.getAsInteger(16, number)
                                           : text.getAsInteger(10, number))
    return std::nullopt;
  return number;
}

/// "1.5G" in bytes; a negative number where it is none.
int64_t bytesOf(StringRef text) {
  double factor = text.consume_back("G") ? 1e9 : text.consume_back("M") ? 1e6 : text.consume_back("K") ? 1e3 : 1;
  double value;
  return text.getAsDouble(value) || !(value * factor >= 1 && value * factor <= 1e18) ? -1 : int64_t(value * factor);
}

//===-- Input -----------------------------------------------------------------------------------------------------===//

/// What is compiled, and what the file says of its origin.
struct Source {
  OwningOpRef<ModuleOp> module;
  Stage stage = Stage::Parse;
  std::string config, hash;
};

std::string defaultText(const char *argv0) {
  std::string executable = llvm::sys::fs::getMainExecutable(argv0, reinterpret_cast<void *>(&defaultText));
  llvm::SmallString<128> installed(llvm::sys::path::parent_path(llvm::sys::path::parent_path(executable)));
  llvm::sys::path::append(installed, "share", "dpsims", "models", "programs.mlir");
  if (llvm::sys::fs::exists(installed))
    return std::string(installed);
  return std::string(DPSIMS_SOURCE_MODELS) + "/programs.mlir";
}

std::string hashOf(ArrayRef<std::string> files, StringRef config) {
  llvm::SHA256 hash;
  for (const std::string &file : files)
    if (auto buffer = llvm::MemoryBuffer::getFile(file))
      hash.update((*buffer)->getBuffer());
  hash.update(config);
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

OwningOpRef<ModuleOp> parseText(MLIRContext &context, StringRef path) {
  if (!llvm::sys::fs::exists(path)) {
    fail(path + ": no such file");
    return {};
  }
  return parseModelText(&context, path);
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

/// A dump of an earlier run with --compile-to.
FailureOr<Source> readDump(MLIRContext &context) {
  Source source{parseText(context, input), {}, "{}", hashOf({input}, "")};
  if (!source.module)
    return failure();
  source.stage = stageOf(*source.module);
  if (auto config = (*source.module)->getAttrOfType<StringAttr>("dpsims.config"))
    source.config = config.str();
  if (auto hash = (*source.module)->getAttrOfType<StringAttr>("dpsims.source_hash"))
    source.hash = hash.str();
  if (source.stage == Stage::Parse && failed(elaborate(*source.module, programs, DictionaryAttr())))
    return failure();
  source.stage = std::max(source.stage, Stage::Graph);
  return source;
}

FailureOr<Source> readConfigured(MLIRContext &context, const char *argv0) {
  FailureOr<llvm::json::Object> configuration = readConfiguration(&context, input);
  if (failed(configuration))
    return failure();
  for (const std::string &setting : settings)
    if (failed(applySetting(&context, *configuration, setting)))
      return failure();
  SmallVector<std::string> read;
  if (failed(embedDataset(&context, *configuration, input, read)))
    return failure();
  if (configuration->get("batch")) {
    fail(input + ": batch: a configuration has none, and serves for all: give it as --batch N");
    return failure();
  }
  std::string text = modelText.empty() ? defaultText(argv0) : std::string(modelText);
  Source source{parseText(context, text), Stage::Parse, "", ""};
  SmallVector<std::string> files{text};
  if (!source.module || failed(resolveImports(*source.module, files)))
    return failure();
  llvm::append_range(read, files);
  if (llvm::any_of(read, refuseOverwriting))
    return failure();
  llvm::json::Object described = *configuration;
  llvm::raw_string_ostream(source.config) << llvm::json::Value(std::move(described));
  source.hash = hashOf(files, source.config);
  (*configuration)["batch"] = *wholeNumber(batchText);
  auto parameters = configurationParameters(*source.module, *configuration, input);
  if (failed(parameters))
    return failure();
  if (compileTo == "parse")
    return source;
  if (failed(elaborate(*source.module, programs, *parameters)))
    return failure();
  if (configuration->get("data") && configuration->get("num_classes"))
    if (std::string fault = dataSectionFault(source.config, input); !fault.empty())
      return fail(fault), failure();
  source.stage = Stage::Graph;
  return source;
}

//===-- Output ----------------------------------------------------------------------------------------------------===//

int writeOutput(StringRef path, StringRef bytes) {
  std::string fault = writeFile(path, bytes);
  return fault.empty() ? 0 : fail(path + ": cannot be written: " + fault);
}

int writeText(Source &source) {
  Builder builder(source.module->getContext());
  (*source.module)->setAttr("dpsims.config", builder.getStringAttr(source.config));
  (*source.module)->setAttr("dpsims.source_hash", builder.getStringAttr(source.hash));
  std::string text;
  llvm::raw_string_ostream os(text);
  source.module->print(os, OpPrintingFlags().enableDebugInfo(false));
  os << "\n";
  return writeOutput(output, text);
}

//===-- Code ------------------------------------------------------------------------------------------------------===//

/// What the flags --chip name together, as "sm_80,sm_90".
std::string chipList() { return chips.empty() ? target == "cuda" ? "sm_90" : "native" : llvm::join(chips, ","); }

LogicalResult generateCpu(ModuleOp module, ModelDescription &model) {
  CpuTarget cpuTarget;
  cpuTarget.chip = chipList();
  model.kernels = kernelsOf(module);
  model.chip = resolveChip(cpuTarget.chip);
  model.features = requiredFeatures(cpuTarget);
  PassManager manager(module.getContext());
  addKernelsToLoops(manager, vectorWidth(cpuTarget));
  manager.addPass(createLowerLoopsToLLVM());
  llvm::SmallVector<char> code;
  if (failed(manager.run(module)) || failed(compileForCpu(module, cpuTarget, code)))
    return failure();
  model.code.assign(code.begin(), code.end());
  return success();
}

LogicalResult generateCuda(ModuleOp module, ModelDescription &model) {
  SmallVector<std::string> names = parseChips(chipList());
  model.cuda = true;
  model.chip = names.front();
  PassManager manager(module.getContext());
  manager.addPass(createMarkDisjointArguments());
  manager.addPass(createLowerKernelsToGpu());
  if (failed(manager.run(module)) || failed(compileForCuda(module, names, model.gpu)))
    return failure();
  SmallVector<GpuKernel> kernels = gpuKernels(module);
  for (const GpuKernel &kernel : kernels)
    model.kernels.push_back({kernel.name, kernel.grid, kernel.threads});
  if (!report.getNumOccurrences())
    return success();
  std::string table = usageTable(model.gpu, kernels);
  if (!report.empty())
    return failure(writeOutput(report, table));
  llvm::errs() << table;
  return success();
}

int writeModel(Source &source) {
  ModelDescription model;
  model.compiler = "dpsims-compile " DPSIMS_VERSION " --target=" + target;
  model.sourceHash = source.hash;
  model.config = source.config;
  // The steps stay as they are while the kernels are lowered.
  if (failed(target == "cuda" ? generateCuda(*source.module, model) : generateCpu(*source.module, model)))
    return 1;
  FailureOr<std::string> file = serialize(*source.module, model);
  return failed(file) ? 1 : writeOutput(output, *file);
}

//===-- Options ---------------------------------------------------------------------------------------------------===//

int checkCudaChips(StringRef list) {
  std::vector<std::string> assembled;
  if (compileTo.empty())
    assembled = ptxasChips();
  for (StringRef name : parseChips(list)) {
    if (name.empty())
      return fail("--chip " + list + ": a name is missing; several are wanted as sm_80,sm_90");
    if (!isKnownCudaChip(name))
      return fail("--chip " + name +
                  ": LLVM knows no such NVIDIA chip; a name like sm_90 is wanted, and dpsims-run "
                  "info --devices tells that of a GPU");
    if (!assembled.empty() && !llvm::is_contained(assembled, name))
      return fail("--chip " + name + ": ptxas of this toolkit has no " + name + ": it has " +
                  llvm::join(parseChips(llvm::join(assembled, ",")), ", "));
  }
  return 0;
}

int checkChips() {
  std::string list = chipList();
  if (target == "cuda")
    return checkCudaChips(list);
  if (StringRef(list).contains(','))
    return fail("--chip " + list + ": code for cpu is for one processor; several are for --target cuda");
  if (!isKnownChip(list))
    return fail("--chip " + list + ": LLVM knows no such x86-64 processor; see llc --mcpu=help");
  return 0;
}

int checkOptions() {
  if (!recompute.empty() && bytesOf(recompute) < 0)
    return fail("--recompute " + recompute + ": a number of bytes, as 1.5G or 800M");
  if (target != "cpu" && target != "cuda")
    return fail("--target " + target + ": targets are cpu and cuda");
  if (!compileTo.empty() && !stageByName(compileTo))
    return fail("--compile-to " + compileTo + ": stages are parse, graph, optimized, schedule, kernels");
  if (report.getNumOccurrences() && (target != "cuda" || !compileTo.empty()))
    return fail("--report: tells of the kernels of a whole compilation with --target cuda");
  if (!report.empty() && !output.empty() && isSamePath(report, output))
    return fail("--report=" + report + ": is the output file of -o too; name another");
  for (StringRef read : {StringRef(input), StringRef(modelText)})
    if (refuseOverwriting(read))
      return 1;
  if (output.empty())
    return fail("-o is missing: where to write, - for standard output");
  if (wholeNumber(batchText).value_or(0) < 1)
    return fail("--batch " + batchText + ": must be at least 1, in digits, as 8");
  const cl::Option *const ofConfigurations[] = {&batchText, std::addressof(settings), &modelText};
  for (const cl::Option *option : ofConfigurations)
    if (option->getNumOccurrences() && StringRef(input).ends_with(".mlir"))
      return fail("--" + option->ArgStr + ": " + input + " is no configuration, and takes none: leave the flag out");
  if (programs.empty() && !StringRef(input).ends_with(".mlir") && compileTo != "parse")
    return fail("--program is missing, as in --program sample; --training names those of training");
  return checkChips();
}

/// Whether the planned arenas fit the budget of --recompute, which counts what is alive, not where it stands.
int checkArenas(ModuleOp module) {
  for (auto entry : module.getOps<EntryOp>())
    if (int64_t size = entry.getArenaSize().value_or(0); !recompute.empty() && size > bytesOf(recompute))
      return fail("--recompute " + recompute + ": the intermediate results of " + entry.getSymName() + " need " +
                  llvm::Twine(size) + " bytes");
  return 0;
}

int compile(MLIRContext &context, const char *argv0) {
  FailureOr<Source> source = StringRef(input).ends_with(".mlir") ? readDump(context) : readConfigured(context, argv0);
  if (failed(source))
    return 1;
  (*source->module)->setAttr(targetAttrName, StringAttr::get(&context, target.getValue()));
  Stage last = compileTo.empty() ? Stage::Kernels : *stageByName(compileTo);
  PassManager manager(&context);
  addPasses(manager, source->stage, last, target == "cuda", recompute.empty() ? 0 : bytesOf(recompute));
  if (failed(manager.run(*source->module)) || checkArenas(*source->module))
    return 1;
  return compileTo.empty() ? writeModel(*source) : writeText(*source);
}

} // namespace

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::SetVersionPrinter([](llvm::raw_ostream &os) { os << "dpsims-compile " DPSIMS_VERSION "\n"; });
  std::string message;
  llvm::raw_string_ostream errors(message);
  if (!cl::ParseCommandLineOptions(argc, argv, "compiles a configuration's programs for dpsims-run\n", &errors))
    return message.empty() ? 1 : fail(StringRef(message).split('\n').first.split(": ").second);
  if (training)
    for (const char *name : {"train", "sample", "features", "statistics"})
      programs.push_back(name);
  if (int status = checkOptions())
    return status;
  DialectRegistry registry;
  registerDialects(registry);
  registerGpuCodeDependencies(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  ScopedDiagnosticHandler handler(&context, [](Diagnostic &diagnostic) {
    printDiagnostic(diagnostic);
    return success();
  });
  return compile(context, argv[0]);
}
