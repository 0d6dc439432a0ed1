// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/dpsims-compile/flags.h"
#include "passes/Compiler/Source.h"
#include "passes/Compiler/Target.h"
#include "passes/Registration.h"
#include "tools/dpsims-compile/network.h"
#include "tools/dpsims-compile/onnx_flags.h"
#include "tools/dpsims-compile/output.h"
#include "tools/dpsims-compile/peaks.h"
#include "tools/dpsims-compile/runtime_readers.h"

#include "mlir/Support/Timing.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace dpsims;
namespace cl = llvm::cl;

namespace {

constexpr uint64_t mostRanks = 1 << 16; // of the file format

//===-- Flags -----------------------------------------------------------------------------------------------------===//

std::string chipHelp() {
  std::string text = "processors to generate code for";
  for (const auto &target : registeredTargets())
    text += ("; " + target->name() + ": " + target->chipHelp()).str();
  return text;
}

const std::string targetText = targetNames([](auto &) { return true; }) + "; the first is the default";
const std::string chipText = chipHelp();
const std::string precisionText = "what convolutions and matmuls compute with: f32 (default); bf16, in which their "
                                  "operands are also stored; tf32, which rounds operands to 10 bits of mantissa, for " +
                                  targetNames([](auto &target) { return target.hasTf32(); });
const std::string stagesText = "stop at a stage and write text: " + stageNames();

cl::OptionCategory category("Options");
cl::opt<std::string> input(cl::Positional, cl::Required, cl::desc("CONFIG.json | DUMP.mlir"), cl::cat(category));
cl::list<std::string> programs("program", cl::desc("program to compile; may be given several times"),
                               cl::value_desc("name"), cl::cat(category));
cl::opt<bool> training("training",
                       cl::desc("all that dpsims-run train needs: the programs train, sample, features and statistics"),
                       cl::cat(category));
cl::opt<std::string> target("target", cl::desc(targetText), cl::value_desc("name"), cl::cat(category));
cl::list<std::string> chips("chip", cl::desc(chipText), cl::value_desc("name"), cl::CommaSeparated, cl::cat(category));
cl::alias cpu("cpu", cl::desc("same as --chip"), cl::aliasopt(chips), cl::CommaSeparated, cl::cat(category));
cl::opt<std::string> precision("precision", cl::desc(precisionText), cl::value_desc("name"), cl::cat(category));
cl::opt<std::string> batch("batch", cl::desc("images at a time (default 1)"), cl::value_desc("N"), cl::init("1"),
                           cl::cat(category));
cl::opt<std::string> ranks("ranks", cl::desc("how many processes share the batch in programs that train (default 1)"),
                           cl::value_desc("N"), cl::init("1"), cl::cat(category));
cl::opt<bool> localStatistics("local-statistics",
                              cl::desc("with --ranks: each normalizes by the statistics of its own images"),
                              cl::cat(category));
cl::opt<bool> shardOptimizer("shard-optimizer", cl::desc("with --ranks: each keeps its part of the optimizer's state"),
                             cl::cat(category));
cl::opt<std::string> bucket("bucket",
                            cl::desc("with --ranks: bytes of gradients that they sum by one message at most (25M, 4K; "
                                     "default 25 MiB, or by --network)"),
                            cl::value_desc("bytes"), cl::cat(category));
cl::opt<std::string> recompute("recompute",
                               cl::desc("bytes that a program's intermediate results may take (1.5G, 800M): what does "
                                        "not fit is computed again where it is needed"),
                               cl::value_desc("bytes"), cl::cat(category));
cl::list<std::string> settings("set", cl::desc("key=value over the configuration's, as generator.noise=concat"),
                               cl::value_desc("key=value"), cl::cat(category));
cl::opt<std::string> compileTo("compile-to", cl::desc(stagesText), cl::value_desc("stage"), cl::cat(category));
cl::opt<std::string> modelText("model-text",
                               cl::desc("the text that declares the programs (default: programs.mlir of the models "
                                        "that come with the compiler)"),
                               cl::value_desc("FILE.mlir"), cl::cat(category));
cl::opt<std::string>
    report("report",
           cl::desc("write what the programs cost to run, by pass, kind and step, and what kernels take "
                    "of a GPU, to standard error; with --report=FILE, to FILE; FILE.json gets all of it"),
           cl::value_desc("FILE"), cl::ValueOptional, cl::cat(category));
cl::opt<std::string>
    peaks("peaks",
          cl::desc("what the report's shortest times are for: a file that dpsims-run bench --json wrote "
                   "there, or operations and bytes a second, as 67e12,4.8e12; a third number: how many times as long "
                   "steps take as they would at best"),
          cl::value_desc("FILE.json"), cl::cat(category));
cl::opt<std::string>
    network("network",
            cl::desc("what connects ranks, as runtime/device/cuda/networks/h100-infiniband.json says it: the report "
                     "predicts by it and --peaks what many take; without --bucket messages are as large as suits it"),
            cl::value_desc("FILE.json"), cl::cat(category));
cl::opt<bool> statistics("statistics", cl::desc("write what each pass did, in numbers, to standard error"),
                         cl::cat(category));
cl::opt<std::string> output("o", cl::desc("output file; - is standard output"), cl::value_desc("file"),
                            cl::cat(category));
cl::extrahelp examples("\nMLIR's flags for passes, such as --mlir-print-ir-after-all and --mlir-timing, are taken "
                       "too; --help-hidden has them all.\n"
                       "\nExamples:\n"
                       "  dpsims-compile models/configs/camvid-128.json --program sample -o camvid.dpsims\n"
                       "  dpsims-compile models/configs/tiny.json --program generator --program features --batch 2 "
                       "-o tiny.dpsims\n"
                       "  dpsims-compile models/configs/camvid-128.json --training --batch 8 -o training.dpsims\n"
                       "  dpsims-compile models/configs/camvid-128.json --program sample --target cuda "
                       "--chip sm_80,sm_90 -o camvid-cuda.dpsims\n"
                       "  dpsims-compile models/configs/tiny.json --program generator --set generator.noise=concat "
                       "--compile-to=graph -o -\n"
                       "  dpsims-compile models/configs/camvid-128.json --to onnx "
                       "--weights models/weights/camvid-128.safetensors -o camvid-128.onnx\n");

//===-- Options of the compiler -----------------------------------------------------------------------------------===//

/// "1.5G" in bytes; nothing where it is not such a number.
std::optional<int64_t> bytesOf(StringRef text) {
  double factor = text.consume_back("G") ? 1e9 : text.consume_back("M") ? 1e6 : text.consume_back("K") ? 1e3 : 1;
  double value;
  if (text.getAsDouble(value) || !(value * factor >= 1 && value * factor <= 1e18))
    return std::nullopt;
  return int64_t(value * factor);
}

/// programs.mlir of the models that come with the compiler.
std::string defaultModelText(const char *argv0) {
  std::string executable = llvm::sys::fs::getMainExecutable(argv0, reinterpret_cast<void *>(&defaultModelText));
  llvm::SmallString<128> installed(llvm::sys::path::parent_path(llvm::sys::path::parent_path(executable)));
  llvm::sys::path::append(installed, "share", "dpsims", "models", "programs.mlir");
  if (llvm::sys::fs::exists(installed))
    return std::string(installed);
  return std::string(DPSIMS_SOURCE_MODELS) + "/programs.mlir";
}

LogicalResult checkRanks() {
  if (uint64_t processes = readWholeNumber(ranks).value_or(0); processes < 1 || processes > mostRanks)
    return fail("--ranks " + ranks + ": must be 1 to " + Twine(mostRanks) + ", in digits, as 8");
  if (localStatistics && ranks == "1")
    return fail("--local-statistics: is for several ranks: add --ranks N");
  if (shardOptimizer && ranks == "1")
    return fail("--shard-optimizer: is for several ranks: add --ranks N");
  if (bucket.getNumOccurrences() && ranks == "1")
    return fail("--bucket: is for several ranks: add --ranks N");
  if (!bucket.empty() && !bytesOf(bucket))
    return fail("--bucket " + bucket + ": a number of bytes, as 25M or 4K");
  if (!network.getNumOccurrences())
    return success();
  if (report.getNumOccurrences() && !peaks.getNumOccurrences())
    return fail("--network: the report predicts by --peaks, which is missing");
  if (!report.getNumOccurrences() && ranks == "1")
    return fail("--network: is for several ranks, or for --report: add --ranks N");
  return success();
}

/// Whether no file is read and written.
LogicalResult checkOutputs() {
  for (const cl::opt<std::string> *read : {&peaks, &network})
    for (const std::string &written : {output.getValue(), report.getValue()})
      if (read->getNumOccurrences() && !written.empty() && isSamePath(*read, written))
        return fail(written + ": is read for --" + read->ArgStr + ", and cannot be the output too: name another");
  if (!report.empty() && !output.empty() && isSamePath(report, output))
    return fail("--report=" + report + ": is the output file of -o too; name another");
  return success();
}

LogicalResult checkFlags() {
  if (!recompute.empty() && !bytesOf(recompute))
    return fail("--recompute " + recompute + ": a number of bytes, as 1.5G or 800M");
  if (!compileTo.empty() && !stageByName(compileTo))
    return fail("--compile-to " + compileTo + ": stages are " + stageNames());
  if (peaks.getNumOccurrences() && !report.getNumOccurrences())
    return fail("--peaks: is for --report, which is missing");
  if (failed(checkOutputs()))
    return failure();
  if (output.empty())
    return fail("-o is missing: where to write, - for standard output");
  if (uint64_t images = readWholeNumber(batch).value_or(0); images < 1 || images > INT64_MAX)
    return fail("--batch " + batch + ": must be at least 1, in digits, as 8");
  if (failed(checkRanks()))
    return failure();
  bool isDump = StringRef(input).ends_with(".mlir");
  const cl::Option *const ofConfigurations[] = {
      &batch, &ranks, &localStatistics, &shardOptimizer, &bucket, std::addressof(settings), &modelText};
  for (const cl::Option *option : ofConfigurations)
    if (option->getNumOccurrences() && isDump)
      return fail("--" + option->ArgStr + ": " + input + " is not a configuration, and takes none: leave the flag out");
  const cl::Option *const ofModels[] = {&training,  &target,         std::addressof(chips),
                                        &precision, &ranks,          &localStatistics,
                                        &bucket,    &shardOptimizer, &recompute,
                                        &compileTo, &report,         &peaks,
                                        &network};
  if (failed(checkOnnxFlags(ofModels)))
    return failure();
  if (programs.empty() && !isDump && compileTo != "parse" && !wantsOnnx())
    return fail("--program is missing, as in --program sample; --training names those of training");
  return success();
}

CompileOptions optionsOf(const char *argv0) {
  CompileOptions options;
  options.input = input;
  options.programs = programs;
  options.target = target;
  options.chips = chips;
  if (!compileTo.empty())
    options.lastStage = stageByName(compileTo);
  options.recompute = bytesOf(recompute).value_or(0);
  options.precision = precision;
  if (report.getNumOccurrences())
    options.report = StringRef(report).ends_with(".json") ? CompileOptions::Report::Json : CompileOptions::Report::Text;
  options.batch = *readWholeNumber(batch);
  options.ranks = *readWholeNumber(ranks);
  options.localStatistics = localStatistics;
  options.shardOptimizer = shardOptimizer;
  options.bucket = bytesOf(bucket).value_or(0);
  options.settings = settings;
  options.modelText = modelText.empty() ? defaultModelText(argv0) : modelText;
  for (const std::string &path : {output.getValue(), report.getValue()})
    if (!path.empty() && path != "-")
      options.outputs.push_back(path);
  if (wantsOnnx()) {
    if (programs.empty() && !StringRef(input).ends_with(".mlir"))
      options.programs = {"sample"};
    options.outputs.push_back(output + dataSuffix);
  }
  options.dataSectionFault = dataSectionFault;
  options.setUpPasses = applyPassManagerCLOptions;
  return options;
}

/// What the flag names, if it is given.
template <typename T, typename Read>
LogicalResult readTo(std::optional<T> &option, const cl::opt<std::string> &flag, Read read) {
  if (!flag.getNumOccurrences())
    return success();
  llvm::Expected<T> value = read(flag);
  if (!value)
    return fail("--" + flag.ArgStr + " " + llvm::toString(value.takeError()));
  option = *value;
  return success();
}

/// MLIR's flags for pass managers; some take names of passes. --help-hidden lists them.
void registerPassFlags() {
  registerPassesAndPipelines();
  registerPassManagerCLOptions();
  registerDefaultTimingManagerCLOptions();
  const cl::OptionCategory *const shown[] = {&category, &onnxCategory()};
  cl::HideUnrelatedOptions(shown);
  for (auto &[name, option] : cl::getRegisteredOptions())
    if (name.starts_with("mlir-"))
      option->setHiddenFlag(cl::Hidden);
}

} // namespace

std::optional<Invocation> dpsims::parseFlags(int argc, char **argv) {
  registerPassFlags();
  cl::SetVersionPrinter([](llvm::raw_ostream &os) { os << "dpsims-compile " DPSIMS_VERSION "\n"; });
  std::string message;
  llvm::raw_string_ostream errors(message);
  if (!cl::ParseCommandLineOptions(argc, argv, "compiles a configuration's programs for dpsims-run\n", &errors)) {
    if (!message.empty())
      printError(StringRef(message).split('\n').first.split(": ").second);
    return std::nullopt;
  }
  if (training)
    for (const char *name : {"train", "sample", "features", "statistics"})
      programs.push_back(name);
  if (failed(checkFlags()))
    return std::nullopt;
  Invocation invocation{optionsOf(argv[0]), output, report, statistics, onnxOptions(output)};
  if (failed(readTo(invocation.options.peaks, peaks, [](StringRef text) { return readPeaks(text, precision); })) ||
      failed(readTo(invocation.options.network, network, readNetwork)))
    return std::nullopt;
  return invocation;
}
